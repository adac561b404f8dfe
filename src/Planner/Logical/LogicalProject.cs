using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Logical;

/// <summary>Computes new columns from each row.</summary>
sealed record LogicalProject(LogicalNode Input, ValueList<BoundExpression> Projections, ValueList<string> Names) : LogicalNode
{
    public override ValueList<LogicalNode> Children => [Input];

    public override string Stem => "Project";

    public override ValueList<BoundExpression> Expressions => Projections;

    /// <summary>True if the columns of the input pass unchanged, but for their names.</summary>
    public bool IsIdentity
    {
        get
        {
            if (Projections.Count != Input.Schema.Count)
                return false;
            for (var i = 0; i < Projections.Count; i++)
            {
                if (Projections[i] is not BoundColumn column || column.Index != i)
                    return false;
            }
            return true;
        }
    }

    /// <summary>Picks columns of an input.</summary>
    public static LogicalProject Pick(LogicalNode input, IEnumerable<int> columns)
    {
        var picked = columns.ToList();
        return new LogicalProject(
            input,
            [.. picked.Select(index => new BoundColumn(index, input.Schema[index].Type, input.Schema[index].Name))],
            [.. picked.Select(index => input.Schema[index].Name)]);
    }

    public override LogicalNode WithChildren(ValueList<LogicalNode> children) => this with { Input = children[0] };

    public override LogicalNode WithExpressions(ValueList<BoundExpression> expressions) => this with { Projections = expressions };

    public override void Describe(PlanWriter writer)
    {
        for (var i = 0; i < Projections.Count; i++)
        {
            var text = Projections[i].Describe();
            writer.Value(text == Names[i] ? text : $"{text} AS {Names[i]}");
        }
    }

    protected override Schema DeriveSchema() =>
        new([.. Projections.Select((projection, i) => new Field(Names[i], projection.Type))]);
}
