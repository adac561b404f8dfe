using SqlStream.Core.Types;
using SqlStream.Planner.Explain;

namespace SqlStream.Planner.Physical;

/// <summary>UNION ALL: the rows of all inputs, in no particular order among inputs. The watermark is the lowest of
/// theirs.</summary>
/// <param name="Inputs">Two or more, with columns of the same types (apart from nullability); names are the first
/// one's.</param>
public sealed record PhysicalUnion(ValueList<PhysicalNode> Inputs) : PhysicalNode
{
    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => Inputs;

    /// <inheritdoc/>
    public override string Stem => "Union";

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this with { Inputs = children };

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer) => writer.Value("all");
}
