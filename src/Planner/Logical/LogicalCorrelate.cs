using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Logical;

/// <summary>Gives every row once for each row that a table function makes of it, with the columns of that behind those of the row. UNNEST is one of
/// those functions.</summary>
/// <param name="Input">The input.</param>
/// <param name="Kept">Columns of the input that come out, in this order.</param>
/// <param name="Table">The call, over the columns of the input.</param>
/// <param name="Produced">Which of the columns of the call come out, ascending; the last one that there is is the number of the row.</param>
/// <param name="Names">Their names.</param>
/// <param name="IsOuter">A row of which the function makes nothing comes out once, beside NULLs.</param>
sealed record LogicalCorrelate(
    LogicalNode Input, ValueList<int> Kept, BoundTableCall Table, ValueList<int> Produced, ValueList<string> Names, bool IsOuter) : LogicalNode
{
    public override ValueList<LogicalNode> Children => [Input];

    public override string Stem => "Correlate";

    public override ValueList<BoundExpression> Expressions => Table.Arguments;

    public override LogicalNode WithChildren(ValueList<LogicalNode> children) => this with { Input = children[0] };

    public override LogicalNode WithExpressions(ValueList<BoundExpression> expressions) => this with { Table = Table with { Arguments = expressions } };

    public override void Describe(PlanWriter writer) => Describe(writer, Table, Names, IsOuter);

    /// <summary>What is particular of the operation.</summary>
    public static void Describe(PlanWriter writer, BoundTableCall table, ValueList<string> names, bool isOuter)
    {
        writer.Value(table.Describe());
        writer.List("as", names);
        if (isOuter)
            writer.Value("outer");
    }

    /// <summary>The columns of the output.</summary>
    public static Schema Columns(Schema input, ValueList<int> kept, BoundTableCall table, ValueList<int> produced, ValueList<string> names, bool isOuter)
    {
        var columns = table.Columns(isOuter);
        return new([.. kept.Select(column => input[column]), .. produced.Select((column, i) => new Field(names[i], columns[column].Type))]);
    }

    protected override Schema DeriveSchema() => Columns(Input.Schema, Kept, Table, Produced, Names, IsOuter);
}
