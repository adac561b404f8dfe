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

    /// <summary>How long the state of a key is kept after it was written last, in milliseconds by the job's clock; zero for ever.</summary>
    public long TtlMillis { get; init; }

    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [Input];

    /// <inheritdoc/>
    public override string Stem => "UpsertMaterialize";

    /// <inheritdoc/>
    public override StateDescription State => StateTtl.Of(KeptForEver, TtlMillis, Columns(Input.Schema.Select(Keys)), "keys");

    StateDescription KeptForEver =>
        new($"{RowsTable} v1 ({Columns(Input.Schema.Select(Keys))}) -> ({Columns(Input.Schema)})", "grows with: rows");

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this with { Input = children[0] };

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer)
    {
        writer.List("key", Keys.Select(key => Input.Schema[key].Name));
        StateTtl.Describe(writer, TtlMillis);
    }

    static string Columns(Schema schema) => string.Join(", ", schema.Fields.Select(field => field.ToDefinition()));
}
