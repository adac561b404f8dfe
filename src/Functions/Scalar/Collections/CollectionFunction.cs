using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Collections;

/// <summary>The types of a call on collections.</summary>
/// <param name="Parameters">To which the arguments are cast.</param>
/// <param name="Result">The type of the result with its nullability.</param>
/// <param name="Strict">The first so many arguments make the result NULL where they are.</param>
sealed record CollectionTypes(SqlType[] Parameters, SqlType Result, int Strict);

/// <summary>Finds the types of a call, or null where the arguments do not fit.</summary>
delegate CollectionTypes? CollectionPlan(ReadOnlySpan<ArgumentInfo> arguments);

/// <summary>A function on collections, whose result is made row by row.</summary>
sealed class CollectionFunction<TOp>(string name, string signature, CollectionPlan plan) : ScalarFunction
    where TOp : struct, INestedComputation
{
    public override string Name => name;

    public override string Signature => signature;

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (plan(arguments) is not { } types)
            return null;
        return new ScalarCall(types.Parameters, types.Result,
            (context, columns) => NestedKernels.Run<TOp>(context, columns, types.Strict, types.Result));
    }
}
