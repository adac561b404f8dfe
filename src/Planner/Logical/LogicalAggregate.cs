using SqlStream.Core.Types;
using SqlStream.Planner.Explain;

namespace SqlStream.Planner.Logical;

/// <summary>One row per group: the keys, then the aggregates. Without aggregates it is DISTINCT.</summary>
/// <param name="Input">The input.</param>
/// <param name="Keys">Columns of the input.</param>
/// <param name="Aggregates">Calls over columns of the input.</param>
sealed record LogicalAggregate(LogicalNode Input, ValueList<int> Keys, ValueList<LogicalAggregateCall> Aggregates) : LogicalNode
{
    /// <summary>How long a group is kept since its last row; null for as long as the session says.</summary>
    public TimeSpan? Ttl { get; init; }

    public override ValueList<LogicalNode> Children => [Input];

    public override string Stem => "Aggregate";

    public override LogicalNode WithChildren(ValueList<LogicalNode> children) => this with { Input = children[0] };

    public override void Describe(PlanWriter writer)
    {
        writer.List("key", Keys.Select(key => Input.Schema[key].Name));
        if (!Aggregates.IsEmpty)
            writer.List("agg", Aggregates.Select(aggregate => aggregate.Call.Describe(Input.Schema)));
    }

    protected override Schema DeriveSchema() => new([
        .. Keys.Select(key => Input.Schema[key]),
        .. Aggregates.Select(aggregate => new Field(aggregate.Call.Name, aggregate.Call.Call.ReturnType))]);
}
