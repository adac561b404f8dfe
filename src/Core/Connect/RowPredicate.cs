using SqlStream.Core.Types;

namespace SqlStream.Core.Connect;

/// <summary>A condition on single columns that a source can test where its rows are. Columns are positions in the table's schema; values are not NULL, and as
/// <see cref="Columns.PlanValue"/> represents them.</summary>
public abstract record RowPredicate;

/// <summary>A column compared with a value; a NULL is not wanted.</summary>
/// <param name="Column">The column.</param>
/// <param name="Operator">How.</param>
/// <param name="Type">The type of the value: that of the column, but for length, precision and nullability.</param>
/// <param name="Value">The value.</param>
public sealed record ColumnComparison(int Column, ComparisonOperator Operator, SqlType Type, object Value) : RowPredicate;

/// <summary>A column is equal to one of some values.</summary>
/// <param name="Column">The column.</param>
/// <param name="Type">The type of the values.</param>
/// <param name="Values">The values.</param>
public sealed record ColumnIn(int Column, SqlType Type, ValueList<object> Values) : RowPredicate;

/// <summary>A column is NULL, or is not.</summary>
/// <param name="Column">The column.</param>
/// <param name="IsNull">Which of both.</param>
public sealed record ColumnNullTest(int Column, bool IsNull) : RowPredicate;

/// <summary>A text begins with another, byte by byte.</summary>
/// <param name="Column">The column.</param>
/// <param name="Prefix">Its beginning.</param>
public sealed record ColumnStartsWith(int Column, string Prefix) : RowPredicate;

/// <summary>All of some predicates.</summary>
/// <param name="Parts">Two or more.</param>
public sealed record AllOf(ValueList<RowPredicate> Parts) : RowPredicate;

/// <summary>One of some predicates, at least.</summary>
/// <param name="Parts">Two or more.</param>
public sealed record AnyOf(ValueList<RowPredicate> Parts) : RowPredicate;

/// <summary>How two values are compared. Texts and bytes by their bytes.</summary>
public enum ComparisonOperator
{
    /// <summary>=</summary>
    Equal,

    /// <summary>&lt;&gt;</summary>
    NotEqual,

    /// <summary>&lt;</summary>
    Less,

    /// <summary>&lt;=</summary>
    LessOrEqual,

    /// <summary>&gt;</summary>
    Greater,

    /// <summary>&gt;=</summary>
    GreaterOrEqual,
}
