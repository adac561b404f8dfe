using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Physical;

/// <summary>Gives every row once for each grouping set: first the number of the set (from 0), then the columns of the input, of which
/// those of <paramref name="Keys"/> that the set leaves out are NULL.</summary>
/// <remarks>Kinds and the order of rows stay within a set. Columns are shared, not copied.</remarks>
/// <param name="Input">The input.</param>
/// <param name="Keys">Columns of the input that sets may leave out.</param>
/// <param name="Sets">Each the columns that it keeps.</param>
public sealed record PhysicalExpand(PhysicalNode Input, ValueList<int> Keys, ValueList<ValueList<int>> Sets) : PhysicalNode
{
    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [Input];

    /// <inheritdoc/>
    public override string Stem => "Expand";

    /// <summary>True if no set leaves a column of the input out.</summary>
    public bool Keeps(int inputColumn) => LogicalExpand.Keeps(Keys, Sets, inputColumn);

    /// <summary>The sets by the names of their columns.</summary>
    public string SetsText => string.Join(", ", Sets.Select(set => $"({string.Join(", ", set.Select(column => Input.Schema[column].Name))})"));

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this with { Input = children[0] };

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer) => writer.Field("sets", $"[{SetsText}]");
}
