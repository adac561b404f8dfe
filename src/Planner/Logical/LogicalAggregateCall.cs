using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Logical;

/// <summary>A call of an aggregate function, planned both ways: which one runs, lowering decides when it knows the
/// input.</summary>
/// <param name="Call">The call for an append-only input.</param>
/// <param name="Retracting">How it runs over an input that takes rows away; null if it cannot. Follows from the
/// call.</param>
sealed record LogicalAggregateCall(BoundAggregate Call, AggregateCall? Retracting)
{
    /// <summary>Where the call stands; not part of equality.</summary>
    public SourceSpan Span { get; init; } = SourceSpan.None;

    /// <summary>The call over columns at other places: old position to new.</summary>
    public LogicalAggregateCall MapColumns(Func<int, int> map) => this with
    {
        Call = Call with { Arguments = Call.Arguments.Map(map), Filter = Call.Filter is { } filter ? map(filter) : null },
    };

    /// <summary>Adds the columns that the call reads to a set.</summary>
    public void CollectColumns(ISet<int> columns)
    {
        columns.UnionWith(Call.Arguments);
        if (Call.Filter is { } filter)
            columns.Add(filter);
    }

    public bool Equals(LogicalAggregateCall? other) => other is not null && Call == other.Call;

    public override int GetHashCode() => Call.GetHashCode();
}
