using SqlStream.Core.Connect;
using SqlStream.Core.Types;
using SqlStream.Planner.Explain;

namespace SqlStream.Planner.Physical;

/// <summary>Writes a table. The input has the physical columns of the table, in order.</summary>
/// <param name="Input">The rows; partitioned by the primary key if there is one and the input is not
/// append-only.</param>
/// <param name="TableName">The qualified name.</param>
/// <param name="Table">What the connector knows of the table.</param>
/// <param name="Sink">Where rows go; not part of equality, since it follows from <paramref name="Table"/>.</param>
/// <param name="SinkId">Identity within the job: the table's name, numbered from the second sink on the same
/// table.</param>
/// <param name="NotNullColumns">Columns in which a NULL of the nullable input is not written.</param>
/// <param name="DropsNulls">A row with such a NULL is left out; otherwise it raises 23502.</param>
public sealed record PhysicalSink(
    PhysicalNode Input, string TableName, ConnectorTable Table, ISink Sink, string SinkId, ValueList<int> NotNullColumns, bool DropsNulls)
    : PhysicalNode
{
    /// <summary>The rows, which are all new ones, are taken away from the table.</summary>
    public bool Deletes { get; init; }

    /// <summary>In which way the rows are inserted; <see cref="Sink"/> does so.</summary>
    public InsertMode Mode { get; init; } = InsertMode.Into;

    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [Input];

    /// <inheritdoc/>
    public override string Stem => "Sink";

    /// <inheritdoc/>
    public override StateDescription? State => Sink.Delivery == DeliveryGuarantee.ExactlyOnce
        ? new("output log of the epoch", "bounded by: output of one epoch")
        : null;

    /// <summary>True if the input has -U rows that the sink does not take. They are dropped before writing: the primary
    /// key tells the rows of the input apart, so that the +U row that follows replaces the same row.</summary>
    public bool DropsUpdateBefore => Input.Changelog.HasUpdateBefore && !Sink.Accepts.HasUpdateBefore;

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this with { Input = children[0] };

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer)
    {
        writer.Value($"{TableName}: {string.Join(", ", Table.Schema.Fields.Select(field => field.Name))}");
        if (!NotNullColumns.IsEmpty)
            writer.List("not null", NotNullColumns.Select(index => Table.Schema[index].Name));
        if (Deletes)
            writer.Value("deletes");
        foreach (var word in Mode.Words())
            writer.Value(word);
        if (DropsNulls && !NotNullColumns.IsEmpty)
            writer.Value("drops NULL");
        if (DropsUpdateBefore)
            writer.Value("drops -U");
        if (SinkId != TableName)
            writer.Field("id", SinkId);
    }

    /// <inheritdoc/>
    public bool Equals(PhysicalSink? other) =>
        base.Equals(other) && Input.Equals(other.Input) && TableName == other.TableName && Table == other.Table
        && SinkId == other.SinkId && NotNullColumns == other.NotNullColumns && DropsNulls == other.DropsNulls && Deletes == other.Deletes
        && Mode == other.Mode;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(SinkId, Input);
}
