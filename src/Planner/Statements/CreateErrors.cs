using SqlStream.Core.Connect;
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

    public static string ExistsAlready(CatalogObject existing) => $"{existing.Kind} \"{existing.Name}\" exists; nothing was done";

    public static Diagnostic NothingToReplace(SourceSpan span, string name) =>
        new(SqlState.UndefinedTable, $"table \"{name}\" does not exist", span,
            Hint: "Write CREATE OR REPLACE TABLE, which makes it where it is not there.");

    public static Diagnostic MetadataKey(SourceSpan span, string name, string clause) =>
        new(SqlState.InvalidTableDefinition, $"column \"{name}\" of {clause} is metadata, not stored", span);

    public static Diagnostic UndefinedMetadata(SourceSpan span, string key, IConnector connector, IReadOnlyList<MetadataDefinition> definitions)
    {
        var keys = definitions.Select(known => known.Key).ToList();
        return new(SqlState.UndefinedColumn, $"metadata '{key}' of connector '{connector.Name}' does not exist", span,
            Hint: keys.Count == 0
                ? "This connector has no metadata."
                : NearestName.Hint(key, keys) ?? $"The keys are {string.Join(", ", keys.Select(known => $"'{known}'"))}; write METADATA FROM 'key'.");
    }

    public static Diagnostic MetadataType(SourceSpan span, string key, SqlType actual, SqlType wanted) =>
        new(SqlState.DatatypeMismatch,
            $"metadata '{key}' is of type {actual.WithNullability(true)}, which cannot be cast to {wanted.WithNullability(true)}", span);

    public static Diagnostic PartitionsNotSupported(SourceSpan span, string connector) =>
        new(SqlState.FeatureNotSupported, $"PARTITIONED BY is not supported by connector '{connector}'", span,
            Hint: "Leave PARTITIONED BY out; the columns are then kept in the rows.");

    public static Diagnostic LikeTwice(SourceSpan span, string feature) =>
        new(SqlState.SyntaxError, $"LIKE names {feature} twice", span);

    public static Diagnostic LikeOverwriting(SourceSpan span, string feature) =>
        new(SqlState.SyntaxError, $"{feature} of LIKE cannot be overwritten", span, Hint: $"Write INCLUDING {feature} or EXCLUDING {feature}.");

    public static Diagnostic LikeConflict(SourceSpan span, string what, ObjectName source, string way) =>
        new(SqlState.InvalidTableDefinition, $"table \"{source}\" has a {what}, too", span, Hint: $"Write LIKE ... ({way}).");

    public static Diagnostic LikeColumn(SourceSpan span, string name, ObjectName source) =>
        new(SqlState.DuplicateColumn, $"column \"{name}\" exists in table \"{source}\"", span,
            Hint: "Give it another name. Computed and metadata columns may be replaced with OVERWRITING GENERATED or METADATA.");

    public static Diagnostic LikeOption(SourceSpan span, string key, ObjectName source) =>
        new(SqlState.DuplicateObject, $"option '{key}' is set in table \"{source}\", too", span, Hint: "Write LIKE ... (OVERWRITING OPTIONS).");

    public static Diagnostic UnlistedColumn(SourceSpan span, string name) =>
        new(SqlState.InvalidTableDefinition, $"column \"{name}\" of the query is not in the column list", span,
            Hint: "A list of names gives the order of all columns; leave the list out, or name every column.");

    public static Diagnostic NotStored(SourceSpan span, string name) =>
        new(SqlState.InvalidTableDefinition, $"column \"{name}\" is not stored, so that the query cannot fill it", span,
            Hint: "Give the column or the one of the query another name.");

    public static Diagnostic NoTableNamed(SourceSpan span, string statement) =>
        new(SqlState.SyntaxError, $"{statement} names no table", span, Hint: $"Write {statement} FROM table.");

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
