using SqlStream.Core.Connect;
using SqlStream.Core.Types;
using SqlStream.Planner.Catalog;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Logical;

/// <summary>A table that a query reads, with everything bound.</summary>
/// <param name="Definition">The definition.</param>
/// <param name="Connector">What the connector knows of it, hints included.</param>
/// <param name="Source">Where rows come from.</param>
/// <param name="Columns">Each column over the physical columns: a column reference, or what a computed column
/// computes.</param>
/// <param name="Watermark">Over all columns of the table, or null.</param>
sealed record BoundTable(
    TableDefinition Definition, ConnectorTable Connector, ISource Source, ValueList<BoundExpression> Columns, BoundExpression? Watermark)
{
    /// <summary>The name for messages and EXPLAIN.</summary>
    public string Name => Connector.Name;

    /// <summary>All columns, computed ones included.</summary>
    public Schema Schema { get; } = new([.. Definition.Columns.Select(column => new Field(column.Name, column.Type))]);

    /// <summary>Position of the rowtime column in <see cref="Schema"/>, or null.</summary>
    public int? Rowtime => Definition.Watermark is { } watermark ? Schema.IndexOf(watermark.Column) : null;

    /// <summary>Positions of the primary key in <see cref="Schema"/>.</summary>
    public ValueList<int> PrimaryKey => Definition.PrimaryKey.Map(Schema.IndexOf);

    /// <summary>Equal definitions and options mean equal tables; the rest follows from them.</summary>
    public bool Equals(BoundTable? other) => other is not null && Definition == other.Definition && Connector == other.Connector;

    /// <inheritdoc/>
    public override int GetHashCode() => Definition.Name.GetHashCode();
}
