using SqlStream.Core.Types;

namespace SqlStream.Engine.UserFunctions;

/// <summary>What becomes of an exception of a function.</summary>
public enum FunctionFailure
{
    /// <summary>The statement or job fails with 38000, the name of the function and the message.</summary>
    Fail,

    /// <summary>The result is NULL.</summary>
    Null,
}

/// <summary>How a function of the program is called.</summary>
public sealed record FunctionOptions
{
    /// <summary>Equal arguments always give equal results: calls over constants are computed once, at planning. Otherwise every row is a call.</summary>
    public bool IsDeterministic { get; init; } = true;

    /// <summary>What becomes of exceptions.</summary>
    public FunctionFailure OnFailure { get; init; } = FunctionFailure.Fail;

    /// <summary>The type of the result where it is not the one that the .NET type stands for: <c>SqlType.Decimal(10, 2)</c> for a <c>decimal</c>, which
    /// is DECIMAL(38, 18) otherwise. Nullability is taken from the function.</summary>
    public SqlType? ReturnType { get; init; }

    /// <summary>Number of the form of an aggregate's state: checkpoints of another number are not read.</summary>
    public int StateVersion { get; init; } = 1;
}
