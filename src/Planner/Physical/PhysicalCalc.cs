using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Physical;

/// <summary>Keeps the rows whose predicate is TRUE and computes new columns from them, in one pass.</summary>
/// <remarks>Projections are not evaluated for rows that the predicate drops. Where only one half of a -U +U pair passes
/// the predicate, it is emitted as -D or +I. The input of a Calc with a predicate never is an upsert stream: that would
/// need the row that an update replaces.</remarks>
/// <param name="Input">The input.</param>
/// <param name="Predicate">BOOLEAN; null keeps all rows. FALSE and NULL drop a row.</param>
/// <param name="Projections">The columns of the output, over the columns of the input.</param>
/// <param name="Names">Their names, as many.</param>
public sealed record PhysicalCalc(
    PhysicalNode Input, BoundExpression? Predicate, ValueList<BoundExpression> Projections, ValueList<string> Names) : PhysicalNode
{
    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [Input];

    /// <inheritdoc/>
    public override string Stem => "Calc";

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this with { Input = children[0] };

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer)
    {
        for (var i = 0; i < Projections.Count; i++)
        {
            var text = Projections[i].Describe();
            writer.Value(text == Names[i] ? text : $"{text} AS {Names[i]}");
        }
        if (Predicate is not null)
            writer.Field("where", Predicate.Describe());
    }
}
