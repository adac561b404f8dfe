using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Logical;

/// <summary>Gives every row once for each element of a collection, with the columns that the element makes behind those of the row.</summary>
/// <param name="Input">The input.</param>
/// <param name="Kept">Columns of the input that come out, in this order.</param>
/// <param name="Collection">The ARRAY, MAP or MULTISET, over the columns of the input.</param>
/// <param name="Produced">Which of the columns of <see cref="UnnestColumns"/> come out, ascending.</param>
/// <param name="Names">Their names.</param>
/// <param name="IsOuter">A row whose collection is empty or NULL comes out once, beside NULLs.</param>
sealed record LogicalUnnest(
    LogicalNode Input, ValueList<int> Kept, BoundExpression Collection, ValueList<int> Produced, ValueList<string> Names, bool IsOuter) : LogicalNode
{
    public override ValueList<LogicalNode> Children => [Input];

    public override string Stem => "Unnest";

    public override ValueList<BoundExpression> Expressions => [Collection];

    public override LogicalNode WithChildren(ValueList<LogicalNode> children) => this with { Input = children[0] };

    public override LogicalNode WithExpressions(ValueList<BoundExpression> expressions) => this with { Collection = expressions[0] };

    public override void Describe(PlanWriter writer) => Describe(writer, Collection.Describe(), Names, IsOuter);

    /// <summary>What is particular of an unnesting.</summary>
    public static void Describe(PlanWriter writer, string collection, ValueList<string> names, bool isOuter)
    {
        writer.Value(collection);
        writer.List("as", names);
        if (isOuter)
            writer.Value("outer");
    }

    /// <summary>The columns of an unnesting.</summary>
    public static Schema Columns(Schema input, ValueList<int> kept, SqlType collection, ValueList<int> produced, ValueList<string> names, bool isOuter)
    {
        var columns = UnnestColumns.Of(collection, isOuter);
        return new([.. kept.Select(column => input[column]), .. produced.Select((column, i) => new Field(names[i], columns[column].Type))]);
    }

    protected override Schema DeriveSchema() => Columns(Input.Schema, Kept, Collection.Type, Produced, Names, IsOuter);
}
