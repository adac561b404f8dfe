using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using static SqlStream.Parser.Builders.SyntaxBuilder;
using static SqlStream.Parser.Generated.SqlStreamParser;

namespace SqlStream.Parser.Builders;

/// <summary>Statements: one arm per statement; the larger ones have builders of their own.</summary>
static class StatementBuilder
{
    public static StatementSyntax Build(StatementContext context, SourceText source)
    {
        StatementSyntax built = context switch
        {
            QueryStatementContext query => new QueryStatement(QueryBuilder.Build(query.query())),
            InsertStatementContext insert => Insert(insert.insert()),
            StatementSetStatementContext set => Set(set.statementSet()),
            ExplainContext explain => Explain(explain),
            CreateContext create => DdlBuilder.Create(create.createStatement()),
            ReplaceTableContext replace => DdlBuilder.Table(replace.tableDefinition()) with { Replace = true, MustExist = true },
            DropContext drop => DdlBuilder.Drop(drop.dropStatement()),
            AlterContext alter => AlterBuilder.Build(alter.alterStatement()),
            SetContext set => set.settingKey() is null
                ? new SetStatement(null, null)
                : new SetStatement(Setting(set.settingKey(), source), Setting(set.settingValue(), source)),
            ResetContext reset => new ResetStatement(reset.settingKey() is { } key ? Setting(key, source) : null),
            UseCatalogContext use => new UseCatalog(Name(use.identifier())),
            UseDatabaseContext use => new UseDatabase(Path(use.qualifiedName())),
            ShowContext show => Show(show),
            ShowCreateContext show => new ShowCreate(
                show.TABLE() is not null ? ObjectKind.Table : show.VIEW() is not null ? ObjectKind.View : ObjectKind.Catalog,
                Path(show.qualifiedName())),
            ShowJobsContext => new ShowJobs(),
            ShowJobContext show => new ShowJob(Text(show.text())),
            ShowCheckpointsContext show => new ShowCheckpoints(Job(show.text())),
            DescribeJobContext describe => new DescribeJob(Text(describe.text())),
            DescribeContext describe => Describe(describe),
            CheckpointContext checkpoint => new CheckpointStatement(
                Job(checkpoint.text()), checkpoint.qualifiedName() is { } table ? Path(table) : null),
            SavepointContext savepoint => new SavepointStatement(
                Text(savepoint.text(0)), savepoint.text().Length > 1 ? Text(savepoint.text(1)) : null),
            StopJobContext stop => new StopJob(Text(stop.text()), stop.SAVEPOINT() is not null, stop.DRAIN() is not null),
            DeleteContext delete => new DeleteStatement(Path(delete.qualifiedName()), Where(delete.expression())),
            UpdateContext update => new UpdateStatement(
                Path(update.qualifiedName()), Map(update.assignment(), Assign), Where(update.expression())),
            TruncateContext truncate => new TruncateTable(Path(truncate.qualifiedName())),
            CompilePlanContext compile => new CompilePlan(Text(compile.text()), Planned(compile.planned()))
            {
                IfNotExists = compile.IF() is not null,
            },
            CompileAndExecutePlanContext compile => new CompilePlan(Text(compile.text()), Planned(compile.planned())) { Execute = true },
            ExecutePlanContext execute => new ExecutePlan(Text(execute.text())),
            UnsupportedStatementContext unsupported => new UnsupportedStatement(What(unsupported.unsupported())),
            _ => throw SyntaxErrors.NoCase(context),
        };
        return built with { Span = Span(context) };
    }

    static ExpressionSyntax? Where(ExpressionContext? context) =>
        context is null ? null : ExpressionBuilder.Build(context);

    static StringLiteral? Job(TextContext? context) => context is null ? null : Text(context);

    static InsertStatement Insert(InsertContext context) =>
        new(Path(context.qualifiedName()), Names(context.columnList()), QueryBuilder.Build(context.query()))
        {
            Span = Span(context),
            Overwrite = context.OVERWRITE() is not null,
            Partition = Partition(context.partitionSpec()),
            Hints = QueryBuilder.Hints(context.hints()),
            OnConflict = context.DO() is null ? null
                : context.NOTHING() is not null ? ConflictAction.Nothing
                : context.ERROR() is not null ? ConflictAction.Error
                : ConflictAction.Deduplicate,
        };

    public static ValueList<PartitionValue> Partition(PartitionSpecContext? context) =>
        context is null ? [] : Map(context.partitionValue(), Partition);

    static PartitionValue Partition(PartitionValueContext context) =>
        new(Name(context.columnName()), Where(context.expression())) { Span = Span(context) };

    static StatementSyntax Planned(PlannedContext context) =>
        context.insert() is { } insert ? Insert(insert) : Set(context.statementSet());

    static StatementSet Set(StatementSetContext context)
    {
        var inserts = Map(context.insert(), Insert);
        return inserts.IsEmpty
            ? throw new SqlException(SyntaxErrors.EmptyStatementSet(Span(context)))
            : new StatementSet(inserts) { Span = Span(context) };
    }

    static ExplainStatement Explain(ExplainContext context)
    {
        ExplainStage? stage = context.explainStage()?.Start.Type switch
        {
            SYNTAX => ExplainStage.Syntax,
            LOGICAL => ExplainStage.Logical,
            OPTIMIZED => ExplainStage.Optimized,
            PHYSICAL => ExplainStage.Physical,
            GRAPH => ExplainStage.Graph,
            _ => null,
        };
        var explained = context.explained();
        StatementSyntax statement = explained.insert() is { } insert ? Insert(insert)
            : explained.statementSet() is { } set ? Set(set)
            : explained.tableDefinition() is { } table ? Table(explained, table)
            : new QueryStatement(QueryBuilder.Build(explained.query())) { Span = Span(explained) };
        return new ExplainStatement(stage, Map(context.explainDetail(), Detail), statement);
    }

    static CreateTable Table(ExplainedContext context, TableDefinitionContext table) => DdlBuilder.Table(table) with
    {
        Span = Span(context),
        Temporary = context.TEMPORARY() is not null,
        Replace = context.REPLACE() is not null,
        MustExist = context.CREATE() is null,
    };

    static ExplainDetail Detail(ExplainDetailContext context) => context.Start.Type switch
    {
        ESTIMATED_COST => ExplainDetail.EstimatedCost,
        CHANGELOG_MODE => ExplainDetail.ChangelogMode,
        JSON_EXECUTION_PLAN => ExplainDetail.JsonExecutionPlan,
        PLAN_ADVICE => ExplainDetail.PlanAdvice,
        _ => throw SyntaxErrors.NoCase(context),
    };

    static StringLiteral Setting(SettingKeyContext context, SourceText source) =>
        context.text() is { } text ? Text(text) : new StringLiteral(source.Slice(Span(context))) { Span = Span(context) };

    static StringLiteral Setting(SettingValueContext context, SourceText source) =>
        context.text() is { } text ? Text(text) : new StringLiteral(source.Slice(Span(context))) { Span = Span(context) };

    static ShowStatement Show(ShowContext context)
    {
        var kind = context.showKind();
        var what = kind.CATALOGS() is not null ? ShowKind.Catalogs
            : kind.DATABASES() is not null ? ShowKind.Databases
            : kind.TABLES() is not null ? ShowKind.Tables
            : kind.VIEWS() is not null ? ShowKind.Views
            : kind.FUNCTIONS() is not null ? kind.USER() is null ? ShowKind.Functions : ShowKind.UserFunctions
            : kind.COLUMNS() is not null ? ShowKind.Columns
            : kind.PARTITIONS() is not null ? ShowKind.Partitions
            : kind.CATALOG() is not null ? ShowKind.CurrentCatalog
            : ShowKind.CurrentDatabase;
        var filter = context.showFilter();
        return new ShowStatement(
            what,
            context.qualifiedName() is { } from ? Path(from) : null,
            filter is null ? null : new ShowFilter(Text(filter.text()).Value, filter.ILIKE() is not null, filter.NOT() is not null)
            {
                Span = Span(filter),
            })
        {
            Partition = Partition(context.partitionSpec()),
        };
    }

    static DescribeStatement Describe(DescribeContext context)
    {
        var kind = context.VIEW() is not null ? ObjectKind.View
            : context.CATALOG() is not null ? ObjectKind.Catalog
            : context.DATABASE() is not null ? ObjectKind.Database
            : context.FUNCTION() is not null ? ObjectKind.Function
            : ObjectKind.Table;
        return new DescribeStatement(kind, Path(context.qualifiedName()), context.EXTENDED() is not null);
    }

    static Assignment Assign(AssignmentContext context) =>
        new(Name(context.columnName()), ExpressionBuilder.Build(context.expression())) { Span = Span(context) };

    /// <summary>The leading words, up to the one that names the family.</summary>
    static string What(UnsupportedContext context)
    {
        var words = new List<string>();
        for (var i = 0; i < context.ChildCount; i++)
        {
            if (context.GetChild(i) is not Antlr4.Runtime.Tree.ITerminalNode node)
                break;
            words.Add(node.GetText().ToUpperInvariant());
            if (node.Symbol.Type is MODEL or MODELS or CONNECTION or CONNECTIONS or TABLES or MODULES or MODULE or PROCEDURES
                or JAR or JARS or TABLE or CALL)
            {
                break;
            }
        }
        return string.Join(' ', words);
    }
}
