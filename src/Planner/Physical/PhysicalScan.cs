using SqlStream.Core.Connect;
using SqlStream.Core.Types;
using SqlStream.Planner.Explain;

namespace SqlStream.Planner.Physical;

/// <summary>Reads a table. Emits what its source declares.</summary>
/// <param name="TableName">The qualified name.</param>
/// <param name="Table">What the connector knows of the table.</param>
/// <param name="Source">Where rows come from; not part of equality, since it follows from <paramref
/// name="Table"/>.</param>
/// <param name="ReadColumns">Positions in <c>Table.Schema</c>, ascending; the columns of the output.</param>
/// <param name="Splits">Which splits are read; null for all.</param>
/// <param name="Filter">Which rows the readers need make, where they can leave out others; null for all.</param>
/// <param name="ReadFields">The ROW columns of which only some fields need be made.</param>
public sealed record PhysicalScan(
    string TableName, ConnectorTable Table, ISource Source, ValueList<int> ReadColumns, ScanFilter? Splits, ScanFilter? Filter,
    ValueList<FieldsRead> ReadFields) : PhysicalNode
{
    /// <summary>A scan of all rows.</summary>
    public PhysicalScan(string tableName, ConnectorTable table, ISource source, ValueList<int> readColumns)
        : this(tableName, table, source, readColumns, null, null, [])
    {
    }

    /// <summary>The filter that the source is told; null for none.</summary>
    public PushedFilter? Pushed { get; init; }

    /// <summary>So many rows of each split are enough; null for all.</summary>
    public long? RowsMax { get; init; }

    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [];

    /// <inheritdoc/>
    public override string Stem => "Scan";

    /// <inheritdoc/>
    public override StateDescription State => new("splits v1 (split STRING) -> (position STRING)", "grows with: splits");

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this;

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer)
    {
        var columns = string.Join(", ", ReadColumns.Select(Column));
        writer.Value(columns.Length == 0 ? TableName : $"{TableName}: {columns}");
        if (Splits is not null)
            writer.Field("splits", Splits.Predicate.Describe());
        if (Filter is not null)
            writer.Field("only", Filter.Predicate.Describe());
        if (Pushed is not null)
            writer.Field("pushed", Pushed.Condition.Describe());
        if (RowsMax is { } rows)
            writer.Field("limit", $"{rows} rows");
    }

    /// <inheritdoc/>
    public bool Equals(PhysicalScan? other) =>
        base.Equals(other) && TableName == other.TableName && Table == other.Table && ReadColumns == other.ReadColumns
        && Splits == other.Splits && Filter == other.Filter && ReadFields == other.ReadFields
        && Pushed == other.Pushed && RowsMax == other.RowsMax;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(TableName, ReadColumns);

    // A column, with what is read of it where that is not all.
    string Column(int index)
    {
        var field = Table.Schema[index];
        return ReadFields.FirstOrDefault(read => read.Column == index) is { } read
            ? $"{field.Name}({string.Join(", ", read.Fields.Select(part => ((RowType)field.Type).Fields[part].Name))})"
            : field.Name;
    }
}
