using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Planner.Expressions;

/// <summary>A call of a table function for each row of an input. The arguments have the types of <c>Call.ParameterTypes</c>.</summary>
/// <remarks>Equal by meaning, as expressions are.</remarks>
public sealed record BoundTableCall(TableFunction Function, TableCall Call, ValueList<BoundExpression> Arguments)
{
    /// <summary>The position of the number of the row among <see cref="Columns"/>.</summary>
    public int Ordinality => Call.Columns.Count;

    /// <summary>False if the same row may give other rows.</summary>
    public bool IsDeterministic => Function.IsDeterministic && Arguments.All(argument => argument.IsDeterministic);

    /// <summary>The columns of the rows, and behind them the number of the row, from 1.</summary>
    /// <param name="isOuter">Where there is no row, there is one of NULLs.</param>
    public ValueList<Field> Columns(bool isOuter) =>
    [
        .. Call.Columns.Select(field => field with { Type = field.Type.WithNullability(isOuter || field.Type.IsNullable) }),
        new Field("ORDINALITY", SqlType.Int.WithNullability(isOuter)),
    ];

    /// <summary>The text that EXPLAIN shows.</summary>
    public string Describe() => $"{Function.Name}({string.Join(", ", Arguments.Select(argument => argument.Describe()))})";

    /// <inheritdoc/>
    public bool Equals(BoundTableCall? other) => other is not null && Function.Name == other.Function.Name && Arguments == other.Arguments;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Function.Name, Arguments);

    /// <inheritdoc/>
    public override string ToString() => Describe();
}
