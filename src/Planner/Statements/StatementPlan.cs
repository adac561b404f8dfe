using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Planner.Catalog;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Statements;

/// <summary>What a statement is to do. A closed family of immutable records; the engine has one handler for
/// each.</summary>
public abstract record StatementPlan
{
    /// <summary>What works, but probably not as it is meant.</summary>
    public ValueList<Diagnostic> Warnings { get; init; }
}

/// <summary>Adds a table to the catalog. The definition has been checked.</summary>
/// <param name="Table">The table.</param>
/// <param name="IfNotExists">Do nothing where an object of that name exists.</param>
public sealed record CreateTablePlan(TableDefinition Table, bool IfNotExists) : StatementPlan;

/// <summary>Adds a view to the catalog. The definition has been checked.</summary>
/// <param name="View">The view.</param>
/// <param name="IfNotExists">Do nothing where an object of that name exists.</param>
/// <param name="Replace">Take the place of a view of that name.</param>
public sealed record CreateViewPlan(ViewDefinition View, bool IfNotExists, bool Replace) : StatementPlan;

/// <summary>Changes the catalog: ALTER, REPLACE TABLE, and everything about catalogs and databases. The changes have been
/// checked; they are carried out in order, all or none.</summary>
/// <param name="Changes">None where IF EXISTS or IF NOT EXISTS leaves nothing to do.</param>
public sealed record ChangePlan(ValueList<CatalogChange> Changes) : StatementPlan
{
    /// <summary>A line for people, or null.</summary>
    public string? Notice { get; init; }
}

/// <summary>CREATE TABLE ... AS and REPLACE TABLE ... AS: changes the catalog, then runs the job that fills the table.</summary>
/// <param name="Create">What puts the table into the catalog.</param>
/// <param name="Insert">What fills it.</param>
public sealed record TableAsPlan(ChangePlan Create, InsertPlan Insert) : StatementPlan;

/// <summary>Takes a table or view out of the catalog.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Temporary">The temporary object of that name, otherwise the permanent one.</param>
/// <param name="Exists">False where IF EXISTS was given and there is none: nothing is to do.</param>
public sealed record DropPlan(ObjectName Name, bool Temporary, bool Exists) : StatementPlan;

/// <summary>Runs a job that writes tables: INSERT INTO, a statement set, UPDATE, DELETE or TRUNCATE TABLE.</summary>
/// <param name="Plan">Its roots are sinks, in the order of the statements.</param>
/// <param name="Targets">The tables that are written, in the same order.</param>
/// <param name="Verb">What the name of the job begins with.</param>
public sealed record InsertPlan(PhysicalPlan Plan, ValueList<ObjectName> Targets, string Verb) : StatementPlan
{
    /// <summary>The verb of INSERT INTO.</summary>
    public const string InsertInto = "insert-into";
}

/// <summary>Runs a job that gives rows to its client.</summary>
/// <param name="Plan">Its root is a <see cref="PhysicalCollect"/>.</param>
/// <param name="Columns">The columns of the result.</param>
public sealed record QueryPlan(PhysicalPlan Plan, Schema Columns) : StatementPlan;

/// <summary>SET 'key' = 'value'; without key and value it lists what is set.</summary>
public sealed record SetPlan(string? Key, string? Value) : StatementPlan;

/// <summary>RESET 'key'; without key everything.</summary>
public sealed record ResetPlan(string? Key) : StatementPlan;

/// <summary>USE: other defaults for names that leave out catalog and database.</summary>
public sealed record UsePlan(string Catalog, string Database) : StatementPlan;

/// <summary>A result that follows from the catalog: SHOW, DESCRIBE, SHOW CREATE.</summary>
/// <param name="Columns">Names of the columns, all STRING or BOOLEAN.</param>
/// <param name="Rows">The rows; values as <see cref="Core.Columns.PlanValue"/> represents them.</param>
public abstract record ResultPlan(Schema Columns, ValueList<ValueList<object?>> Rows) : StatementPlan;

/// <summary>SHOW TABLES, VIEWS, FUNCTIONS, COLUMNS, DATABASES, CATALOGS, CURRENT ..., and SHOW CREATE.</summary>
public sealed record ShowPlan(Schema Columns, ValueList<ValueList<object?>> Rows) : ResultPlan(Columns, Rows);

/// <summary>SHOW PARTITIONS: what is there now.</summary>
/// <param name="Connector">Who knows.</param>
/// <param name="Table">The table.</param>
/// <param name="Wanted">For each partition column the value that a partition must have; null where any will do.</param>
public sealed record ShowPartitionsPlan(IHoldsPartitions Connector, ConnectorTable Table, ValueList<PartitionWish?> Wanted) : StatementPlan
{
    /// <summary>The column of the result.</summary>
    public static Schema Columns { get; } = new([new Field("partition name", SqlType.String)]);
}

/// <summary>A value that a partition column must have.</summary>
public sealed record PartitionWish(object? Value);

/// <summary>ALTER TABLE ... ADD or DROP PARTITION.</summary>
/// <param name="Connector">Who carries it out.</param>
/// <param name="Table">The table.</param>
/// <param name="Partitions">The values of each partition, with its position.</param>
/// <param name="IsDrop">They are taken away, otherwise made.</param>
/// <param name="IsTolerant">A partition that is there already, or not there, is no error.</param>
public sealed record ChangePartitionsPlan(
    IHoldsPartitions Connector, ConnectorTable Table, ValueList<(ValueList<object?> Values, SourceSpan Span)> Partitions, bool IsDrop, bool IsTolerant)
    : StatementPlan;

/// <summary>DESCRIBE table or view.</summary>
public sealed record DescribePlan(Schema Columns, ValueList<ValueList<object?>> Rows) : ResultPlan(Columns, Rows);

/// <summary>SHOW JOBS.</summary>
public sealed record ShowJobsPlan : StatementPlan;

/// <summary>SHOW JOB 'id'.</summary>
public sealed record ShowJobPlan(string JobId) : StatementPlan;

/// <summary>DESCRIBE JOB 'id'.</summary>
public sealed record DescribeJobPlan(string JobId) : StatementPlan;

/// <summary>SHOW CHECKPOINTS; without a job, of all jobs.</summary>
public sealed record ShowCheckpointsPlan(string? JobId) : StatementPlan;

/// <summary>CHECKPOINT: of a job, of the jobs that write a table, or of all running jobs where both are null.</summary>
public sealed record CheckpointPlan(string? JobId, ObjectName? Table) : StatementPlan;

/// <summary>SAVEPOINT JOB 'id' [TO 'directory'].</summary>
public sealed record SavepointPlan(string JobId, string? Directory) : StatementPlan;

/// <summary>STOP JOB 'id'.</summary>
/// <param name="JobId">The job.</param>
/// <param name="WithSavepoint">Take a savepoint and tell where it is.</param>
/// <param name="WithDrain">Let all windows fire first.</param>
public sealed record StopJobPlan(string JobId, bool WithSavepoint, bool WithDrain) : StatementPlan;
