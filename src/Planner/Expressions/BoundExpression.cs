using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Planner.Expressions;

/// <summary>A typed expression over the columns of one input row. Immutable; equal by meaning: positions in the text
/// and display names take no part in equality.</summary>
public abstract record BoundExpression(SqlType Type)
{
    /// <summary>Where the expression stands in the SQL text, for errors at run time; not part of equality.</summary>
    public SourceSpan Span { get; init; } = SourceSpan.None;

    /// <summary>The operands, in order.</summary>
    public abstract ValueList<BoundExpression> Children { get; }

    /// <summary>The same expression over other operands of the same types, as many as <see cref="Children"/>.</summary>
    public abstract BoundExpression WithChildren(ValueList<BoundExpression> children);

    /// <summary>The text that EXPLAIN shows: <c>price &gt; 10</c>.</summary>
    public string Describe() => ExpressionText.Of(this);

    /// <summary>False if the expression may give another value for the same row.</summary>
    public virtual bool IsDeterministic => Children.All(child => child.IsDeterministic);

    /// <summary>True for a literal.</summary>
    public bool IsLiteral => this is BoundLiteral;

    /// <inheritdoc/>
    public virtual bool Equals(BoundExpression? other) =>
        other is not null && EqualityContract == other.EqualityContract && Type == other.Type;

    /// <inheritdoc/>
    public override int GetHashCode() => Type.GetHashCode();

    /// <inheritdoc/>
    public sealed override string ToString() => Describe();
}

/// <summary>A value that is known at plan time.</summary>
/// <param name="Type">The type.</param>
/// <param name="Value">As <see cref="Core.Columns.PlanValue"/> represents it; null is NULL.</param>
public sealed record BoundLiteral(SqlType Type, object? Value) : BoundExpression(Type)
{
    /// <summary>BOOLEAN NOT NULL TRUE.</summary>
    public static BoundLiteral True { get; } = new(SqlType.Boolean.WithNullability(false), true);

    /// <summary>BOOLEAN NOT NULL FALSE.</summary>
    public static BoundLiteral False { get; } = new(SqlType.Boolean.WithNullability(false), false);

    /// <inheritdoc/>
    public override ValueList<BoundExpression> Children => [];

    /// <inheritdoc/>
    public override BoundExpression WithChildren(ValueList<BoundExpression> children) => this;
}

/// <summary>A column of the input.</summary>
/// <param name="Index">Its position in the input.</param>
/// <param name="Type">Its type.</param>
/// <param name="Name">For display only.</param>
public sealed record BoundColumn(int Index, SqlType Type, string Name) : BoundExpression(Type)
{
    /// <inheritdoc/>
    public override ValueList<BoundExpression> Children => [];

    /// <inheritdoc/>
    public override BoundExpression WithChildren(ValueList<BoundExpression> children) => this;

    /// <inheritdoc/>
    public bool Equals(BoundColumn? other) => base.Equals(other) && Index == other.Index;

    /// <inheritdoc/>
    public override int GetHashCode() => Index;
}

/// <summary>A call of a scalar function or operator. The arguments have the types of
/// <c>Call.ParameterTypes</c>.</summary>
public sealed record BoundCall(ScalarFunction Function, ScalarCall Call, ValueList<BoundExpression> Arguments)
    : BoundExpression(Call.ReturnType)
{
    /// <inheritdoc/>
    public override ValueList<BoundExpression> Children => Arguments;

    /// <inheritdoc/>
    public override bool IsDeterministic => Function.IsDeterministic && base.IsDeterministic;

    /// <inheritdoc/>
    public override BoundExpression WithChildren(ValueList<BoundExpression> children) => this with { Arguments = children };

    /// <inheritdoc/>
    public bool Equals(BoundCall? other) =>
        base.Equals(other) && Function.Name == other.Function.Name && Arguments == other.Arguments;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Function.Name, Arguments);
}

/// <summary>CAST or TRY_CAST, and every implicit cast.</summary>
/// <param name="Operand">What is cast.</param>
/// <param name="Call">How the cast runs; one argument.</param>
/// <param name="Type">The target type with the nullability of the result.</param>
/// <param name="IsTry">Failure gives NULL.</param>
public sealed record BoundCast(BoundExpression Operand, ScalarCall Call, SqlType Type, bool IsTry) : BoundExpression(Type)
{
    /// <inheritdoc/>
    public override ValueList<BoundExpression> Children => [Operand];

    /// <inheritdoc/>
    public override BoundExpression WithChildren(ValueList<BoundExpression> children) => this with { Operand = children[0] };

    /// <inheritdoc/>
    public bool Equals(BoundCast? other) => base.Equals(other) && IsTry == other.IsTry && Operand.Equals(other.Operand);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Type, IsTry, Operand);
}

/// <summary>CASE: the result of the first arm whose condition is TRUE, else <paramref name="Else"/>, else NULL. Later
/// arms are not evaluated for that row. COALESCE, NULLIF, IF, IFNULL and CASE with an operand are rewritten to
/// it.</summary>
/// <param name="Arms">At least one. All results have the type of the whole, apart from nullability.</param>
/// <param name="Else">Null stands for NULL.</param>
/// <param name="Type">The type of the result.</param>
public sealed record BoundCase(ValueList<BoundCaseArm> Arms, BoundExpression? Else, SqlType Type) : BoundExpression(Type)
{
    /// <inheritdoc/>
    public override ValueList<BoundExpression> Children
    {
        get
        {
            var children = new List<BoundExpression>((Arms.Count * 2) + 1);
            foreach (var arm in Arms)
            {
                children.Add(arm.Condition);
                children.Add(arm.Result);
            }
            if (Else is not null)
                children.Add(Else);
            return [.. children];
        }
    }

    /// <inheritdoc/>
    public override BoundExpression WithChildren(ValueList<BoundExpression> children) => this with
    {
        Arms = [.. Enumerable.Range(0, Arms.Count).Select(i => new BoundCaseArm(children[2 * i], children[(2 * i) + 1]))],
        Else = Else is null ? null : children[^1],
    };
}

/// <summary>WHEN condition THEN result.</summary>
public sealed record BoundCaseArm(BoundExpression Condition, BoundExpression Result);

/// <summary>Two or more BOOLEAN operands joined by AND or by OR, in SQL's three-valued logic.</summary>
/// <remarks>Operands are evaluated from left to right, and not for rows that are decided already: filters that were
/// merged rely on it to raise no errors for rows that an earlier one dropped.</remarks>
public sealed record BoundLogical(LogicalOperator Operator, ValueList<BoundExpression> Operands)
    : BoundExpression(SqlType.Boolean.WithNullability(Operands.Any(operand => operand.Type.IsNullable)))
{
    /// <inheritdoc/>
    public override ValueList<BoundExpression> Children => Operands;

    /// <inheritdoc/>
    public override BoundExpression WithChildren(ValueList<BoundExpression> children) =>
        new BoundLogical(Operator, children) { Span = Span };
}

/// <summary>AND or OR.</summary>
public enum LogicalOperator
{
    /// <summary>TRUE where all operands are TRUE, FALSE where one is FALSE, else NULL.</summary>
    And,

    /// <summary>TRUE where one operand is TRUE, FALSE where all are FALSE, else NULL.</summary>
    Or,
}
