using SqlStream.Core.Columns;
using SqlStream.Core.Types;

namespace SqlStream.Core.Functions;

/// <summary>Computes the result column of a call from its argument columns, which have the types the call asked for and
/// <c>context.Rows</c> rows each; constants come as constant columns.</summary>
/// <returns>A column of the call's type with one reference, owned by the caller. Arguments are borrowed: a kernel that
/// returns one of them retains it first.</returns>
public delegate Column ScalarKernel(EvaluationContext context, ReadOnlySpan<Column> arguments);

/// <summary>How a planned call of a scalar function runs.</summary>
/// <param name="ParameterTypes">The types to which the arguments are cast before the kernel sees them (nullability is ignored).</param>
/// <param name="ReturnType">The type of the result with its nullability.</param>
/// <param name="Kernel">The computation.</param>
public sealed record ScalarCall(IReadOnlyList<SqlType> ParameterTypes, SqlType ReturnType, ScalarKernel Kernel);

/// <summary>A function from values to one value. Built-in and user functions use this same interface; operators such as
/// <c>+</c> or <c>=</c> are functions named by their symbol, and every cast is one too.</summary>
public abstract class ScalarFunction
{
    /// <summary>The name in upper case; operators by their symbol.</summary>
    public abstract string Name { get; }

    /// <summary>The signatures for people, one a line: <c>SUBSTRING(string, start [, length]) -> STRING</c>.</summary>
    public abstract string Signature { get; }

    /// <summary>False for what may give another result for the same arguments (RAND, CURRENT_TIMESTAMP): such calls are never folded.</summary>
    public virtual bool IsDeterministic => true;

    /// <summary>Plans a call, or returns null if the arguments do not fit. May specialise the kernel on constant arguments,
    /// and may throw a <see cref="Diagnostics.SqlException"/> for a constant argument that cannot work.</summary>
    public abstract ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments);
}
