using System.Diagnostics;
using SqlStream.Core.Diagnostics;
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
            InsertStatement => Insert(statement, InsertPlan.InsertInto),
            StatementSet => Insert(statement, "statement-set"),
            DeleteStatement => Insert(statement, "delete-from"),
            UpdateStatement => Insert(statement, "update"),
            TruncateTable => Insert(statement, "truncate"),
            ExplainStatement explain => Explain(explain, context),
            CreateTable create => new CreateTableBinder(context).Bind(create, source),
            CreateView create => new CreateViewBinder(context).Bind(create, source),
            CreateFunction create => new FunctionBinder(context).Bind(create),
            AlterFunction alter => new FunctionBinder(context).Bind(alter),
            CreateCatalog create => new CatalogBinder(context).Bind(create),
            CreateDatabase create => new CatalogBinder(context).Bind(create),
            AlterTable alter => new AlterTableBinder(context).Bind(alter),
            AlterView alter => new AlterViewBinder(context).Bind(alter, source),
            AlterCatalog alter => new CatalogBinder(context).Bind(alter),
            AlterDatabase alter => new CatalogBinder(context).Bind(alter),
            DropStatement drop => new DropBinder(context).Bind(drop),
            ShowStatement show => new ShowBinder(context).Bind(show),
            ShowCreate show => new ShowCreateBinder(context).Bind(show),
            DescribeStatement describe => new DescribeBinder(context).Bind(describe),
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
        if (plan is { Warnings.IsEmpty: true } && !context.Warnings.IsEmpty)
            plan = plan with { Warnings = context.Warnings };
        return plan ?? throw new EngineBugException($"{statement.GetType().Name} gave neither a plan nor an error");
    }

    QueryPlan Query(StatementSyntax statement)
    {
        var stages = SqlPlanner.Stages(statement, planner);
        return new QueryPlan(stages.Physical, stages.Physical.Roots[0].Schema) { Warnings = stages.Bound.Warnings };
    }

    InsertPlan Insert(StatementSyntax statement, string verb)
    {
        var stages = SqlPlanner.Stages(statement, planner);
        return new InsertPlan(stages.Physical, stages.Bound.Targets, verb) { Warnings = stages.Bound.Warnings };
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
            return Explained(stage, statement, SqlPlanner.Stages(statement, planner));
        if (statement is CreateTable { Query: not null } create)
            return new CreateTableBinder(context).Explain(create) is { } stages ? new ExplainPlan(stage, statement, stages) : null;
        context.Report(BindErrors.NotSupported(context.SpanOf(statement), "EXPLAIN of this statement", "Explain a query, an INSERT or a CREATE TABLE ... AS."));
        return null;
    }

    static ExplainPlan Explained(ExplainStage stage, StatementSyntax statement, JobStages stages) =>
        new(stage, statement, stages) { Warnings = stages.Bound.Warnings };

    static UsePlan? Use(UseDatabase use, BindContext context) =>
        new NameResolver(context).Database(use.Name) is { } database ? new UsePlan(database.Catalog, database.Name) : null;

    static UsePlan? Use(UseCatalog use, BindContext context) =>
        new NameResolver(context).Catalog(use.Name.Text, context.SpanOf(use.Name)) is { } catalog
            ? new UsePlan(catalog.Name, catalog.DefaultDatabase)
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
            CompilePlan => "COMPILE PLAN",
            ExecutePlan => "EXECUTE PLAN",
            _ => throw new UnreachableException($"statement {statement.GetType().Name} has no plan"),
        }));
        return null;
    }
}
