using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
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
            var (columns, watermark) = new TableExpressions(context.ForTable(table, span)).Bind(table);
            return new BoundTable(table, connected, source, columns, watermark);
        }
        catch (SqlException exception)
        {
            Report(exception, table, span);
            return null;
        }
    }

    /// <summary>The table for writing, or null after reporting why it cannot be written.</summary>
    public (ConnectorTable Table, ISink Sink)? Write(TableDefinition table, SourceSpan span)
    {
        if (Connect(table, table.Options, span) is not var (connector, connected))
            return null;
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

    /// <summary>Checks the options of a table as far as CREATE TABLE can; positions are those of the options.</summary>
    public IConnector? CheckOptions(TableOptions options, SourceSpan span)
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
        IConnector connector;
        try
        {
            connector = ConnectorOptions.Check(options, context.Planner.Connectors);
        }
        catch (SqlException exception)
        {
            Report(exception, table, span);
            return null;
        }
        var physical = table.PhysicalColumns.ToList();
        var schema = new Schema([.. physical.Select(column => new Field(column.Name, column.Type))]);
        return (connector, new ConnectorTable(
            table.Name.ToString(), schema, table.PrimaryKey.Map(schema.IndexOf), table.PartitionKeys, options));
    }

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
