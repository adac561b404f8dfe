using System.Diagnostics;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Binding;
using SqlStream.Planner.Catalog;

namespace SqlStream.Planner.Statements;

/// <summary>Which statement becomes which plan: one switch.</summary>
sealed class StatementPlanner(PlannerContext planner, SourceText source)
{
    /// <summary>The plan of a statement.</summary>
    public StatementPlan Plan(StatementSyntax statement)
    {
        var context = new BindContext(planner);
        var plan = statement switch
        {
            QueryStatement => Query(statement),
            InsertStatement or StatementSet => Insert(statement),
            ExplainStatement explain => Explain(explain, context),
            CreateTable create => new CreateTableBinder(context).Bind(create, source),
            CreateView create => new CreateViewBinder(context).Bind(create, source),
            DropStatement drop => new DropBinder(context).Bind(drop),
            ShowStatement show => new ShowBinder(context).Bind(show),
            ShowCreate show => ShowCreate(show, context),
            DescribeStatement describe => Describe(describe, context),
            UseDatabase use => Use(use, context),
            UseCatalog use => Use(use, context),
            SetStatement set => new SetPlan(set.Key?.Value, set.Value?.Value),
            ResetStatement reset => new ResetPlan(reset.Key?.Value),
            CheckpointStatement checkpoint => Checkpoint(checkpoint, context),
            SavepointStatement savepoint => new SavepointPlan(savepoint.Job.Value, savepoint.Directory?.Value),
            StopJob stop => new StopJobPlan(stop.Job.Value, stop.WithSavepoint, stop.WithDrain),
            ShowJobs => new ShowJobsPlan(),
            ShowJob show => new ShowJobPlan(show.Job.Value),
            DescribeJob describe => new DescribeJobPlan(describe.Job.Value),
            ShowCheckpoints show => new ShowCheckpointsPlan(show.Job?.Value),
            _ => NotSupported(statement, context),
        };
        context.ThrowIfErrors();
        return plan ?? throw new EngineBugException($"{statement.GetType().Name} gave neither a plan nor an error");
    }

    QueryPlan Query(StatementSyntax statement)
    {
        var stages = SqlPlanner.Stages(statement, planner);
        return new QueryPlan(stages.Physical, stages.Physical.Roots[0].Schema);
    }

    InsertPlan Insert(StatementSyntax statement)
    {
        var stages = SqlPlanner.Stages(statement, planner);
        return new InsertPlan(stages.Physical, stages.Bound.Targets, statement is StatementSet);
    }

    ExplainPlan? Explain(ExplainStatement explain, BindContext context)
    {
        if (explain.Details.Any(detail => detail is not ExplainDetail.ChangelogMode))
        {
            context.Report(BindErrors.NotSupported(context.SpanOf(explain), "EXPLAIN with this detail"));
            return null;
        }
        var stage = explain.Stage ?? ExplainStage.Physical;
        var statement = explain.Statement;
        if (stage == ExplainStage.Syntax)
            return new ExplainPlan(stage, statement, null);
        if (statement is QueryStatement or InsertStatement or StatementSet)
            return new ExplainPlan(stage, statement, SqlPlanner.Stages(statement, planner));
        context.Report(BindErrors.NotSupported(context.SpanOf(statement), "EXPLAIN of this statement", "Explain a query or an INSERT."));
        return null;
    }

    static ShowPlan? ShowCreate(ShowCreate show, BindContext context)
    {
        var kind = show.Kind switch { ObjectKind.Table => "table", ObjectKind.View => "view", _ => null };
        if (kind is null)
        {
            context.Report(BindErrors.NotSupported(context.SpanOf(show), $"SHOW CREATE {show.Kind.ToString().ToUpperInvariant()}"));
            return null;
        }
        if (new NameResolver(context).Find(show.Name) is not { } found)
            return null;
        if (found.Kind != kind)
            context.Report(CreateErrors.WrongKind(context.SpanOf(show.Name), found, kind));
        return new ShowPlan(new Schema([new Field($"create {kind}", SqlType.String)]), [[DdlText.Of(found)]]);
    }

    static DescribePlan? Describe(DescribeStatement describe, BindContext context)
    {
        if (describe.Kind is not (ObjectKind.Table or ObjectKind.View))
        {
            context.Report(BindErrors.NotSupported(context.SpanOf(describe), $"DESCRIBE {describe.Kind.ToString().ToUpperInvariant()}"));
            return null;
        }
        return new NameResolver(context).Find(describe.Name) is { } found
            ? new DescribePlan(TableDescription.Columns, TableDescription.Rows(found))
            : null;
    }

    static UsePlan? Use(UseDatabase use, BindContext context)
    {
        var span = context.SpanOf(use.Name);
        if (use.Name.Parts.Count > 2)
        {
            context.Report(BindErrors.InvalidName(span, use.Name.ToString()));
            return null;
        }
        var catalog = use.Name.Parts.Count == 2 ? use.Name.Parts[0].Text : context.CurrentCatalog;
        var database = use.Name.Last.Text;
        return new NameResolver(context).HasDatabase(catalog, database, span) ? new UsePlan(catalog, database) : null;
    }

    static UsePlan? Use(UseCatalog use, BindContext context) =>
        new NameResolver(context).HasDatabase(use.Name.Text, ObjectName.DefaultDatabase, context.SpanOf(use.Name))
            ? new UsePlan(use.Name.Text, ObjectName.DefaultDatabase)
            : null;

    static CheckpointPlan? Checkpoint(CheckpointStatement checkpoint, BindContext context)
    {
        if (checkpoint.Table is null)
            return new CheckpointPlan(checkpoint.Job?.Value, null);
        switch (new NameResolver(context).Find(checkpoint.Table))
        {
            case TableDefinition table:
                return new CheckpointPlan(null, table.Name);
            case { } other:
                context.Report(CreateErrors.WrongKind(context.SpanOf(checkpoint.Table), other, "table"));
                return null;
            default:
                return null;
        }
    }

    static StatementPlan? NotSupported(StatementSyntax statement, BindContext context)
    {
        context.Report(BindErrors.NotSupported(context.SpanOf(statement), statement switch
        {
            UnsupportedStatement unsupported => unsupported.What,
            CreateFunction => "CREATE FUNCTION",
            CreateCatalog => "CREATE CATALOG",
            CreateDatabase => "CREATE DATABASE",
            AlterTable => "ALTER TABLE",
            AlterView => "ALTER VIEW",
            AlterFunction => "ALTER FUNCTION",
            CompilePlan => "COMPILE PLAN",
            ExecutePlan => "EXECUTE PLAN",
            AlterDatabase => "ALTER DATABASE",
            AlterCatalog => "ALTER CATALOG",
            DeleteStatement => "DELETE",
            UpdateStatement => "UPDATE",
            TruncateTable => "TRUNCATE TABLE",
            _ => throw new UnreachableException($"statement {statement.GetType().Name} has no plan"),
        }));
        return null;
    }
}
