using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Catalog;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Binding;

/// <summary>Makes sources and sinks of tables, and binds the expressions of their definitions.</summary>
sealed class TableReader(BindContext context)
{
    /// <summary>The table for reading, or null after reporting why it cannot be read.</summary>
    public BoundTable? Read(TableDefinition table, TableOptions options, SourceSpan span)
    {
        if (Connect(table, options, span) is not var (connector, connected))
            return null;
        try
        {
            connected = WithMetadata(connected, table.MetadataColumns, connector);
            WatermarkOptions.Read(connected.Options);
            if (connector.CreateSource(connected, context.Planner.Connectors.Formats) is not { } source)
            {
                context.Report(BindErrors.CannotRead(span, connected.Name, connector.Name));
                return null;
            }
            if (source.Changelog.IsUpsert && table.PrimaryKey.IsEmpty)
            {
                context.Report(BindErrors.UpsertWithoutKey(span, connected.Name));
                return null;
            }
            var (columns, watermark) = new TableExpressions(context.ForTable(table, span)).Bind(table, connected);
            return new BoundTable(table, connected, source, columns, watermark);
        }
        catch (SqlException exception)
        {
            Report(exception, table, span);
            return null;
        }
    }

    /// <summary>The table for writing, or null after reporting why it cannot be written.</summary>
    public (ConnectorTable Table, ISink Sink)? Write(TableDefinition table, TableOptions options, SourceSpan span)
    {
        if (Connect(table, options, span) is not var (connector, connected))
            return null;
        var written = table.MetadataColumns.Where(column => !column.IsVirtual).ToList();
        foreach (var column in written)
        {
            if (Metadata(connector, connected).FirstOrDefault(known => known.Key == column.Key) is { IsWritable: false })
            {
                context.Report(BindErrors.ReadOnlyMetadata(span, column.Name, column.Key));
                return null;
            }
        }
        connected = WithMetadata(connected, written, connector);
        try
        {
            if (connector.CreateSink(connected, context.Planner.Connectors.Formats) is { } sink)
                return (connected, sink);
            context.Report(BindErrors.CannotWrite(span, connected.Name, connector.Name));
        }
        catch (SqlException exception)
        {
            Report(exception, table, span);
        }
        return null;
    }

    /// <summary>The table's options with those of hints in their place, for one use of it; null after reporting a hint that is
    /// none.</summary>
    public TableOptions? WithHints(TableDefinition table, ValueList<HintSyntax> hints)
    {
        var options = table.Options.Options.ToList();
        foreach (var hint in hints)
        {
            var span = context.SpanOf(hint);
            if (hint.Name.Text != "OPTIONS")
            {
                context.Report(BindErrors.NotSupported(span, $"hint {hint.Name}"));
                return null;
            }
            foreach (var argument in hint.Arguments)
            {
                var position = context.SpanOf(argument);
                if (argument.Key is null)
                {
                    context.Report(BindErrors.HintArgument(position));
                    return null;
                }
                if (argument.Key is "connector" or "connector.type")
                {
                    context.Report(BindErrors.HintConnector(position));
                    return null;
                }
                // Under another name for the same option the later one counts, too.
                options.RemoveAll(option => option.Key == argument.Key);
                options.Add(new TableOption(argument.Key, argument.Value, position));
            }
        }
        return new TableOptions([.. options]);
    }

    /// <summary>Checks the options of a table as far as CREATE TABLE can; positions are those of the options.</summary>
    public (IConnector Connector, TableOptions Options)? CheckOptions(TableOptions options, SourceSpan span)
    {
        try
        {
            return ConnectorOptions.Check(options, context.Planner.Connectors);
        }
        catch (SqlException exception)
        {
            context.Report(exception, span);
            return null;
        }
    }

    (IConnector Connector, ConnectorTable Table)? Connect(TableDefinition table, TableOptions options, SourceSpan span)
    {
        try
        {
            return Connect(table, options, context.Planner.Connectors, context.Planner.Options);
        }
        catch (SqlException exception)
        {
            Report(exception, table, span);
            return null;
        }
    }

    /// <summary>The connector of a table and what it gets to know of it, without metadata.</summary>
    public static (IConnector Connector, ConnectorTable Table) Connect(
        TableDefinition table, TableOptions options, IConnectorCatalog connectors, SessionOptions? settings = null)
    {
        (var connector, options) = ConnectorOptions.Check(options, connectors);
        foreach (var (setting, option) in connector.Fallbacks)
        {
            if (options.Find(option) is null && settings?.Text(setting) is { } value)
                options = new TableOptions(options.Options.Add(new TableOption(option, value, SourceSpan.None)));
        }
        OptionFiles.Check(options, connectors.Files);
        var physical = table.PhysicalColumns.ToList();
        var schema = new Schema([.. physical.Select(column => new Field(column.Name, column.Type))]);
        return (connector, new ConnectorTable(
            table.Name.ToString(), schema, table.PrimaryKey.Map(schema.IndexOf), table.PartitionKeys, options)
        { Files = connectors.Files });
    }

    // Metadata comes after what is stored, once for each key, in the types of the connector.
    ConnectorTable WithMetadata(ConnectorTable table, IEnumerable<MetadataColumnDefinition> columns, IConnector connector)
    {
        var keys = columns.Select(column => column.Key).Distinct().ToValueList();
        if (keys.IsEmpty)
            return table;
        var known = Metadata(connector, table);
        var fields = keys.Map(key => new Field($"metadata '{key}'", known.First(one => one.Key == key).Type));
        return table with { Schema = new Schema([.. table.Schema.Fields, .. fields]), MetadataKeys = keys };
    }

    IReadOnlyList<MetadataDefinition> Metadata(IConnector connector, ConnectorTable table) =>
        connector.MetadataOf(table.Options, context.Planner.Connectors.Formats);

    // The options stand in another text, so that only hints keep their positions.
    void Report(SqlException exception, TableDefinition table, SourceSpan span)
    {
        foreach (var error in exception.Diagnostics)
        {
            var fromDefinition = table.Options.Options.Any(option => option.Span == error.Span);
            context.Report(error with
            {
                Span = fromDefinition || error.Span.IsNone ? span : error.Span,
                Detail = error.Detail ?? (fromDefinition ? BindErrors.InsideObject(table.Name) : null),
            });
        }
    }
}
