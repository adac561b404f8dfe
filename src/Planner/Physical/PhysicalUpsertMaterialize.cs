using SqlStream.Core.Types;
using SqlStream.Planner.Explain;

namespace SqlStream.Planner.Physical;

/// <summary>Of rows that have one key of the table they are written to, gives the one that came last and is still there.</summary>
/// <remarks>Changelog: an upsert stream by the key. A row that goes makes room for the one that came before it.</remarks>
/// <param name="Input">Any changes, with -U; partitioned by the key.</param>
/// <param name="Keys">The primary key of the table.</param>
public sealed record PhysicalUpsertMaterialize(PhysicalNode Input, ValueList<int> Keys) : PhysicalNode
{
    /// <summary>Table of the rows.</summary>
    public const string RowsTable = "rows";

    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [Input];

    /// <inheritdoc/>
    public override string Stem => "UpsertMaterialize";

    /// <inheritdoc/>
    public override StateDescription State =>
        new($"{RowsTable} v1 ({Columns(Input.Schema.Select(Keys))}) -> ({Columns(Input.Schema)})", "grows with: rows");

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this with { Input = children[0] };

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer) => writer.List("key", Keys.Select(key => Input.Schema[key].Name));

    static string Columns(Schema schema) => string.Join(", ", schema.Fields.Select(field => field.ToDefinition()));
}
