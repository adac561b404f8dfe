using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Binding;
using SqlStream.Planner.Catalog;

namespace SqlStream.Planner.Statements;

/// <summary>A table in the making: what CREATE, LIKE, AS and ALTER put together before all of it is checked at once. Each part
/// carries the context in which its expressions and positions are to be understood.</summary>
sealed class TableDraft(ObjectName name)
{
    public ObjectName Name { get; set; } = name;

    public bool IsTemporary { get; set; }

    public string? Comment { get; set; }

    public List<DraftColumn> Columns { get; } = [];

    public DraftKey? PrimaryKey { get; set; }

    public DraftWatermark? Watermark { get; set; }

    public List<(string Name, SourceSpan Span)> PartitionKeys { get; } = [];

    public TableOptions Options { get; set; } = new([]);

    /// <summary>All of an existing table; problems with it are reported at a position of the statement.</summary>
    public static TableDraft Of(TableDefinition table, BindContext context, SourceSpan span)
    {
        var draft = new TableDraft(table.Name) { IsTemporary = table.IsTemporary, Comment = table.Comment };
        var inside = context.ForTable(table, span);
        draft.Columns.AddRange(table.Columns.Select(column => DraftColumn.Of(column, inside, span)));
        draft.PrimaryKey = Key(table, span);
        draft.Watermark = Water(table, inside, span);
        draft.PartitionKeys.AddRange(table.PartitionKeys.Select(key => (key, span)));
        draft.Options = At(table.Options, span);
        return draft;
    }

    /// <summary>The primary key of an existing table.</summary>
    public static DraftKey? Key(TableDefinition table, SourceSpan span) => table.PrimaryKey.IsEmpty
        ? null
        : new DraftKey(table.PrimaryKey.Map(column => (column, span)), table.PrimaryKeyName, span);

    /// <summary>The watermark of an existing table.</summary>
    public static DraftWatermark? Water(TableDefinition table, BindContext inside, SourceSpan span) => table.Watermark is { } watermark
        ? new DraftWatermark(watermark.Column, span, watermark.Expression, inside)
        : null;

    /// <summary>Options that stand in another text, with a position in this one.</summary>
    public static TableOptions At(TableOptions options, SourceSpan span) =>
        new(options.Options.Map(option => option with { Span = span }));

    public DraftColumn? Find(string column) => Columns.Find(known => known.Name == column);
}

/// <summary>PRIMARY KEY.</summary>
/// <param name="Columns">Names with their positions.</param>
/// <param name="Constraint">The name of the constraint, if it has one.</param>
/// <param name="Span">Where it stands.</param>
sealed record DraftKey(ValueList<(string Name, SourceSpan Span)> Columns, string? Constraint, SourceSpan Span);

/// <summary>WATERMARK FOR.</summary>
/// <param name="Column">The rowtime.</param>
/// <param name="Span">Where the rowtime stands.</param>
/// <param name="Expression">AS expression.</param>
/// <param name="Context">Where the expression is bound.</param>
sealed record DraftWatermark(string Column, SourceSpan Span, ExpressionSyntax Expression, BindContext Context);

/// <summary>A column.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Span">Where the name stands.</param>
/// <param name="Comment">COMMENT 'text'.</param>
abstract record DraftColumn(string Name, SourceSpan Span, string? Comment)
{
    /// <summary>A column of an existing table.</summary>
    public static DraftColumn Of(ColumnDefinition column, BindContext inside, SourceSpan span) => column switch
    {
        PhysicalColumnDefinition => new DraftPhysical(column.Name, span, column.Comment, column.Type),
        MetadataColumnDefinition metadata => new DraftMetadata(column.Name, span, column.Comment, column.Type, metadata.Key, metadata.IsVirtual),
        ComputedColumnDefinition computed => new DraftComputed(column.Name, span, column.Comment, computed.Expression, inside),
        _ => throw new System.Diagnostics.UnreachableException($"column {column.GetType().Name} has no case"),
    };
}

/// <summary>A column that the outside holds; without a type after an error.</summary>
sealed record DraftPhysical(string Name, SourceSpan Span, string? Comment, SqlType? Type) : DraftColumn(Name, Span, Comment);

/// <summary>A column that the connector fills in; without a type after an error.</summary>
sealed record DraftMetadata(string Name, SourceSpan Span, string? Comment, SqlType? Type, string Key, bool IsVirtual)
    : DraftColumn(Name, Span, Comment);

/// <summary>A column that is computed.</summary>
sealed record DraftComputed(string Name, SourceSpan Span, string? Comment, ExpressionSyntax Expression, BindContext Context)
    : DraftColumn(Name, Span, Comment);

/// <summary>A mere name that stands for a column of the query of CREATE TABLE ... AS.</summary>
sealed record DraftName(string Name, SourceSpan Span) : DraftColumn(Name, Span, null);
