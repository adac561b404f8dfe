using SqlStream.Core.Types;
using SqlStream.Planner.Explain;

namespace SqlStream.Planner.Logical;

/// <summary>Gives every row once for each grouping set: first the number of the set, then the columns of the input, of which those of
/// <paramref name="Keys"/> that the set leaves out are NULL.</summary>
/// <param name="Input">The input.</param>
/// <param name="Keys">Columns of the input that sets may leave out.</param>
/// <param name="Sets">Each the columns that it keeps.</param>
sealed record LogicalExpand(LogicalNode Input, ValueList<int> Keys, ValueList<ValueList<int>> Sets) : LogicalNode
{
    /// <summary>The name of the first column, which no identifier can be without quotes.</summary>
    public const string SetColumn = "$set";

    public override ValueList<LogicalNode> Children => [Input];

    public override string Stem => "Expand";

    /// <summary>True if a column of the output is the same in all sets: a column of the input that none leaves out.</summary>
    public bool Keeps(int column) => column > 0 && Keeps(Keys, Sets, column - 1);

    /// <summary>True if no set leaves a column of the input out.</summary>
    public static bool Keeps(ValueList<int> keys, ValueList<ValueList<int>> sets, int column) =>
        !keys.Contains(column) || sets.All(set => set.Contains(column));

    public override LogicalNode WithChildren(ValueList<LogicalNode> children) => this with { Input = children[0] };

    public override void Describe(PlanWriter writer) => Describe(writer, Input.Schema, Sets);

    /// <summary>What is particular of an expansion.</summary>
    public static void Describe(PlanWriter writer, Schema input, ValueList<ValueList<int>> sets) =>
        writer.List("sets", sets.Select(set => $"({string.Join(", ", set.Select(column => input[column].Name))})"));

    /// <summary>The columns of an expansion.</summary>
    public static Schema Columns(Schema input, ValueList<int> keys, ValueList<ValueList<int>> sets) => new([
        new Field(SetColumn, SqlType.Int.WithNullability(false)),
        .. input.Fields.Select((field, i) => Keeps(keys, sets, i) ? field : field with { Type = field.Type.WithNullability(true) })]);

    protected override Schema DeriveSchema() => Columns(Input.Schema, Keys, Sets);
}
