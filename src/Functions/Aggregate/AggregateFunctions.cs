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
        new EdgeValueFunction("FIRST_VALUE", isLast: false),
        new EdgeValueFunction("LAST_VALUE", isLast: true),
        new ListAggFunction(),
        new VarianceFunction("VAR_POP", isSample: false, isRoot: false),
        new VarianceFunction("VAR_SAMP", isSample: true, isRoot: false),
        new VarianceFunction("VARIANCE", isSample: true, isRoot: false),
        new VarianceFunction("STDDEV_POP", isSample: false, isRoot: true),
        new VarianceFunction("STDDEV_SAMP", isSample: true, isRoot: true),
        new VarianceFunction("STDDEV", isSample: true, isRoot: true),
        new PercentileFunction(),
        new JsonArrayAggFunction(),
        new JsonObjectAggFunction(),
        .. CopiesFunction.All,
    ];
}
