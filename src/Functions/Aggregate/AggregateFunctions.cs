using SqlStream.Core.Functions;

namespace SqlStream.Functions.Aggregate;

/// <summary>The aggregate functions.</summary>
static class AggregateFunctions
{
    public static IReadOnlyList<AggregateFunction> All { get; } =
    [
        new CountFunction(),
        new SumFunction(),
        new AvgFunction(),
        new ExtremeFunction("MIN", isMax: false),
        new ExtremeFunction("MAX", isMax: true),
        new CollectFunction(),
        new ArrayAggFunction(ignoresNulls: false),
        new ArrayAggFunction(ignoresNulls: true),
        .. CopiesFunction.All,
    ];
}
