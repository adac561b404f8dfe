using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Binding;
using SqlStream.Planner.Catalog;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Statements;

/// <summary>Checks everything about a table that can be known without using it, and makes its definition.</summary>
sealed class TableDraftBinder(BindContext context)
{
    const int RowtimePrecisionMax = 3;

    readonly List<ColumnDefinition> _columns = [];
    readonly HashSet<string> _failed = [];

    /// <summary>The definition; it is of no use once errors were reported.</summary>
    /// <param name="draft">The parts.</param>
    /// <param name="span">Where the name of the table stands.</param>
    /// <param name="sqlText">The statement that gives the table again; empty for the canonical one.</param>
    public TableDefinition Bind(TableDraft draft, SourceSpan span, string sqlText)
    {
        Columns(draft, span);
        var primaryKey = PrimaryKey(draft);
        Watermark(draft);
        var partitionKeys = Stored(draft.PartitionKeys, "PARTITIONED BY");
        Connector(draft, span);
        var table = new TableDefinition(draft.Name)
        {
            Columns = [.. _columns],
            PrimaryKey = primaryKey,
            PrimaryKeyName = draft.PrimaryKey?.Constraint,
            Watermark = draft.Watermark is { } watermark
                ? new WatermarkDefinition(watermark.Column, watermark.Expression, SqlPrinter.Print(watermark.Expression))
                : null,
            PartitionKeys = partitionKeys,
            Options = draft.Options,
            IsTemporary = draft.IsTemporary,
            Comment = draft.Comment,
        };
        return table with { SqlText = sqlText.Length > 0 ? sqlText : DdlText.Of(table) };
    }

    void Columns(TableDraft draft, SourceSpan span)
    {
        var names = new HashSet<string>();
        foreach (var column in draft.Columns)
        {
            if (!names.Add(column.Name))
                context.Report(CreateErrors.DuplicateColumn(column.Span, column.Name));
        }
        if (!draft.Columns.Exists(column => column is DraftPhysical))
            context.Report(CreateErrors.NoColumns(span, draft.Name.Name));
        // Computed columns may stand before the columns that they compute from.
        var stored = draft.Columns.Select(Definition).OfType<ColumnDefinition>().ToList();
        foreach (var column in draft.Columns)
        {
            var definition = column is DraftComputed computed ? Computed(computed, stored) : Definition(column);
            if (column is DraftName)
                context.Report(CreateErrors.ColumnWithoutType(column.Span, column.Name));
            if (definition is null)
                _failed.Add(column.Name);
            else if (!_columns.Exists(known => known.Name == definition.Name))
                _columns.Add(definition);
        }
    }

    static ColumnDefinition? Definition(DraftColumn column) => column switch
    {
        DraftPhysical { Type: { } type } => new PhysicalColumnDefinition(column.Name, type, column.Comment),
        DraftMetadata { Type: { } type } metadata =>
            new MetadataColumnDefinition(column.Name, type, column.Comment, metadata.Key, metadata.IsVirtual),
        _ => null,
    };

    ComputedColumnDefinition? Computed(DraftComputed column, List<ColumnDefinition> stored)
    {
        var visible = stored.Concat(_columns.OfType<ComputedColumnDefinition>());
        var bound = Expression(column.Expression, column.Context, visible, "a computed column");
        if (bound is BoundError)
            return null;
        if (bound.Type.Kind == SqlTypeKind.Null)
        {
            column.Context.Report(CreateErrors.UntypedColumn(column.Context.SpanOf(column.Expression), column.Name));
            return null;
        }
        return new ComputedColumnDefinition(
            column.Name, bound.Type, column.Comment, column.Expression, SqlPrinter.Print(column.Expression));
    }

    // Where a column is in error, names may be meant to be that column.
    BoundExpression Expression(ExpressionSyntax expression, BindContext where, IEnumerable<ColumnDefinition> visible, string clause)
    {
        var scope = Scope.Of([], new Schema([.. visible.Select(column => new Field(column.Name, column.Type))]));
        return new ExpressionBinder(where, _failed.Count > 0 ? Scope.Unknown : scope, new Clause(clause)).Bind(expression);
    }

    ValueList<string> PrimaryKey(TableDraft draft)
    {
        if (draft.PrimaryKey is not { } key)
            return [];
        var names = Stored(key.Columns, "PRIMARY KEY");
        for (var i = 0; i < _columns.Count; i++)
        {
            if (_columns[i] is not PhysicalColumnDefinition column || !names.Contains(column.Name))
                continue;
            new KeyCheck(context).IsKey(column.Type, "PRIMARY KEY", key.Columns.First(part => part.Name == column.Name).Span);
            _columns[i] = column with { Type = column.Type.WithNullability(false) };
        }
        return names;
    }

    ValueList<string> Stored(IEnumerable<(string Name, SourceSpan Span)> columns, string clause)
    {
        var names = new List<string>();
        foreach (var (name, span) in columns)
        {
            var definition = _columns.Find(known => known.Name == name);
            if (names.Contains(name))
                context.Report(CreateErrors.DuplicateColumn(span, name));
            else if (definition is null && !_failed.Contains(name))
                context.Report(BindErrors.UndefinedColumn(
                    span, name, NearestName.Hint(name, _columns.Select(known => known.Name))));
            else if (definition is ComputedColumnDefinition)
                context.Report(CreateErrors.ComputedKey(span, name, clause));
            else if (definition is MetadataColumnDefinition)
                context.Report(CreateErrors.MetadataKey(span, name, clause));
            names.Add(name);
        }
        return [.. names];
    }

    void Watermark(TableDraft draft)
    {
        if (draft.Watermark is not { } watermark || _failed.Count > 0)
            return;
        var (name, span) = (watermark.Column, watermark.Span);
        if (_columns.Find(column => column.Name == name) is not { } rowtime)
        {
            context.Report(BindErrors.UndefinedColumn(span, name, NearestName.Hint(name, _columns.Select(column => column.Name))));
            return;
        }
        if (rowtime.Type is not TemporalType { Precision: <= RowtimePrecisionMax } || !rowtime.Type.IsTimestamp)
        {
            context.Report(CreateErrors.RowtimeType(span, name, rowtime.Type));
            return;
        }
        var expression = Expression(watermark.Expression, watermark.Context, _columns, "WATERMARK");
        if (expression is not BoundError && expression.Type.Kind != rowtime.Type.Kind)
        {
            context.Report(CreateErrors.WatermarkType(
                watermark.Context.SpanOf(watermark.Expression), rowtime.Type, expression.Type));
        }
    }

    // What can be said about options and metadata without making a source or a sink.
    void Connector(TableDraft draft, SourceSpan span)
    {
        if (new TableReader(context).CheckOptions(draft.Options, span) is not var (connector, options))
            return;
        var known = connector.MetadataOf(options, context.Planner.Connectors.Formats);
        foreach (var column in draft.Columns.OfType<DraftMetadata>())
        {
            if (known.FirstOrDefault(one => one.Key == column.Key) is not { } metadata)
                context.Report(CreateErrors.UndefinedMetadata(column.Span, column.Key, connector, known));
            else if (column.Type is { } type && !CanCast(metadata.Type, type))
                context.Report(CreateErrors.MetadataType(column.Span, column.Key, metadata.Type, type));
        }
        if (draft.PartitionKeys.Count > 0 && !connector.AcceptsPartitions)
            context.Report(CreateErrors.PartitionsNotSupported(draft.PartitionKeys[0].Span, connector.Name));
    }

    bool CanCast(SqlType from, SqlType to) => from.WithNullability(true) == to.WithNullability(true)
        || context.Planner.Functions.PlanCast(new(from, false, null, SourceSpan.None), to, isTry: false) is not null;
}
