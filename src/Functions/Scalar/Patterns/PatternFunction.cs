using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Patterns;

namespace SqlStream.Functions.Scalar.Patterns;

/// <summary>A function over a string and a regular expression of Java, NULL where an argument is NULL.</summary>
/// <remarks>A constant that is no regular expression is an error (2201B); from a column it gives NULL, or FALSE of REGEXP, as in
/// Flink.</remarks>
abstract class PatternFunction(string name, string signature, Parameter[] parameters, int optional = 0)
    : StrictFunction(name, signature, parameters, optional)
{
    /// <summary>How the call runs with its pattern.</summary>
    protected abstract ScalarKernel Kernel(SqlType type, PatternArgument pattern, ReadOnlySpan<ArgumentInfo> arguments);

    protected override bool MayGiveNull => true;

    protected override ScalarKernel Kernel(SqlType type, IReadOnlyList<SqlType> types, ReadOnlySpan<ArgumentInfo> arguments) =>
        Kernel(type, PatternArgument.Of(arguments), arguments);
}
