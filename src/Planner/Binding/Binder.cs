using System.Diagnostics;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Catalog;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Binding;

/// <summary>A statement that becomes a job: its logical plans.</summary>
/// <param name="Roots">Each a <see cref="LogicalSink"/> or a <see cref="LogicalCollect"/>.</param>
/// <param name="Targets">The tables that are written, in the order of the roots; empty for a query.</param>
sealed record BoundStatement(ValueList<LogicalNode> Roots, ValueList<ObjectName> Targets)
{
    /// <summary>What works, but probably not as it is meant.</summary>
    public ValueList<Diagnostic> Warnings { get; init; }

    /// <summary>For each root the position to blame for what concerns it as a whole.</summary>
    public IReadOnlyList<SourceSpan> Spans => [.. Roots.Select(root => root.Span)];
}

/// <summary>Syntax to logical plans, for the statements that become jobs. Names are looked up, types are checked, and
/// what is implicit is written out. Raises all errors that it finds, up to twenty.</summary>
sealed class Binder(BindContext context)
{
    /// <summary>The plans of a query, an insert or a statement set.</summary>
    public BoundStatement Bind(StatementSyntax statement) => BindStatement(statement) with { Warnings = context.Warnings };

    BoundStatement BindStatement(StatementSyntax statement)
    {
        switch (statement)
        {
            case QueryStatement query:
                var node = new QueryBinder(context).Bind(query.Query);
                WatermarkUses.Check(context, node);
                context.ThrowIfErrors();
                return new BoundStatement([new LogicalCollect(node) { Span = context.SpanOf(query) }], []);
            case InsertStatement insert:
                return Inserts([insert]);
            case StatementSet set:
                return Inserts(set.Inserts);
            case DeleteStatement delete:
                return RowChanges(new RowChangeBinder(context).Delete(delete), delete.Table);
            case UpdateStatement update:
                return RowChanges(new RowChangeBinder(context).Update(update), update.Table);
            case TruncateTable truncate:
                return RowChanges(new RowChangeBinder(context).Truncate(truncate), truncate.Table);
            default:
                throw new UnreachableException($"statement {statement.GetType().Name} is no job");
        }
    }

    BoundStatement RowChanges(ValueList<LogicalSink?> sinks, QualifiedName table)
    {
        foreach (var sink in sinks)
        {
            if (sink is not null)
                WatermarkUses.Check(context, sink);
        }
        context.ThrowIfErrors();
        var target = new NameResolver(context).Qualify(table)!;
        return new BoundStatement(sinks.Map(sink => (LogicalNode)sink!), sinks.Map(_ => target));
    }

    BoundStatement Inserts(ValueList<InsertStatement> inserts)
    {
        var sinks = inserts.Map(insert => new InsertBinder(context).Bind(insert));
        var targets = inserts.Map(insert => new NameResolver(context).Qualify(insert.Table));
        foreach (var sink in sinks)
        {
            if (sink is not null)
                WatermarkUses.Check(context, sink);
        }
        for (var i = 0; i < inserts.Count; i++)
        {
            if (inserts[i].Overwrite && targets.Count(target => target == targets[i]) > 1)
                context.Report(InsertErrors.OverwrittenAndWritten(context.SpanOf(inserts[i].Table), targets[i]!));
        }
        context.ThrowIfErrors();
        return new BoundStatement(sinks.Map(sink => (LogicalNode)sink!), targets.Map(target => target!));
    }
}
