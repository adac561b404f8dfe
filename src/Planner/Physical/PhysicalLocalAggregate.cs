using SqlStream.Core.Types;
using SqlStream.Planner.Explain;

namespace SqlStream.Planner.Physical;

/// <summary>The first phase of an aggregation: folds the rows of each batch by group before they are sent to whoever keeps the groups.</summary>
/// <remarks>One row a batch and group: the columns of the key, the time of one of the rows where there is a window (all of them are in one
/// slice), and the accumulators, which the second phase adds to its own. Keeps nothing from batch to batch, so that no row waits and
/// nothing is checkpointed. What comes out is added, also where it holds rows that were taken away: all rows are inserts.</remarks>
/// <param name="Input">The rows, partitioned in any way.</param>
/// <param name="Window">The windows of the second phase, or null; its time column is of <paramref name="Input"/>.</param>
/// <param name="Keys">The columns that make a group; NULLs are equal.</param>
/// <param name="Aggregates">Calls with fixed accumulators that can be added to one another.</param>
public sealed record PhysicalLocalAggregate(
    PhysicalNode Input, WindowSpec? Window, ValueList<int> Keys, ValueList<BoundAggregate> Aggregates) : PhysicalNode
{
    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [Input];

    /// <inheritdoc/>
    public override string Stem => "LocalAggregate";

    /// <summary>Position of the accumulators in the output: the last column.</summary>
    public int PartialColumn => Keys.Count + (Window is null ? 0 : 1);

    /// <summary>The first phase below the input of an aggregation, or null if the input is the rows themselves.</summary>
    public static PhysicalLocalAggregate? Below(PhysicalNode input) => input switch
    {
        PhysicalLocalAggregate local => local,
        PhysicalExchange { Input: PhysicalLocalAggregate local } => local,
        _ => null,
    };

    /// <summary>The rows that an aggregation with that input aggregates: what its calls name columns of.</summary>
    public static PhysicalNode RowsOf(PhysicalNode input) => Below(input)?.Input ?? input;

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this with { Input = children[0] };

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer)
    {
        if (Window is not null)
            writer.Value(Window.Describe(Input.Schema));
        writer.List("key", Keys.Select(key => Input.Schema[key].Name));
        if (!Aggregates.IsEmpty)
            writer.List("agg", Aggregates.Select(aggregate => aggregate.Describe(Input.Schema)));
    }
}
