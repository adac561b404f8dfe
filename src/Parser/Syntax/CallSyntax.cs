using SqlStream.Core.Types;

namespace SqlStream.Parser.Syntax;

/// <summary>A call of a function of any kind. Forms with keywords between the arguments are calls too, their arguments
/// in this order: EXTRACT(unit, x), TRIM(symbol, characters, x), SUBSTRING(x, from[, for]), POSITION(part, whole),
/// OVERLAY(x, placing, from[, for]), FLOOR(x, unit), CEIL(x, unit), TIMESTAMPADD(unit, n, x), JSON_OBJECT(k, v, ...),
/// JSON_ARRAY(v, ...), JSON_OBJECTAGG(k, v), JSON_ARRAYAGG(v). CURRENT_TIMESTAMP and its like are calls without
/// arguments.</summary>
/// <param name="Name">As written; keywords of the forms above are in upper case.</param>
/// <param name="Arguments">In order; named ones carry their name.</param>
public sealed record FunctionCall(QualifiedName Name, ValueList<ArgumentSyntax> Arguments) : ExpressionSyntax
{
    /// <summary>COUNT(*): then there are no arguments.</summary>
    public bool Star { get; init; }

    /// <summary>DISTINCT before the arguments.</summary>
    public bool Distinct { get; init; }

    /// <summary>IGNORE NULLS (true), RESPECT NULLS (false), or nothing written.</summary>
    public bool? IgnoreNulls { get; init; }

    /// <summary>JSON constructors: ABSENT ON NULL (true), NULL ON NULL (false), or nothing written.</summary>
    public bool? AbsentOnNull { get; init; }

    /// <summary>ORDER BY inside the parentheses, or WITHIN GROUP (ORDER BY ...).</summary>
    public ValueList<OrderItem> OrderBy { get; init; }

    /// <summary>FILTER (WHERE condition).</summary>
    public ExpressionSyntax? Filter { get; init; }

    /// <summary>OVER name or OVER (...).</summary>
    public OverSyntax? Over { get; init; }
}

/// <summary>An argument, with its name where written <c>name =&gt; value</c>.</summary>
public sealed record ArgumentSyntax(Identifier? Name, ExpressionSyntax Value) : SyntaxNode;

/// <summary>What follows OVER.</summary>
public abstract record OverSyntax : SyntaxNode;

/// <summary>OVER name.</summary>
public sealed record WindowReference(Identifier Name) : OverSyntax;

/// <summary>([base] [PARTITION BY ...] [ORDER BY ...] [frame]).</summary>
public sealed record WindowSpecification(
    Identifier? Base, ValueList<ExpressionSyntax> PartitionBy, ValueList<OrderItem> OrderBy, FrameSyntax? Frame) : OverSyntax;

/// <summary>ROWS or RANGE, BETWEEN start AND end; without an end it is the current row.</summary>
public sealed record FrameSyntax(bool Rows, FrameBound Start, FrameBound? End) : SyntaxNode;

/// <summary>One end of a frame; the offset only for a bounded preceding or following.</summary>
public sealed record FrameBound(FrameBoundKind Kind, ExpressionSyntax? Offset) : SyntaxNode;

/// <summary>Where a frame begins or ends.</summary>
public enum FrameBoundKind
{
    /// <summary>UNBOUNDED PRECEDING.</summary>
    UnboundedPreceding,

    /// <summary>offset PRECEDING.</summary>
    Preceding,

    /// <summary>CURRENT ROW.</summary>
    CurrentRow,

    /// <summary>offset FOLLOWING.</summary>
    Following,

    /// <summary>UNBOUNDED FOLLOWING.</summary>
    UnboundedFollowing,
}

/// <summary>JSON_EXISTS(input, path [behaviour ON ERROR]).</summary>
public sealed record JsonExistsExpression(
    ExpressionSyntax Input, ExpressionSyntax Path, JsonBehavior? OnError) : ExpressionSyntax;

/// <summary>JSON_VALUE(input, path [RETURNING type] [behaviour ON EMPTY] [behaviour ON ERROR]).</summary>
public sealed record JsonValueExpression(
    ExpressionSyntax Input, ExpressionSyntax Path, TypeSyntax? Returning, JsonBehavior? OnEmpty, JsonBehavior? OnError) : ExpressionSyntax;

/// <summary>JSON_QUERY(input, path [RETURNING type] [wrapper] [behaviour ON EMPTY] [behaviour ON ERROR]).</summary>
public sealed record JsonQueryExpression(
    ExpressionSyntax Input, ExpressionSyntax Path, TypeSyntax? Returning, JsonWrapper? Wrapper, JsonBehavior? OnEmpty, JsonBehavior? OnError)
    : ExpressionSyntax;

/// <summary>What a JSON function gives where there is nothing or an error.</summary>
public sealed record JsonBehavior(JsonBehaviorKind Kind, ExpressionSyntax? Default) : SyntaxNode;

/// <summary>The kinds of <see cref="JsonBehavior"/>.</summary>
public enum JsonBehaviorKind
{
#pragma warning disable CS1591 // The names are the keywords.
    Null,
    Error,
    Default,
    True,
    False,
    Unknown,
    EmptyArray,
    EmptyObject,
#pragma warning restore CS1591
}

/// <summary>How JSON_QUERY wraps its result in an array.</summary>
public enum JsonWrapper
{
    /// <summary>WITHOUT ARRAY WRAPPER.</summary>
    Without,

    /// <summary>WITH CONDITIONAL ARRAY WRAPPER.</summary>
    Conditional,

    /// <summary>WITH UNCONDITIONAL ARRAY WRAPPER.</summary>
    Unconditional,
}
