using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Physical;

/// <summary>Gives every row once for each element of a collection of it.</summary>
/// <remarks>Changelog: rows that come make rows that come, and rows that go the same rows that go; the halves of an update are apart. The number of an
/// element of a MAP or MULTISET is that of its place in the value, which has no order otherwise.</remarks>
/// <param name="Input">The input.</param>
/// <param name="Kept">Columns of the input that come out, in this order.</param>
/// <param name="Collection">The column with the ARRAY, MAP or MULTISET.</param>
/// <param name="Produced">Which of the columns of <see cref="UnnestColumns"/> come out, ascending.</param>
/// <param name="Names">Their names.</param>
/// <param name="IsOuter">A row whose collection is empty or NULL comes out once, beside NULLs.</param>
public sealed record PhysicalUnnest(
    PhysicalNode Input, ValueList<int> Kept, int Collection, ValueList<int> Produced, ValueList<string> Names, bool IsOuter) : PhysicalNode
{
    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [Input];

    /// <inheritdoc/>
    public override string Stem => "Unnest";

    /// <summary>Position of the number of the element among the columns that it can make.</summary>
    public int Ordinality => UnnestColumns.Of(Input.Schema[Collection].Type, IsOuter).Count - 1;

    /// <summary>The columns of the output.</summary>
    internal Schema Columns => LogicalUnnest.Columns(Input.Schema, Kept, Input.Schema[Collection].Type, Produced, Names, IsOuter);

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this with { Input = children[0] };

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer) => LogicalUnnest.Describe(writer, Input.Schema[Collection].Name, Names, IsOuter);
}
