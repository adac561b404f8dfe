using SqlStream.Core.Types;
using SqlStream.Planner.Explain;

namespace SqlStream.Planner.Physical;

/// <summary>Turns the upsert stream of a source into a retract stream: keeps the last row per key, emits -U before +U,
/// completes deletes that carry only the key, and drops what changes nothing.</summary>
/// <param name="Input">An upsert stream, partitioned by the keys.</param>
/// <param name="Keys">Positions of the source's primary key.</param>
public sealed record PhysicalChangelogNormalize(PhysicalNode Input, ValueList<int> Keys) : PhysicalNode
{
    /// <summary>How long the state of a key is kept after it was written last, in milliseconds by the job's clock; zero for ever.</summary>
    public long TtlMillis { get; init; }

    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [Input];

    /// <inheritdoc/>
    public override string Stem => "ChangelogNormalize";

    /// <inheritdoc/>
    public override StateDescription State => StateTtl.Of(KeptForEver, TtlMillis, Columns(Input.Schema.Select(Keys)), "keys");

    StateDescription KeptForEver =>
        new($"row v1 ({Columns(Input.Schema.Select(Keys))}) -> ({Columns(Input.Schema)})", "grows with: distinct keys");

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
