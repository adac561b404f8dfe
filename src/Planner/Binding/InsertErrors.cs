using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Planner.Catalog;

namespace SqlStream.Planner.Binding;

/// <summary>Every message about matching a query with the table it is inserted into.</summary>
static class InsertErrors
{
    public static Diagnostic ColumnCount(SourceSpan span, ConnectorTable table, List<int> targets, int actual, bool isListed)
    {
        var expected = string.Join(", ", targets.Select(index => table.Schema[index].Name));
        return new(SqlState.DatatypeMismatch,
            $"INSERT into \"{table.Name}\" needs {targets.Count} column{(targets.Count == 1 ? "" : "s")}, "
                + $"but the query has {actual}", span,
            Detail: $"The columns are {expected}.",
            Hint: isListed || actual > targets.Count ? null : "Name the columns that the query gives: INSERT INTO t (a, b) SELECT ...");
    }

    public static Diagnostic UndefinedTarget(SourceSpan span, string name, Schema schema) =>
        new(SqlState.UndefinedColumn, $"column \"{name}\" cannot be inserted into: the table stores no such column", span,
            Hint: NearestName.Hint(name, schema.Fields.Select(field => field.Name))
                ?? $"The columns are {string.Join(", ", schema.Fields.Select(field => field.Name))}.");

    public static Diagnostic UndefinedAssigned(SourceSpan span, string name, IReadOnlyCollection<string> stored) =>
        new(SqlState.UndefinedColumn, $"column \"{name}\" cannot be updated: the table stores no such column", span,
            Hint: NearestName.Hint(name, stored) ?? $"The columns are {string.Join(", ", stored)}.");

    public static Diagnostic DuplicateTarget(SourceSpan span, string name) =>
        new(SqlState.DuplicateColumn, $"column \"{name}\" is named twice", span);

    public static Diagnostic NotAPartitionKey(SourceSpan span, string name, TableDefinition table) =>
        new(SqlState.InvalidColumnReference, $"column \"{name}\" is no partition key of table \"{table.Name}\"", span,
            Hint: table.PartitionKeys.IsEmpty ? "The table is not PARTITIONED BY anything."
                : NearestName.Hint(name, table.PartitionKeys) ?? $"The keys are {string.Join(", ", (IEnumerable<string>)table.PartitionKeys)}.");

    public static Diagnostic PartitionText(SourceSpan span, Field field) =>
        new(SqlState.InvalidCharacterValueForCast, $"value of partition column \"{field.Name}\" is no {field.Type.WithNullability(true)}", span);

    public static Diagnostic PartitionNotConstant(SourceSpan span, string name) =>
        new(SqlState.InvalidColumnReference, $"value of partition column \"{name}\" is not constant", span, Hint: "Write a literal.");

    public static Diagnostic PartitionWithoutValue(SourceSpan span, string name) =>
        new(SqlState.SyntaxError, $"partition column \"{name}\" has no value", span, Hint: $"Write {name} = value.");

    public static Diagnostic PartitionIncomplete(SourceSpan span, TableDefinition table, List<string> missing) =>
        new(SqlState.InvalidParameterValue, $"a partition of table \"{table.Name}\" has values of all partition columns; missing: {string.Join(", ", missing)}", span,
            Hint: $"Write PARTITION ({string.Join(", ", table.PartitionKeys.Select(key => $"{key} = ..."))}).");

    public static Diagnostic PartitionsUnknown(SourceSpan span, string statement, ObjectName table, string connector) =>
        new(SqlState.FeatureNotSupported, $"{statement} of table \"{table}\" is not supported: connector '{connector}' keeps no partitions", span,
            Hint: "SELECT DISTINCT over the partition columns lists their values.");

    public static Diagnostic ConflictWithoutKey(SourceSpan span, ObjectName table) =>
        new(SqlState.InvalidColumnReference, $"ON CONFLICT needs a primary key, and table \"{table}\" has none", span,
            Hint: "Declare PRIMARY KEY (...) NOT ENFORCED in CREATE TABLE.");

    public static Diagnostic CannotOverwrite(SourceSpan span, string connector) =>
        new(SqlState.FeatureNotSupported, $"INSERT OVERWRITE of a table of connector '{connector}' is not supported", span,
            Hint: "Tables of connectors 'filesystem' and 'memory' can be overwritten.");

    public static Diagnostic CannotOverwritePartitions(SourceSpan span, ObjectName table, string connector) =>
        new(SqlState.FeatureNotSupported, $"INSERT OVERWRITE of partitioned table \"{table}\" is not supported: connector '{connector}' keeps no partitions", span,
            Hint: "Leave PARTITIONED BY out of CREATE TABLE to overwrite the whole table, or use connector 'filesystem'.");

    public static Diagnostic CannotResolveConflicts(SourceSpan span, string connector) =>
        new(SqlState.FeatureNotSupported, $"ON CONFLICT of a table of connector '{connector}' is not supported: it does not know the keys that the table holds", span,
            Hint: "Tables of connector 'memory' know their keys.");

    public static Diagnostic OverwrittenAndWritten(SourceSpan span, ObjectName table) =>
        new(SqlState.FeatureNotSupported, $"table \"{table}\" is overwritten and written by another INSERT of the same statement set", span,
            Hint: "Use one INSERT OVERWRITE with UNION ALL, or two statements.");

    public static Diagnostic MissingNotNull(SourceSpan span, string name) =>
        new(SqlState.NotNullViolation, $"column \"{name}\" is NOT NULL and gets no value", span,
            Hint: $"Add \"{name}\" to the columns of INSERT.");

    public static Diagnostic NullInNotNull(SourceSpan span, string name) =>
        new(SqlState.NotNullViolation, $"column \"{name}\" is NOT NULL and gets NULL", span);

    public static Diagnostic TypeMismatch(SourceSpan span, Field field, SqlType actual) =>
        new(SqlState.DatatypeMismatch,
            $"column \"{field.Name}\" is of type {field.Type.WithNullability(true)}, "
                + $"but the query gives {actual.WithNullability(true)}", span,
            Hint: $"Use CAST(... AS {field.Type.WithNullability(true)}).");
}
