using SqlStream.Core.Connect;
using SqlStream.Core.Types;
using SqlStream.Planner.Explain;

namespace SqlStream.Planner.Logical;

/// <summary>INSERT INTO: the input has the physical columns of the table.</summary>
/// <param name="Input">The rows.</param>
/// <param name="Table">What the connector knows of the table.</param>
/// <param name="Sink">Where rows go; not part of equality.</param>
/// <param name="DropsNulls">Rows with NULL in a NOT NULL column are left out.</param>
sealed record LogicalSink(LogicalNode Input, ConnectorTable Table, ISink Sink, bool DropsNulls) : LogicalNode
{
    /// <summary>The rows are taken away from the table.</summary>
    public bool Deletes { get; init; }

    /// <summary>In which way the rows are inserted.</summary>
    public InsertMode Mode { get; init; } = InsertMode.Into;

    public override ValueList<LogicalNode> Children => [Input];

    public override string Stem => "Sink";

    public override LogicalNode WithChildren(ValueList<LogicalNode> children) => this with { Input = children[0] };

    public override void Describe(PlanWriter writer)
    {
        writer.Value($"{Table.Name}: {string.Join(", ", Table.Schema.Fields.Select(field => field.Name))}");
        if (Deletes)
            writer.Value("deletes");
        foreach (var word in Mode.Words())
            writer.Value(word);
    }

    public bool Equals(LogicalSink? other) => base.Equals(other) && Input.Equals(other.Input) && Table == other.Table
        && DropsNulls == other.DropsNulls && Deletes == other.Deletes && Mode == other.Mode;

    public override int GetHashCode() => HashCode.Combine(Table.Name, Input);

    protected override Schema DeriveSchema() => Input.Schema;
}
