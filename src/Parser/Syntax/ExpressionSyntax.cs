using SqlStream.Core.Types;

namespace SqlStream.Parser.Syntax;

/// <summary>Something with a value, or an argument of a function that stands where values stand.</summary>
public abstract record ExpressionSyntax : SyntaxNode;

/// <summary>A column or field by its dotted path; which parts are catalog, table, column and field is the binder's to
/// say.</summary>
public sealed record NameExpression(ValueList<Identifier> Parts) : ExpressionSyntax
{
    /// <summary>The parts with dots between them, without quotes.</summary>
    public override string ToString() => string.Join('.', Parts.Map(part => part.Text));
}

/// <summary>NOT, plus or minus before an operand.</summary>
public sealed record UnaryExpression(UnaryOperator Operator, ExpressionSyntax Operand) : ExpressionSyntax;

/// <summary>Operators with one operand.</summary>
public enum UnaryOperator
{
    /// <summary>NOT x.</summary>
    Not,

    /// <summary>-x.</summary>
    Minus,

    /// <summary>+x.</summary>
    Plus,
}

/// <summary>Two operands with an operator between them. Chains lean to the left and may be thousands of operators
/// long: walk down <see cref="Left"/> in a loop.</summary>
public sealed record BinaryExpression(
    ExpressionSyntax Left, BinaryOperator Operator, ExpressionSyntax Right) : ExpressionSyntax
{
    /// <summary>Compares without recursion along the left operands.</summary>
    public bool Equals(BinaryExpression? other)
    {
        var mine = this;
        while (other is not null)
        {
            if (ReferenceEquals(mine, other))
                return true;
            if (mine.Operator != other.Operator || !mine.Right.Equals(other.Right))
                return false;
            if (mine.Left is not BinaryExpression left)
                return mine.Left.Equals(other.Left);
            mine = left;
            other = other.Left as BinaryExpression;
        }
        return false;
    }

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HashCode.Combine(Operator, Right, Left is BinaryExpression left ? (int)left.Operator : Left.GetHashCode());
}

/// <summary>Operators with two operands, except AND and OR.</summary>
public enum BinaryOperator
{
    /// <summary>a + b.</summary>
    Add,

    /// <summary>a - b.</summary>
    Subtract,

    /// <summary>a * b.</summary>
    Multiply,

    /// <summary>a / b.</summary>
    Divide,

    /// <summary>a % b.</summary>
    Modulo,

    /// <summary>a || b.</summary>
    Concat,

    /// <summary>a = b.</summary>
    Equal,

    /// <summary>a &lt;&gt; b, also written !=.</summary>
    NotEqual,

    /// <summary>a &lt; b.</summary>
    Less,

    /// <summary>a &lt;= b.</summary>
    LessOrEqual,

    /// <summary>a &gt; b.</summary>
    Greater,

    /// <summary>a &gt;= b.</summary>
    GreaterOrEqual,

    /// <summary>(start, end) OVERLAPS (start, end).</summary>
    Overlaps,
}

/// <summary>Two or more operands, all joined by AND or all by OR.</summary>
public sealed record LogicalExpression(
    LogicalOperator Operator, ValueList<ExpressionSyntax> Operands) : ExpressionSyntax;

/// <summary>AND or OR.</summary>
public enum LogicalOperator
{
    /// <summary>a AND b.</summary>
    And,

    /// <summary>a OR b.</summary>
    Or,
}

/// <summary>x [NOT] BETWEEN [SYMMETRIC] low AND high.</summary>
public sealed record BetweenExpression(
    ExpressionSyntax Operand, ExpressionSyntax Low, ExpressionSyntax High, bool Symmetric, bool Negated)
    : ExpressionSyntax;

/// <summary>x [NOT] IN (a, b, ...).</summary>
public sealed record InListExpression(
    ExpressionSyntax Operand, ValueList<ExpressionSyntax> Values, bool Negated) : ExpressionSyntax;

/// <summary>x [NOT] IN (query).</summary>
public sealed record InQueryExpression(ExpressionSyntax Operand, QuerySyntax Query, bool Negated) : ExpressionSyntax;

/// <summary>x op ANY | SOME | ALL (query).</summary>
public sealed record QuantifiedExpression(
    ExpressionSyntax Operand, BinaryOperator Operator, bool All, QuerySyntax Query) : ExpressionSyntax;

/// <summary>x [NOT] LIKE pattern [ESCAPE escape], and its relatives.</summary>
public sealed record LikeExpression(
    ExpressionSyntax Operand, LikeKind Kind, ExpressionSyntax Pattern, ExpressionSyntax? Escape, bool Negated)
    : ExpressionSyntax;

/// <summary>The pattern languages of predicates.</summary>
public enum LikeKind
{
    /// <summary>LIKE.</summary>
    Like,

    /// <summary>ILIKE: case is ignored.</summary>
    ILike,

    /// <summary>SIMILAR TO.</summary>
    SimilarTo,
}

/// <summary>x IS [NOT] NULL, TRUE, FALSE, UNKNOWN or JSON.</summary>
public sealed record IsExpression(ExpressionSyntax Operand, IsTest Test, bool Negated) : ExpressionSyntax;

/// <summary>What IS asks.</summary>
public enum IsTest
{
#pragma warning disable CS1591 // The names are the keywords.
    Null,
    True,
    False,
    Unknown,
    Json,
    JsonScalar,
    JsonArray,
    JsonObject,
#pragma warning restore CS1591
}

/// <summary>a IS [NOT] DISTINCT FROM b. Negated means: NOT DISTINCT, so equal or both NULL.</summary>
public sealed record DistinctFromExpression(
    ExpressionSyntax Left, ExpressionSyntax Right, bool Negated) : ExpressionSyntax;

/// <summary>CASE; with an operand the conditions are values to compare it with.</summary>
public sealed record CaseExpression(
    ExpressionSyntax? Operand, ValueList<WhenClause> Whens, ExpressionSyntax? Else) : ExpressionSyntax;

/// <summary>WHEN condition THEN result.</summary>
public sealed record WhenClause(ExpressionSyntax Condition, ExpressionSyntax Result) : SyntaxNode;

/// <summary>CAST, or TRY_CAST where failure gives NULL.</summary>
public sealed record CastExpression(ExpressionSyntax Operand, TypeSyntax Type, bool Try) : ExpressionSyntax;

/// <summary>[NOT is a UnaryExpression] EXISTS (query).</summary>
public sealed record ExistsExpression(QuerySyntax Query) : ExpressionSyntax;

/// <summary>(query) where a value stands.</summary>
public sealed record SubqueryExpression(QuerySyntax Query) : ExpressionSyntax;

/// <summary>ROW(a, b) or (a, b).</summary>
public sealed record RowExpression(ValueList<ExpressionSyntax> Values) : ExpressionSyntax;

/// <summary>ARRAY[a, b].</summary>
public sealed record ArrayExpression(ValueList<ExpressionSyntax> Values) : ExpressionSyntax;

/// <summary>MAP[k, v, k, v].</summary>
public sealed record MapExpression(ValueList<MapEntrySyntax> Entries) : ExpressionSyntax;

/// <summary>One key and its value in MAP[...].</summary>
public sealed record MapEntrySyntax(ExpressionSyntax Key, ExpressionSyntax Value) : SyntaxNode;

/// <summary>x[index].</summary>
public sealed record SubscriptExpression(ExpressionSyntax Operand, ExpressionSyntax Index) : ExpressionSyntax;

/// <summary>(x).field: a field of something that is not a plain name.</summary>
public sealed record FieldAccessExpression(ExpressionSyntax Operand, Identifier Field) : ExpressionSyntax;

/// <summary>A unit of time as the argument of a call.</summary>
public sealed record TimeUnitExpression(TimeUnit Unit) : ExpressionSyntax;

/// <summary>A keyword as the argument of a call: BOTH, LEADING or TRAILING, as first argument of TRIM.</summary>
public sealed record SymbolExpression(string Keyword) : ExpressionSyntax;

/// <summary>DESCRIPTOR(a, b): names of columns as an argument of a table function.</summary>
public sealed record DescriptorExpression(ValueList<Identifier> Columns) : ExpressionSyntax;

/// <summary>TABLE t or TABLE (query) as an argument of a table function.</summary>
public sealed record TableArgumentExpression(
    TableSyntax Table, ValueList<ExpressionSyntax> PartitionBy, ValueList<OrderItem> OrderBy)
    : ExpressionSyntax;

/// <summary>RUNNING x or FINAL x in the measures of MATCH_RECOGNIZE.</summary>
public sealed record MeasureSemanticsExpression(bool Final, ExpressionSyntax Operand) : ExpressionSyntax;
