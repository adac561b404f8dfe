using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Planner.Binding;
using SqlStream.Planner.Catalog;

namespace SqlStream.Planner.Statements;

/// <summary>Finds tables whose partitions can be named.</summary>
sealed class PartitionedTable(BindContext context)
{
    /// <summary>The table and who keeps its partitions; null after reporting why there are none.</summary>
    /// <param name="statement">For the message.</param>
    /// <param name="found">What the statement names.</param>
    /// <param name="span">Where.</param>
    public (TableDefinition Table, IHoldsPartitions Connector, ConnectorTable Connected)? Find(string statement, CatalogObject found, SourceSpan span)
    {
        if (found is not TableDefinition { PartitionKeys.Count: > 0 } table)
        {
            context.Report(AlterErrors.NotPartitioned(span, found.Name));
            return null;
        }
        try
        {
            var (connector, connected) = TableReader.Connect(table, table.Options, context.Planner.Connectors);
            if (connector is IHoldsPartitions holder)
                return (table, holder, connected);
            context.Report(InsertErrors.PartitionsUnknown(span, statement, table.Name, connector.Name));
        }
        catch (SqlException exception)
        {
            context.Report(exception, span);
        }
        return null;
    }
}
