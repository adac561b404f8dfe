using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Lowering;

/// <summary>UNNEST over a column; a collection that is computed becomes one first.</summary>
static class UnnestLowering
{
    /// <summary>The operator over an input.</summary>
    public static PhysicalNode Lower(LogicalUnnest unnest, PhysicalNode input)
    {
        if (unnest.Collection is BoundColumn { Index: var column })
            return new PhysicalUnnest(input, unnest.Kept, column, unnest.Produced, unnest.Names, unnest.IsOuter);
        var computed = Calcs.Make(
            input, null,
            [.. unnest.Kept.Select(kept => (BoundExpression)input.Schema.Column(kept)), unnest.Collection],
            [.. unnest.Kept.Select(kept => input.Schema[kept].Name), unnest.Collection.Describe()]);
        var width = unnest.Kept.Count;
        return new PhysicalUnnest(computed, [.. Enumerable.Range(0, width)], width, unnest.Produced, unnest.Names, unnest.IsOuter);
    }
}
