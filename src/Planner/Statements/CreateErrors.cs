using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Planner.Catalog;

namespace SqlStream.Planner.Statements;

/// <summary>Every message about definitions of tables and views, and about objects by name.</summary>
static class CreateErrors
{
    public static Diagnostic DuplicateColumn(SourceSpan span, string name) =>
        new(SqlState.DuplicateColumn, $"column \"{name}\" is named twice", span);

    public static Diagnostic NoColumns(SourceSpan span, string name) =>
        new(SqlState.InvalidTableDefinition, $"table \"{name}\" has no column that it stores", span,
            Hint: "Declare columns with their types.");

    public static Diagnostic ColumnWithoutType(SourceSpan span, string name) =>
        new(SqlState.InvalidTableDefinition, $"column \"{name}\" has no type", span);

    public static Diagnostic UntypedColumn(SourceSpan span, string name) =>
        new(SqlState.InvalidTableDefinition, $"column \"{name}\" has no type: its expression is NULL", span,
            Hint: "Write CAST(NULL AS ...).");

    public static Diagnostic SecondPrimaryKey(SourceSpan span) =>
        new(SqlState.InvalidTableDefinition, "table has more than one primary key", span);

    public static Diagnostic EnforcedPrimaryKey(SourceSpan span) =>
        new(SqlState.FeatureNotSupported, "primary key that is enforced is not supported", span,
            Hint: "Write PRIMARY KEY ... NOT ENFORCED: the table holds data of others, so that the key is a promise.");

    public static Diagnostic ComputedKey(SourceSpan span, string name, string clause) =>
        new(SqlState.InvalidTableDefinition, $"column \"{name}\" of {clause} is computed, not stored", span);

    public static Diagnostic SecondWatermark(SourceSpan span) =>
        new(SqlState.InvalidTableDefinition, "table has more than one watermark", span);

    public static Diagnostic RowtimeType(SourceSpan span, string name, SqlType type) =>
        new(SqlState.InvalidTableDefinition,
            $"rowtime column \"{name}\" must be of type TIMESTAMP(3) or TIMESTAMP_LTZ(3), not {type.WithNullability(true)}", span,
            Hint: type.IsTimestamp ? "Declare it with precision 3." : $"Add a computed column such as ts AS TO_TIMESTAMP_LTZ({name}, 3).");

    public static Diagnostic WatermarkType(SourceSpan span, SqlType rowtime, SqlType actual) =>
        new(SqlState.DatatypeMismatch,
            $"watermark must be of type {rowtime.WithNullability(true)}, not {actual.WithNullability(true)}", span);

    public static Diagnostic Exists(SourceSpan span, CatalogObject existing) =>
        new(SqlState.DuplicateTable, $"{existing.Kind} \"{existing.Name}\" exists", span,
            Hint: $"DROP {existing.Kind.ToUpperInvariant()} it first, or write IF NOT EXISTS.");

    public static Diagnostic ViewColumns(SourceSpan span, int given, int actual) =>
        new(SqlState.InvalidObjectDefinition, $"view names {given} column{(given == 1 ? "" : "s")}, but its query has {actual}", span);

    public static Diagnostic DuplicateViewColumn(SourceSpan span, string name) =>
        new(SqlState.DuplicateColumn, $"column \"{name}\" is in the result twice", span,
            Hint: "Give the columns different names with AS.");

    public static Diagnostic NoSuchObject(SourceSpan span, string kind, string name, string? hint) =>
        new(SqlState.UndefinedTable, $"{kind} \"{name}\" does not exist", span, Hint: hint);

    public static Diagnostic WrongKind(SourceSpan span, CatalogObject actual, string wanted) =>
        new(SqlState.WrongObjectType, $"\"{actual.Name}\" is a {actual.Kind}, not a {wanted}", span,
            Hint: $"Use {actual.Kind.ToUpperInvariant()} in place of {wanted.ToUpperInvariant()}.");

    public static Diagnostic NotTemporary(SourceSpan span, CatalogObject actual) =>
        new(SqlState.UndefinedTable, $"temporary {actual.Kind} \"{actual.Name}\" does not exist", span,
            Hint: $"A permanent {actual.Kind} of that name exists; leave out TEMPORARY.");

    public static Diagnostic HiddenByTemporary(SourceSpan span, CatalogObject actual) =>
        new(SqlState.WrongObjectType, $"\"{actual.Name}\" is a temporary {actual.Kind}", span,
            Hint: $"Write DROP TEMPORARY {actual.Kind.ToUpperInvariant()}.");
}
