using System.Globalization;
using System.Text;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Postgres;

/// <summary>Predicates as conditions of the server, where it compares values as the engine does, or gives rows too many at the most: every row is tested again.</summary>
/// <remarks>Compared is what is read: the value after the cast to its type here. Left alone are times (a microsecond is cut off when they are read), timestamps in nanoseconds,
/// CHAR and blank-padded columns, and binary values. Texts are compared by their bytes, in the collation "C"; those that are to be equal in the column's own one, so that
/// its indexes serve: there no two texts with the same bytes differ.</remarks>
static class PushedCondition
{
    /// <summary>True for a predicate on one column whose type can be compared.</summary>
    public static bool Takes(RowPredicate predicate, Schema schema) => predicate switch
    {
        ColumnNullTest => true,
        ColumnStartsWith text => IsText(schema[text.Column].Type) && IsWritable(text.Prefix),
        ColumnIn list => IsComparable(schema[list.Column].Type) && list.Values.All(IsWritable),
        ColumnComparison comparison => IsComparable(schema[comparison.Column].Type) && IsWritable(comparison.Value),
        _ => false,
    };

    /// <summary>The condition, or null where the server's columns do not allow it.</summary>
    public static string? Sql(RowPredicate predicate, PostgresTable found, ConnectorTable table, string alias)
    {
        switch (predicate)
        {
            case AllOf all:
                return Join(all.Parts.Select(part => Sql(part, found, table, alias)).Where(part => part is not null), " AND ");
            case AnyOf any:
                var parts = any.Parts.Select(part => Sql(part, found, table, alias)).ToList();
                return parts.Contains(null) ? null : Join(parts, " OR ");
            case ColumnNullTest test:
                return $"{SourceColumns.Expression(found, table, test.Column, alias)} IS {(test.IsNull ? "" : "NOT ")}NULL";
            case ColumnStartsWith text:
                return Text(text.Column, found, table, alias) is { } whole ? $"starts_with({whole} COLLATE \"C\", {Quoted(text.Prefix)})" : null;
            case ColumnIn list:
                return Operand(list.Column, found, table, alias) is { } one ? $"{one} IN ({string.Join(", ", list.Values.Select(value => Literal(value, list.Type)))})" : null;
            case ColumnComparison comparison:
                if (Operand(comparison.Column, found, table, alias) is not { } operand)
                    return null;
                var collation = comparison.Type.IsCharacter && comparison.Operator != ComparisonOperator.Equal ? " COLLATE \"C\"" : "";
                return $"{operand}{collation} {Sign(comparison.Operator)} {Literal(comparison.Value, comparison.Type)}";
            default:
                throw new EngineBugException($"predicate {predicate.GetType().Name} has no SQL");
        }
    }

    static string? Join(IEnumerable<string?> parts, string word) => string.Join(word, parts) is { Length: > 0 } joined ? $"({joined})" : null;

    static bool IsText(SqlType type) => type.Kind == SqlTypeKind.Varchar;

    static bool IsComparable(SqlType type) => IsText(type) || type.IsInteger || type switch
    {
        { Kind: SqlTypeKind.Boolean or SqlTypeKind.Float or SqlTypeKind.Double or SqlTypeKind.Decimal or SqlTypeKind.Date } => true,
        TemporalType { Kind: SqlTypeKind.Timestamp or SqlTypeKind.TimestampLtz } time => !time.IsNanos,
        _ => false,
    };

    // A text there holds no NUL, and no half of a pair.
    static bool IsWritable(object value) => value switch
    {
        string text => !text.Contains('\0', StringComparison.Ordinal) && Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text,
        float number => float.IsFinite(number),
        double number => double.IsFinite(number),
        _ => true,
    };

    static string? Operand(int column, PostgresTable found, ConnectorTable table, string alias) =>
        table.Schema[column].Type.IsCharacter ? Text(column, found, table, alias) : SourceColumns.Expression(found, table, column, alias);

    // Blanks at the end do not count there, and JSON is not compared at all.
    static string? Text(int column, PostgresTable found, ConnectorTable table, string alias) =>
        found.RequiredColumn(table.Schema[column].Name).Oid is PostgresTypes.BlankPadded or PostgresTypes.Json or PostgresTypes.Name
            ? null
            : SourceColumns.Expression(found, table, column, alias);

    static string Sign(ComparisonOperator comparison) => comparison switch
    {
        ComparisonOperator.Equal => "=",
        ComparisonOperator.NotEqual => "<>",
        ComparisonOperator.Less => "<",
        ComparisonOperator.LessOrEqual => "<=",
        ComparisonOperator.Greater => ">",
        _ => ">=",
    };

    // COPY takes no parameters.
    static string Literal(object value, SqlType type) => (type, value) switch
    {
        (_, bool flag) => flag ? "true" : "false",
        (_, string text) => Quoted(text),
        (_, float number) => $"'{number.ToString("R", CultureInfo.InvariantCulture)}'::real",
        (_, double number) => $"'{number.ToString("R", CultureInfo.InvariantCulture)}'::double precision",
        (DecimalType number, _) => $"'{LookupText.Of(value, type)}'::numeric({number.Precision}, {number.Scale})",
        ({ Kind: SqlTypeKind.Date }, _) => $"'{LookupText.Of(value, type)}'::date",
        (TemporalType { Kind: SqlTypeKind.Timestamp }, _) => $"'{LookupText.Of(value, type)}'::timestamp",
        (TemporalType { Kind: SqlTypeKind.TimestampLtz }, _) => $"'{LookupText.Of(value, type)}+00'::timestamptz",
        _ => string.Create(CultureInfo.InvariantCulture, $"'{value}'::{PostgresTypes.Sql(type)}"),
    };

    // Whatever the server's standard_conforming_strings says.
    static string Quoted(string text) =>
        $"E'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'::text";
}
