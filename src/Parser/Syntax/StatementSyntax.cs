using SqlStream.Core.Types;

namespace SqlStream.Parser.Syntax;

/// <summary>A statement without its semicolon.</summary>
public abstract record StatementSyntax : SyntaxNode;

/// <summary>A query typed by itself.</summary>
public sealed record QueryStatement(QuerySyntax Query) : StatementSyntax;

/// <summary>INSERT INTO | OVERWRITE table [PARTITION (k = v)] [(columns)] query [ON CONFLICT DO action].</summary>
public sealed record InsertStatement(
    QualifiedName Table, ValueList<Identifier> Columns, QuerySyntax Query) : StatementSyntax
{
    /// <summary>INSERT OVERWRITE.</summary>
    public bool Overwrite { get; init; }

    /// <summary>PARTITION (k = v, ...).</summary>
    public ValueList<PartitionValue> Partition { get; init; }

    /// <summary>Hints after the table.</summary>
    public ValueList<HintSyntax> Hints { get; init; }

    /// <summary>ON CONFLICT DO ...; null where not written.</summary>
    public ConflictAction? OnConflict { get; init; }
}

/// <summary>column = value, or a column alone.</summary>
public sealed record PartitionValue(Identifier Column, ExpressionSyntax? Value) : SyntaxNode;

/// <summary>What an insert does where keys collide.</summary>
public enum ConflictAction
{
    /// <summary>DO NOTHING.</summary>
    Nothing,

    /// <summary>DO ERROR.</summary>
    Error,

    /// <summary>DO DEDUPLICATE.</summary>
    Deduplicate,
}

/// <summary>EXECUTE STATEMENT SET BEGIN insert; ... END: one job for all.</summary>
public sealed record StatementSet(ValueList<InsertStatement> Inserts) : StatementSyntax;

/// <summary>SET 'key' = 'value', or SET alone, which lists everything; then both are null.</summary>
public sealed record SetStatement(StringLiteral? Key, StringLiteral? Value) : StatementSyntax;

/// <summary>RESET ['key'].</summary>
public sealed record ResetStatement(StringLiteral? Key) : StatementSyntax;

/// <summary>USE CATALOG name.</summary>
public sealed record UseCatalog(Identifier Name) : StatementSyntax;

/// <summary>USE [catalog.]database.</summary>
public sealed record UseDatabase(QualifiedName Name) : StatementSyntax;

/// <summary>SHOW plural [FROM | IN name] [PARTITION (...)] [[NOT] LIKE | ILIKE 'pattern'].</summary>
public sealed record ShowStatement(ShowKind Kind, QualifiedName? From, ShowFilter? Filter) : StatementSyntax
{
    /// <summary>PARTITION (k = v, ...), of SHOW PARTITIONS.</summary>
    public ValueList<PartitionValue> Partition { get; init; }
}

/// <summary>What SHOW lists.</summary>
public enum ShowKind
{
#pragma warning disable CS1591 // The names are the keywords.
    Catalogs,
    Databases,
    Tables,
    Views,
    Functions,
    UserFunctions,
    Columns,
    Partitions,
    CurrentCatalog,
    CurrentDatabase,
#pragma warning restore CS1591
}

/// <summary>[NOT] LIKE | ILIKE 'pattern'.</summary>
public sealed record ShowFilter(string Pattern, bool IgnoreCase, bool Negated) : SyntaxNode;

/// <summary>SHOW CREATE TABLE | VIEW | CATALOG name.</summary>
public sealed record ShowCreate(ObjectKind Kind, QualifiedName Name) : StatementSyntax;

/// <summary>SHOW JOBS.</summary>
public sealed record ShowJobs : StatementSyntax;

/// <summary>SHOW JOB 'id': its subtasks, watermarks and back-pressure.</summary>
public sealed record ShowJob(StringLiteral Job) : StatementSyntax;

/// <summary>SHOW CHECKPOINTS [FOR JOB 'id'].</summary>
public sealed record ShowCheckpoints(StringLiteral? Job) : StatementSyntax;

/// <summary>DESCRIBE | DESC [kind] [EXTENDED] name; a table or view without a kind.</summary>
public sealed record DescribeStatement(ObjectKind Kind, QualifiedName Name, bool Extended) : StatementSyntax;

/// <summary>DESCRIBE JOB 'id'.</summary>
public sealed record DescribeJob(StringLiteral Job) : StatementSyntax;

/// <summary>EXPLAIN [stage | details | PLAN FOR] statement.</summary>
/// <param name="Stage">Null where not written.</param>
/// <param name="Details">As written, in order.</param>
/// <param name="Statement">A query, an insert, a statement set or a CREATE TABLE.</param>
public sealed record ExplainStatement(
    ExplainStage? Stage, ValueList<ExplainDetail> Details, StatementSyntax Statement) : StatementSyntax;

/// <summary>The stages of a statement on its way to a job.</summary>
public enum ExplainStage
{
    /// <summary>The syntax tree.</summary>
    Syntax,

    /// <summary>The bound plan.</summary>
    Logical,

    /// <summary>The bound plan after the rules.</summary>
    Optimized,

    /// <summary>The operators.</summary>
    Physical,

    /// <summary>The tasks.</summary>
    Graph,
}

/// <summary>What EXPLAIN adds.</summary>
public enum ExplainDetail
{
#pragma warning disable CS1591 // The names are the keywords.
    EstimatedCost,
    ChangelogMode,
    JsonExecutionPlan,
    PlanAdvice,
#pragma warning restore CS1591
}

/// <summary>CHECKPOINT [JOB 'id' | TABLE name]; without either, all running jobs. At most one of the two is
/// there.</summary>
public sealed record CheckpointStatement(StringLiteral? Job, QualifiedName? Table) : StatementSyntax;

/// <summary>SAVEPOINT JOB 'id' [TO 'directory'].</summary>
public sealed record SavepointStatement(StringLiteral Job, StringLiteral? Directory) : StatementSyntax;

/// <summary>STOP JOB 'id' [WITH SAVEPOINT] [WITH DRAIN].</summary>
public sealed record StopJob(StringLiteral Job, bool WithSavepoint, bool WithDrain) : StatementSyntax;

/// <summary>DELETE FROM table [WHERE condition].</summary>
public sealed record DeleteStatement(QualifiedName Table, ExpressionSyntax? Where) : StatementSyntax;

/// <summary>UPDATE table SET column = value, ... [WHERE condition].</summary>
public sealed record UpdateStatement(
    QualifiedName Table, ValueList<Assignment> Assignments, ExpressionSyntax? Where) : StatementSyntax;

/// <summary>column = value.</summary>
public sealed record Assignment(Identifier Column, ExpressionSyntax Value) : SyntaxNode;

/// <summary>TRUNCATE TABLE name.</summary>
public sealed record TruncateTable(QualifiedName Table) : StatementSyntax;

/// <summary>COMPILE PLAN [IF NOT EXISTS] 'path' FOR statement, or COMPILE AND EXECUTE PLAN 'path' FOR statement.</summary>
/// <param name="Path">The file of the plan.</param>
/// <param name="Statement">An insert or a statement set.</param>
public sealed record CompilePlan(StringLiteral Path, StatementSyntax Statement) : StatementSyntax
{
    /// <summary>IF NOT EXISTS.</summary>
    public bool IfNotExists { get; init; }

    /// <summary>AND EXECUTE.</summary>
    public bool Execute { get; init; }
}

/// <summary>EXECUTE PLAN 'path'.</summary>
public sealed record ExecutePlan(StringLiteral Path) : StatementSyntax;

/// <summary>A statement of the dialect that is understood as such and not carried out: its leading words in upper case,
/// for the message <c>0A000 ... is not supported</c>.</summary>
public sealed record UnsupportedStatement(string What) : StatementSyntax;
