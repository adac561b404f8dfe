using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Physical;

/// <summary>Gives every row once for each window that it is in, with window_start, window_end and window_time after its
/// columns.</summary>
/// <remarks>Kinds of rows stay. The rowtime of the input is none of the output any more: window_time is. Windows of a
/// row come in the order of their ends; a row that is in no window gives nothing.</remarks>
/// <param name="Input">The input.</param>
/// <param name="Window">How a time is assigned to windows.</param>
public sealed record PhysicalWindowTable(PhysicalNode Input, WindowSpec Window) : PhysicalNode
{
    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [Input];

    /// <inheritdoc/>
    public override string Stem => "WindowTable";

    /// <summary>The columns after those of the input.</summary>
    public ValueList<WindowProperty> Properties => WindowColumns.Properties(Input.Schema[Window.TimeColumn].Type);

    /// <summary>What a column tells of the window, or null.</summary>
    public WindowProperty? PropertyOf(int column) =>
        column < Input.Schema.Count ? null : Properties[column - Input.Schema.Count];

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this with { Input = children[0] };

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer) => writer.Value(Window.Describe(Input.Schema));
}
