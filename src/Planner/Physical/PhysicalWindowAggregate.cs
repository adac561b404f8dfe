using SqlStream.Core.Types;
using SqlStream.Planner.Explain;

namespace SqlStream.Planner.Physical;

/// <summary>Groups rows by window and key and emits one row per window and key when the watermark passes the window's
/// end.</summary>
/// <remarks>Sessions are open for each key by itself. Rows of windows that have been emitted are late: dropped or kept apart (<see cref="LateRows"/>). Append-only, whatever the input is.</remarks>
/// <param name="Input">Partitioned by the keys; single where there are none. Rows, or what a <see cref="PhysicalLocalAggregate"/> made of them.</param>
/// <param name="Window">How a time is assigned to windows.</param>
/// <param name="Keys">The columns that make a group beside the window; NULLs are equal.</param>
/// <param name="Aggregates">The columns after the keys; their arguments are columns of <see cref="Rows"/>.</param>
/// <param name="Properties">The columns after the aggregates.</param>
public sealed record PhysicalWindowAggregate(
    PhysicalNode Input,
    WindowSpec Window,
    ValueList<int> Keys,
    ValueList<BoundAggregate> Aggregates,
    ValueList<WindowProperty> Properties) : PhysicalNode
{
    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [Input];

    /// <inheritdoc/>
    public override string Stem => Window is SessionSpec ? "SessionAggregate" : "WindowAggregate";

    /// <inheritdoc/>
    public override StateDescription State => new(
        Window is SessionSpec
            ? $"{AggregateState.Sessions(Input, Keys, Aggregates)}; {SessionTimers.Layout(Input, Keys)}"
            : AggregateState.Layout(
                Rows, [.. Keys.Select(key => Input.Schema[key].ToDefinition()).Prepend("slice_end TIMESTAMP(6)")], Aggregates),
        Window is SessionSpec ? "bounded by: open sessions" : "bounded by: open windows");

    /// <summary>The rows that are aggregated: the input, or that of the phase before.</summary>
    public PhysicalNode Rows => PhysicalLocalAggregate.RowsOf(Input);

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this with { Input = children[0] };

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer)
    {
        writer.Value(Window.Describe(Input.Schema));
        writer.List("key", Keys.Select(key => Input.Schema[key].Name));
        if (!Aggregates.IsEmpty)
            writer.List("agg", Aggregates.Select(aggregate => aggregate.Describe(Rows.Schema)));
        if (!Properties.IsEmpty)
            writer.List("window", Properties.Select(property => property.Name));
        if (LateRows.AreKept(this))
            writer.Field("late", "dead-letter");
    }
}
