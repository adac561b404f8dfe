using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Catalog;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Binding;

/// <summary>INSERT OVERWRITE and ON CONFLICT.</summary>
sealed class InsertModeBinder(BindContext context)
{
    /// <summary>The mode and the sink for it; null after reporting why the table cannot be written so.</summary>
    /// <param name="insert">The statement.</param>
    /// <param name="table">Its table.</param>
    /// <param name="sink">The sink of INSERT INTO.</param>
    /// <param name="partition">The values that PARTITION gives.</param>
    public (InsertMode Mode, ISink Sink)? Bind(InsertStatement insert, TableDefinition table, ISink sink, Dictionary<string, BoundExpression> partition)
    {
        if (!insert.Overwrite && insert.OnConflict is null)
            return (InsertMode.Into, sink);
        var span = context.SpanOf(insert);
        if (insert.OnConflict is not null && table.PrimaryKey.IsEmpty)
            return Fail(InsertErrors.ConflictWithoutKey(span, table.Name));
        var onConflict = insert.OnConflict switch
        {
            ConflictAction.Nothing => KeyConflict.Keep,
            ConflictAction.Error => KeyConflict.Fail,
            _ => KeyConflict.Replace,
        };
        if (insert.Overwrite && onConflict != KeyConflict.Replace)
            return Fail(BindErrors.NotSupported(span, "ON CONFLICT of INSERT OVERWRITE", "INSERT OVERWRITE a table, then INSERT INTO it ON CONFLICT."));
        // Which row is the last one is found out before the table.
        if (!insert.Overwrite && insert.OnConflict == ConflictAction.Deduplicate && sink.Accepts.HasUpdateAfter)
            return (InsertMode.Into with { Deduplicates = true }, sink);
        var mode = new InsertMode { Overwrites = insert.Overwrite, OnConflict = onConflict };
        if (insert.Overwrite && partition.Count > 0 && partition.Count == table.PartitionKeys.Count)
        {
            if (!table.PartitionKeys.All(key => partition[key] is BoundLiteral))
                return Fail(InsertErrors.PartitionNotConstant(context.SpanOf(insert.Partition[0]), insert.Partition[0].Column.Text));
            mode = mode with { Partition = table.PartitionKeys.Map(key => ((BoundLiteral)partition[key]).Value) };
        }
        if (sink.With(mode) is { } changed)
            return (mode, changed);
        var connector = table.Options.Text("connector", "connector.type") ?? "";
        return Fail(insert.OnConflict is not null ? InsertErrors.CannotResolveConflicts(span, connector)
            : table.PartitionKeys.IsEmpty ? InsertErrors.CannotOverwrite(span, connector)
            : InsertErrors.CannotOverwritePartitions(span, table.Name, connector));
    }

    (InsertMode Mode, ISink Sink)? Fail(Diagnostic error)
    {
        context.Report(error);
        return null;
    }
}
