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
        .. CopiesFunction.All,
    ];
}
