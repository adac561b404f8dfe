using System.Diagnostics;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Binding;
using SqlStream.Planner.Catalog;

namespace SqlStream.Planner.Statements;

/// <summary>ALTER TABLE: takes the table apart, changes a part, and checks the whole again.</summary>
/// <remarks>Jobs that run keep the definition that they were planned with.</remarks>
sealed class AlterTableBinder(BindContext context)
{
    /// <summary>The plan, or null after reporting errors.</summary>
    public StatementPlan? Bind(AlterTable alter)
    {
        var span = context.SpanOf(alter.Name);
        var resolver = new NameResolver(context);
        if (resolver.Qualify(alter.Name) is not { } name)
            return null;
        if (alter.IfExists && context.Planner.Catalog.Find(name) is null)
            return new ChangePlan([]);
        switch (resolver.Find(alter.Name))
        {
            case TableDefinition table:
                return alter.Action switch
                {
                    RenameTable rename => Rename(table, rename),
                    AddPartitions add => Partitions(table, add, span),
                    DropPartitions drop => Partitions(table, drop, span),
                    _ => Change(table, alter.Action, span),
                };
            case { } other:
                context.Report(CreateErrors.WrongKind(span, other, "table"));
                return null;
            default:
                return null;
        }
    }

    ChangePlan? Rename(TableDefinition table, RenameTable rename) =>
        ObjectRename.Target(context, table, rename.To) is { } name
            ? new ChangePlan([new RenameObject(table, Named(table, name))])
            : null;

    static TableDefinition Named(TableDefinition table, ObjectName name)
    {
        var renamed = table with { Name = name };
        return renamed with { SqlText = DdlText.Of(renamed) };
    }

    ChangePlan? Change(TableDefinition table, AlterTableAction action, SourceSpan span)
    {
        var draft = TableDraft.Of(table, context, span);
        switch (action)
        {
            case AlterElements elements:
                new AlterElementsBinder(context, draft).Apply(elements);
                break;
            case DropColumns drop:
                foreach (var column in drop.Columns)
                    DropColumn(table, draft, column);
                break;
            case RenameColumn rename:
                Rename(table, draft, rename);
                break;
            case DropPrimaryKey:
                if (draft.PrimaryKey is null)
                    context.Report(AlterErrors.NoKey(context.SpanOf(action), table.Name));
                draft.PrimaryKey = null;
                break;
            case DropConstraint constraint:
                if (draft.PrimaryKey?.Constraint != constraint.Name.Text)
                    context.Report(AlterErrors.UndefinedConstraint(context.SpanOf(constraint.Name), constraint.Name.Text, draft));
                draft.PrimaryKey = null;
                break;
            case DropWatermark:
                if (draft.Watermark is null)
                    context.Report(AlterErrors.NoWatermark(context.SpanOf(action), table.Name));
                draft.Watermark = null;
                break;
            case SetTableOptions set:
                Set(draft, TableElements.Options(set.Options));
                break;
            case ResetTableOptions reset:
                Reset(draft, reset);
                break;
            case AlterDistribution or DropDistribution:
                context.Report(BindErrors.NotSupported(context.SpanOf(action), "DISTRIBUTED"));
                break;
            default:
                throw new UnreachableException($"action {action.GetType().Name} has no case");
        }
        return Changed(table, draft, action, span);
    }

    ChangePlan? Changed(TableDefinition table, TableDraft draft, AlterTableAction action, SourceSpan span)
    {
        if (context.HasErrors)
            return null;
        var changed = new TableDraftBinder(context).Bind(draft, span, "");
        if (context.HasErrors)
            return null;
        if (HoldsRows(table) is { } connector && !HasSameForm(table, changed))
        {
            context.Report(AlterErrors.HoldsRows(context.SpanOf(action), table.Name, connector));
            return null;
        }
        return new ChangePlan([new PutObject(changed)]);
    }

    string? HoldsRows(TableDefinition table)
    {
        var connector = ConnectorOptions.Find(table.Options, context.Planner.Connectors);
        return connector is IHoldsRows ? connector.Name : null;
    }

    static bool HasSameForm(TableDefinition before, TableDefinition after) =>
        before.PrimaryKey == after.PrimaryKey
        && before.PhysicalColumns.Select(column => (column.Name, column.Type)).SequenceEqual(
            after.PhysicalColumns.Select(column => (column.Name, column.Type)));

    void DropColumn(TableDefinition table, TableDraft draft, Identifier column)
    {
        var span = context.SpanOf(column);
        if (draft.Find(column.Text) is not { } found)
        {
            context.Report(AlterErrors.UndefinedColumn(span, column.Text, draft));
            return;
        }
        const string hint = "Drop or modify that first.";
        if (draft.PrimaryKey is { } key && key.Columns.Any(part => part.Name == found.Name))
            context.Report(AlterErrors.ColumnInUse(span, found.Name, "the primary key", hint));
        if (draft.PartitionKeys.Exists(part => part.Name == found.Name))
            context.Report(AlterErrors.ColumnInUse(span, found.Name, "PARTITIONED BY", "CREATE the table anew."));
        InExpressions(table, draft, found, span, hint);
        draft.Columns.Remove(found);
    }

    void InExpressions(TableDefinition table, TableDraft draft, DraftColumn column, SourceSpan span, string hint)
    {
        var uses = new ColumnUses(context, table);
        var user = draft.Columns.OfType<DraftComputed>().FirstOrDefault(
            known => known != column && uses.IsUsed(column.Name, known.Expression));
        if (user is not null)
            context.Report(AlterErrors.ColumnInUse(span, column.Name, $"computed column \"{user.Name}\"", hint));
        if (draft.Watermark is { } watermark && (watermark.Column == column.Name || uses.IsUsed(column.Name, watermark.Expression)))
            context.Report(AlterErrors.ColumnInUse(span, column.Name, "the watermark", hint));
    }

    void Rename(TableDefinition table, TableDraft draft, RenameColumn rename)
    {
        var (from, to) = (rename.From.Text, rename.To.Text);
        if (draft.Find(from) is not { } found)
        {
            context.Report(AlterErrors.UndefinedColumn(context.SpanOf(rename.From), from, draft));
            return;
        }
        if (draft.Find(to) is not null)
        {
            context.Report(AlterErrors.ColumnExists(context.SpanOf(rename.To), to, draft.Name));
            return;
        }
        InExpressions(table, draft, found, context.SpanOf(rename.From), "Modify that first.");
        draft.Columns[draft.Columns.IndexOf(found)] = found with { Name = to };
        if (draft.PrimaryKey is { } key)
            draft.PrimaryKey = key with { Columns = key.Columns.Map(part => part.Name == from ? (to, part.Span) : part) };
        for (var i = 0; i < draft.PartitionKeys.Count; i++)
        {
            if (draft.PartitionKeys[i].Name == from)
                draft.PartitionKeys[i] = (to, draft.PartitionKeys[i].Span);
        }
    }

    static void Set(TableDraft draft, TableOptions set) => draft.Options = new TableOptions([
        .. draft.Options.Options.Where(option => set.Find(option.Key) is null), .. set.Options]);

    void Reset(TableDraft draft, ResetTableOptions reset)
    {
        foreach (var key in reset.Keys.Where(key => key.Value == "connector"))
            context.Report(AlterErrors.ConnectorOption(context.SpanOf(key)));
        var keys = reset.Keys.Map(key => key.Value);
        draft.Options = new TableOptions([.. draft.Options.Options.Where(option => !keys.Contains(option.Key))]);
    }

    ChangePartitionsPlan? Partitions(TableDefinition table, AddPartitions add, SourceSpan span)
    {
        foreach (var added in add.Partitions.Where(added => added.Options.Count > 0))
            context.Report(BindErrors.NotSupported(context.SpanOf(added.Options[0]), "WITH of a partition"));
        return Partitions("ADD PARTITION", table, add.Partitions.Map(added => ((SyntaxNode)added, added.Partition)), span, isDrop: false, add.IfNotExists);
    }

    ChangePartitionsPlan? Partitions(TableDefinition table, DropPartitions drop, SourceSpan span) => Partitions(
        "DROP PARTITION", table, drop.Partitions.Map(dropped => ((SyntaxNode)dropped, dropped.Values)), span, isDrop: true, drop.IfExists);

    ChangePartitionsPlan? Partitions(
        string statement, TableDefinition table, ValueList<(SyntaxNode Node, ValueList<PartitionValue> Values)> partitions, SourceSpan span,
        bool isDrop, bool isTolerant)
    {
        if (new PartitionedTable(context).Find(statement, table, span) is not var (_, connector, connected))
            return null;
        var binder = new PartitionBinder(context);
        var values = partitions.Map(partition => (Values: binder.BindWhole(partition.Values, table, partition.Node), Span: context.SpanOf(partition.Node)));
        return context.HasErrors
            ? null
            : new ChangePartitionsPlan(connector, connected, values.Map(partition => (partition.Values!.Value, partition.Span)), isDrop, isTolerant);
    }
}
