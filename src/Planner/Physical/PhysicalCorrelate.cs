using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Physical;

/// <summary>Gives every row once for each row that a table function makes of it: UNNEST, GENERATE_SERIES.</summary>
/// <remarks>Changelog: rows that come make rows that come, and rows that go the same rows that go; the halves of an update are apart. The number of an
/// element of a MAP or MULTISET is that of its place in the value, which has no order otherwise.</remarks>
/// <param name="Input">The input.</param>
/// <param name="Kept">Columns of the input that come out, in this order.</param>
/// <param name="Table">The call, over the columns of the input.</param>
/// <param name="Produced">Which of the columns of the call come out, ascending; the last one that there is is the number of the row.</param>
/// <param name="Names">Their names.</param>
/// <param name="IsOuter">A row of which the function makes nothing comes out once, beside NULLs.</param>
public sealed record PhysicalCorrelate(
    PhysicalNode Input, ValueList<int> Kept, BoundTableCall Table, ValueList<int> Produced, ValueList<string> Names, bool IsOuter) : PhysicalNode
{
    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [Input];

    /// <inheritdoc/>
    public override string Stem => "Correlate";

    /// <summary>The columns of the output.</summary>
    internal Schema Columns => LogicalCorrelate.Columns(Input.Schema, Kept, Table, Produced, Names, IsOuter);

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this with { Input = children[0] };

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer) => LogicalCorrelate.Describe(writer, Table, Names, IsOuter);
}
