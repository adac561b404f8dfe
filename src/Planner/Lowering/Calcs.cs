using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Optimizer;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Lowering;

/// <summary>Makes Calcs, merged with one below where that computes nothing twice that may differ.</summary>
static class Calcs
{
    /// <summary>Filters and projects.</summary>
    public static PhysicalNode Make(
        PhysicalNode input, BoundExpression? predicate, ValueList<BoundExpression> projections, ValueList<string> names)
    {
        if (input is PhysicalCalc below && MayMerge(below, predicate, projections))
        {
            var lifted = predicate?.Inline(below.Projections);
            var conjuncts = new[] { below.Predicate, lifted }.OfType<BoundExpression>().SelectMany(part => part.Conjuncts());
            predicate = ExpressionTrees.And([.. conjuncts]);
            projections = projections.Map(projection => projection.Inline(below.Projections));
            input = below.Input;
        }
        return predicate is null && IsSame(projections, names, input.Schema)
            ? input
            : new PhysicalCalc(input, predicate, projections, names);
    }

    /// <summary>Filters.</summary>
    public static PhysicalNode Filter(PhysicalNode input, BoundExpression predicate) =>
        Make(input, predicate, All(input.Schema), input.Schema.Fields.Map(field => field.Name));

    /// <summary>Picks columns.</summary>
    public static PhysicalNode Pick(PhysicalNode input, IReadOnlyList<int> columns) => Make(
        input,
        null,
        [.. columns.Select(column => (BoundExpression)input.Schema.Column(column))],
        [.. columns.Select(column => input.Schema[column].Name)]);

    static bool IsIdentity(ValueList<BoundExpression> projections, Schema input)
    {
        if (projections.Count != input.Count)
            return false;
        for (var i = 0; i < projections.Count; i++)
        {
            if (projections[i] is not BoundColumn column || column.Index != i)
                return false;
        }
        return true;
    }

    /// <summary>True if all columns pass unchanged, under their names.</summary>
    public static bool IsSame(ValueList<BoundExpression> projections, ValueList<string> names, Schema input) =>
        IsIdentity(projections, input) && names == input.Fields.Map(field => field.Name);

    static ValueList<BoundExpression> All(Schema schema) =>
        [.. Enumerable.Range(0, schema.Count).Select(i => (BoundExpression)schema.Column(i))];

    static bool MayMerge(PhysicalCalc below, BoundExpression? predicate, ValueList<BoundExpression> projections)
    {
        ValueList<BoundExpression> all = predicate is null ? projections : projections.Add(predicate);
        // What is not deterministic must be computed once and after the filter below it.
        return below.Projections.All(projection => projection.IsDeterministic)
            && all.All(expression => expression.IsDeterministic || below.Predicate is null)
            && ExpressionSize.MayInline(all, below.Projections);
    }
}
