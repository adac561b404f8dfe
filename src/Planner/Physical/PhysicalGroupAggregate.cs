using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Planner.Explain;

namespace SqlStream.Planner.Physical;

/// <summary>Groups rows by key and keeps one output row per group up to date.</summary>
/// <remarks>The changes of a batch are folded per key: at most one -U +U pair per key and batch, none where nothing
/// changed. A group without rows is deleted. Without keys there is one group; as a stream it emits nothing before its
/// first row, with <paramref name="FinalOnly"/> it always emits one row at the end. Without aggregates this is
/// DISTINCT.</remarks>
/// <param name="Input">Partitioned by the keys; single where there are none. Rows, or what a <see cref="PhysicalLocalAggregate"/> made of them.</param>
/// <param name="Keys">The columns that make a group; NULLs are equal.</param>
/// <param name="Aggregates">The columns after the keys; their arguments are columns of <see cref="Rows"/>.</param>
/// <param name="EmitsUpdateBefore">The consumer needs -U rows.</param>
/// <param name="FinalOnly">Emit once, at the end of a bounded input, as inserts.</param>
public sealed record PhysicalGroupAggregate(
    PhysicalNode Input, ValueList<int> Keys, ValueList<BoundAggregate> Aggregates, bool EmitsUpdateBefore, bool FinalOnly) : PhysicalNode
{
    /// <summary>How long a group is kept since its last row, in milliseconds; zero for ever.</summary>
    public long TtlMillis { get; init; }

    /// <summary>A group that is forgotten after a time begins anew with another number, by which what its aggregates keep one by one is told apart from what
    /// was kept before.</summary>
    public bool NumbersGroups => TtlMillis > 0 && Aggregates.Any(call => call.Distinct || call.Call is BlobAggregate);

    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [Input];

    /// <inheritdoc/>
    public override string Stem => "GroupAggregate";

    /// <inheritdoc/>
    public override StateDescription State
    {
        get
        {
            ValueList<string> keys = [.. Keys.Select(key => Input.Schema[key].ToDefinition())];
            var layout = AggregateState.Layout(Rows, keys, Aggregates, NumbersGroups);
            return StateTtl.Of(
                new(layout, AggregateState.Growth(Rows, Keys, Aggregates)), TtlMillis, string.Join(", ", (IEnumerable<string>)keys), "groups", NumbersGroups);
        }
    }

    /// <summary>The rows that are aggregated: the input, or that of the phase before.</summary>
    public PhysicalNode Rows => PhysicalLocalAggregate.RowsOf(Input);

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this with { Input = children[0] };

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer)
    {
        writer.List("key", Keys.Select(key => Input.Schema[key].Name));
        if (!Aggregates.IsEmpty)
            writer.List("agg", Aggregates.Select(aggregate => aggregate.Describe(Rows.Schema)));
        if (FinalOnly)
            writer.Value("final");
        StateTtl.Describe(writer, TtlMillis);
    }
}
