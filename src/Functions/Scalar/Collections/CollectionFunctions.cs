using SqlStream.Core.Functions;

namespace SqlStream.Functions.Scalar.Collections;

/// <summary>The functions on arrays, maps and rows.</summary>
static class CollectionFunctions
{
    public static IReadOnlyList<ScalarFunction> All { get; } =
    [
        ConstructorFunctions.Array,
        ConstructorFunctions.Map,
        new RowFunction(),
        new ItemFunction(),
        new FieldFunction(),
        .. ArrayFunctions.All,
        .. ArrayValueFunctions.All,
        ArraySortFunction.Create(),
        .. MapFunctions.All,
        SplitFunction.Create(),
        new StrToMapFunction(),
    ];
}
