using SqlStream.Core.Connect;
using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Physical;

/// <summary>Gives each row beside the rows of a table that have its key when it is processed.</summary>
/// <remarks>Changelog: rows that come and go make pairs that come and go, of the rows that the table has at that time; later changes of the table change
/// nothing. NULL is equal to nothing. State: the rows whose keys are asked for again; there are none without a retry.</remarks>
/// <param name="Input">The input.</param>
/// <param name="TableName">The qualified name of the table.</param>
/// <param name="Table">What the connector knows of the table.</param>
/// <param name="Source">Where its rows come from, an <see cref="ILookupSource"/>; not part of equality, since it follows from <paramref name="Table"/>.</param>
/// <param name="ReadColumns">Positions in <c>Table.Schema</c>, which come behind the columns of the input.</param>
/// <param name="Kind">Inner or left.</param>
/// <param name="InputKeys">Columns of the input.</param>
/// <param name="TableKeys">Positions in <paramref name="ReadColumns"/> of the columns that must be equal to them, of the same types.</param>
/// <param name="Residual">What a pair must satisfy beside, over the columns of both; null is TRUE.</param>
public sealed record PhysicalLookupJoin(
    PhysicalNode Input, string TableName, ConnectorTable Table, ISource Source, ValueList<int> ReadColumns, JoinType Kind,
    ValueList<int> InputKeys, ValueList<int> TableKeys, BoundExpression? Residual) : PhysicalNode
{
    /// <summary>How the table is asked.</summary>
    public LookupPolicy Policy { get; init; } = LookupPolicy.Default;

    /// <summary>What the source is told of the rows that can satisfy the condition, over the columns of <c>Table.Schema</c>; null for nothing.</summary>
    public PushedFilter? Pushed { get; init; }

    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [Input];

    /// <inheritdoc/>
    public override string Stem => "LookupJoin";

    /// <inheritdoc/>
    public override StateDescription? State => Policy.Retry is null
        ? null
        : new($"waiting v1 (place BIGINT) -> (attempts INT, {string.Join(", ", Input.Schema.Fields.Select(column => $"{column.Name} {column.Type}"))})", "bounded by: capacity");

    /// <summary>The columns of the output.</summary>
    internal Schema Columns => Kind.Columns(Input.Schema, Table.Schema.Select(ReadColumns));

    /// <summary>A row of the input has one pair at the most.</summary>
    internal bool IsOneToOne => !Table.PrimaryKey.IsEmpty && Table.PrimaryKey.All(column => TableKeys.Any(key => ReadColumns[key] == column));

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this with { Input = children[0] };

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer)
    {
        writer.Value(Kind.Describe());
        writer.Field("table", $"{TableName}({string.Join(", ", ReadColumns.Select(column => Table.Schema[column].Name))})");
        writer.List("on", Keys);
        writer.Field("cache", ((ILookupSource)Source).Lookup.Cache switch
        {
            LookupCache.None => "none",
            LookupCache.Partial => "partial",
            _ => "full",
        });
        if (Residual is not null)
            writer.Field("and", Residual.Describe());
        if (Pushed is not null)
            writer.Field("pushed", Pushed.Condition.Describe());
        Policy.Describe(writer);
    }

    /// <summary>What must be equal, in words.</summary>
    public IEnumerable<string> Keys =>
        Enumerable.Range(0, InputKeys.Count).Select(i => $"{Input.Schema[InputKeys[i]].Name} = {Table.Schema[ReadColumns[TableKeys[i]]].Name}");

    /// <inheritdoc/>
    public bool Equals(PhysicalLookupJoin? other) =>
        base.Equals(other) && Input == other.Input && TableName == other.TableName && Table == other.Table && ReadColumns == other.ReadColumns
        && Kind == other.Kind && InputKeys == other.InputKeys && TableKeys == other.TableKeys && Residual == other.Residual && Policy == other.Policy && Pushed == other.Pushed;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(TableName, ReadColumns, InputKeys);
}
