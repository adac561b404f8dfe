using SqlStream.Core.Diagnostics;
using SqlStream.Planner.Catalog;

namespace SqlStream.Planner.Statements;

/// <summary>Every message about altering and dropping what exists, and about catalogs and databases.</summary>
static class AlterErrors
{
    public static Diagnostic ColumnExists(SourceSpan span, string name, ObjectName table) =>
        new(SqlState.DuplicateColumn, $"column \"{name}\" of table \"{table}\" exists", span, Hint: $"Write ALTER TABLE ... MODIFY {name} ....");

    public static Diagnostic UndefinedColumn(SourceSpan span, string name, TableDraft table) =>
        new(SqlState.UndefinedColumn, $"column \"{name}\" of table \"{table.Name}\" does not exist", span,
            Hint: NearestName.Hint(name, table.Columns.Select(column => column.Name))
                ?? $"The columns are {string.Join(", ", table.Columns.Select(column => column.Name))}.");

    public static Diagnostic KeyExists(SourceSpan span, ObjectName table) =>
        new(SqlState.InvalidTableDefinition, $"table \"{table}\" has a primary key", span, Hint: "Write ALTER TABLE ... MODIFY PRIMARY KEY.");

    public static Diagnostic NoKey(SourceSpan span, ObjectName table) =>
        new(SqlState.UndefinedObject, $"table \"{table}\" has no primary key", span, Hint: "ALTER TABLE ... ADD PRIMARY KEY gives it one.");

    public static Diagnostic UndefinedConstraint(SourceSpan span, string name, TableDraft table)
    {
        var known = table.PrimaryKey?.Constraint;
        return new(SqlState.UndefinedObject, $"constraint \"{name}\" of table \"{table.Name}\" does not exist", span,
            Hint: known is not null ? $"Its primary key is called \"{known}\"."
                : table.PrimaryKey is not null ? "Its primary key has no name: write DROP PRIMARY KEY."
                : "The table has no constraints.");
    }

    public static Diagnostic WatermarkExists(SourceSpan span, ObjectName table) =>
        new(SqlState.InvalidTableDefinition, $"table \"{table}\" has a watermark", span, Hint: "Write ALTER TABLE ... MODIFY WATERMARK.");

    public static Diagnostic NoWatermark(SourceSpan span, ObjectName table) =>
        new(SqlState.UndefinedObject, $"table \"{table}\" has no watermark", span, Hint: "ALTER TABLE ... ADD WATERMARK gives it one.");

    public static Diagnostic ColumnInUse(SourceSpan span, string name, string by, string hint) =>
        new(SqlState.ObjectInUse, $"column \"{name}\" is used by {by}", span, Hint: hint);

    public static Diagnostic ConnectorOption(SourceSpan span) =>
        new(SqlState.InvalidParameterValue, "option 'connector' cannot be taken away", span, Hint: "SET another value, or drop the table.");

    public static Diagnostic HoldsRows(SourceSpan span, ObjectName table, string connector) =>
        new(SqlState.FeatureNotSupported, $"columns and keys of \"{table}\" cannot be altered: connector '{connector}' holds rows of the old form", span,
            Hint: "CREATE another TABLE and fill it with INSERT INTO ... SELECT.");

    public static Diagnostic OtherCatalog(SourceSpan span) =>
        new(SqlState.FeatureNotSupported, "RENAME TO another catalog is not supported", span, Hint: "CREATE TABLE ... LIKE makes a copy of the definition.");

    public static Diagnostic NameExists(SourceSpan span, CatalogObject existing) =>
        new(SqlState.DuplicateTable, $"{existing.Kind} \"{existing.Name}\" exists", span, Hint: "Choose another name.");

    public static Diagnostic NotPartitioned(SourceSpan span, ObjectName table) =>
        new(SqlState.WrongObjectType, $"table \"{table}\" is not partitioned", span);

    public static Diagnostic DatabaseExists(SourceSpan span, string name) =>
        new(SqlState.DuplicateObject, $"database \"{name}\" exists", span, Hint: "Write IF NOT EXISTS.");

    public static Diagnostic DatabaseNotEmpty(SourceSpan span, DatabaseDefinition database, int objects) =>
        new(SqlState.ObjectInUse, $"database \"{database.Name}\" holds {objects} {(objects == 1 ? "table or view" : "tables and views")}", span,
            Hint: "Write CASCADE to drop them, too.");

    public static Diagnostic DatabaseInUse(SourceSpan span, string name) =>
        new(SqlState.ObjectInUse, $"database \"{name}\" is the current one", span, Hint: "USE another database first.");

    public static Diagnostic DefaultDatabase(SourceSpan span, CatalogDefinition catalog) =>
        new(SqlState.ObjectInUse, $"database \"{catalog.DefaultDatabase}\" is the default of catalog \"{catalog.Name}\"", span);

    public static Diagnostic CatalogExists(SourceSpan span, string name) =>
        new(SqlState.DuplicateObject, $"catalog \"{name}\" exists", span, Hint: "Write IF NOT EXISTS.");

    public static Diagnostic CatalogInUse(SourceSpan span, string name) =>
        new(SqlState.ObjectInUse, $"catalog \"{name}\" is the current one", span, Hint: "USE CATALOG another one first.");

    public static Diagnostic DefaultCatalog(SourceSpan span, string name) =>
        new(SqlState.ObjectInUse, $"catalog \"{name}\" is always there", span);

    public static Diagnostic ReservedName(SourceSpan span, string kind) =>
        new(SqlState.InvalidName, $"name of a {kind} must not be empty or hold a slash", span);

    public static Diagnostic CatalogType(SourceSpan span, string? type, IReadOnlyList<string> known) => type is null
        ? new(SqlState.InvalidParameterValue, "option 'type' is required", span, Hint: $"Write WITH ('type' = '...'), one of {Listed(known)}.")
        : new(SqlState.UndefinedObject, $"catalog type '{type}' does not exist", span,
            Hint: NearestName.Hint(type, known) ?? $"The types are {Listed(known)}.");

    public static Diagnostic CatalogOption(SourceSpan span, string key, string type, IReadOnlyList<string> known) =>
        new(SqlState.UndefinedObject, $"option '{key}' of catalog type '{type}' does not exist", span,
            Hint: NearestName.Hint(key, known) ?? $"The options are {Listed(known)}.");

    public static Diagnostic FixedCatalogOption(SourceSpan span, string key) =>
        new(SqlState.FeatureNotSupported, $"option '{key}' of a catalog cannot be altered", span, Hint: "DROP the catalog and CREATE it anew.");

    public static Diagnostic EmptyOption(SourceSpan span, string key) =>
        new(SqlState.InvalidParameterValue, $"option '{key}' must not be empty", span);

    public static Diagnostic UndefinedFunction(SourceSpan span, string name, string? hint) =>
        new(SqlState.UndefinedFunction, $"function \"{name}\" does not exist", span, Hint: hint ?? "SHOW FUNCTIONS lists all functions.");

    public static Diagnostic FunctionExists(SourceSpan span, string name) =>
        new(SqlState.DuplicateFunction, $"function \"{name}\" exists", span, Hint: "Use CREATE FUNCTION IF NOT EXISTS, ALTER FUNCTION, or DROP it first.");

    public static Diagnostic EmptyClass(SourceSpan span) =>
        new(SqlState.InvalidParameterValue, "the class of a function must not be empty", span, Hint: "Write AS 'Namespace.Class'.");

    static string Listed(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"'{name}'"));
}
