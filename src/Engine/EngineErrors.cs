using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Engine.Runs;
using SqlStream.Planner.Expressions;
using SqlStream.State.Codec;

namespace SqlStream.Engine;

/// <summary>The messages of sessions, jobs and runs.</summary>
static class EngineErrors
{
    public static SqlException NoSuchOption(string key, IEnumerable<string> known) => new(
        SqlState.UndefinedObject, $"option '{key}' does not exist", NearestName.Hint(key, known) ?? "SET without arguments lists the options that are set.");

    public static SqlException WrongEngineOption(string name, string expected, string value) => new(
        SqlState.InvalidParameterValue, $"EngineOptions.{name} must be {expected}, not {value}");

    public static SqlException OptionNotSupported(string key, string value, string[] possible) => new(
        SqlState.FeatureNotSupported, $"option '{key}' = '{value}' is not supported yet",
        possible.Length == 0 ? "Leave it out." : $"Leave it out, or set it to '{possible[0]}', which is what happens.");

    public static SqlException WrongOptionValue(string key, string value, string expected) => new(
        SqlState.InvalidParameterValue, $"option '{key}' must be {expected}, not '{value}'", $"Use SET '{key}' = '...' or RESET '{key}'.");

    public static SqlException DuplicateKey(ConnectorTable table, byte[] key)
    {
        var pool = new ColumnPool();
        var names = table.PrimaryKey.Map(index => table.Schema[index].Name);
        var builders = table.PrimaryKey.Map(index => ColumnBuilder.Create(table.Schema[index].Type, pool)).ToArray();
        KeyEncoder.Decode(key, builders);
        var values = builders.Select(builder => new BoundLiteral(builder.Type, PlanValue.Read(builder.Build(), 0)).Describe());
        return new SqlException(
            SqlState.UniqueViolation, $"table \"{table.Name}\" has a row with key ({string.Join(", ", names)}) = ({string.Join(", ", values)})",
            "ON CONFLICT DO NOTHING leaves such rows out; without ON CONFLICT they take the place of what is there.");
    }

    public static SqlException NoSuchPartition(string table, SourceSpan span) => new(new Diagnostic(
        SqlState.UndefinedObject, $"this partition of table \"{table}\" does not exist", span, Hint: "SHOW PARTITIONS lists those that do; IF EXISTS makes it no error."));

    public static SqlException PartitionExists(string table, SourceSpan span) => new(new Diagnostic(
        SqlState.DuplicateObject, $"this partition of table \"{table}\" exists", span, Hint: "Write IF NOT EXISTS."));

    public static SqlException NoSuchJob(string id, IEnumerable<string> known) => new(
        SqlState.UndefinedObject, $"job '{id}' does not exist", NearestName.Hint(id, known) ?? "SHOW JOBS lists the jobs.");

    public static SqlException NoRunningJob(string? table) => new(
        SqlState.UndefinedObject, table is null ? "no job is running" : $"no running job writes into table \"{table}\"", "SHOW JOBS lists the jobs.");

    public static SqlException NoSavepointDirectory() => new(
        SqlState.InvalidParameterValue, "savepoint has no directory", "Write SAVEPOINT JOB '...' TO 'directory', or SET 'execution.checkpointing.savepoint-dir'.");

    public static SqlException UnfinishedRun(string directory) => new(
        SqlState.ObjectInUse,
        $"data directory \"{directory}\" holds a run that is not finished",
        "Run the same script to go on with it, or add --discard-unfinished to give it up.");

    public static SqlException OtherScript(string directory, IReadOnlyList<string> report) => new(
        SqlState.StateNotCompatible,
        "the script has changed in a way that its unfinished run cannot follow",
        "Run the old script to its end, or start anew with --restore none --discard-unfinished; SET 'execution.state-recovery.ignore-unclaimed-state' = 'true' goes on without what is listed as not used, and counts from now on what is listed so.",
        $"In {directory}:\n{string.Join("\n", report)}");

    public static SqlException StateNotUsable(string directory, IReadOnlyList<string> report) => new(
        SqlState.StateNotCompatible,
        "the state of the unfinished run gives wrong results under the changed script",
        "Run the old script to its end, or start anew with --restore none --discard-unfinished.",
        $"In {directory}:\n{string.Join("\n", report)}");

    public static SqlException NotRepeatable(string job, string problem) => new(
        SqlState.FeatureNotSupported,
        $"job \"{job}\" cannot skip to the markers of its sinks: its output would not come again as it was",
        "Restore from the newest checkpoint, or use --sinks fork, which writes rows again.",
        problem);

    public static SqlException ManyJobsToRestore(string path, int jobs) => new(
        SqlState.InvalidParameterValue, $"a script with {jobs} jobs cannot be restored from the one checkpoint \"{path}\"",
        "Name the data directory of the earlier run, or put the jobs into a statement set.");

    public static SqlException NewerRunRecord(string path, int version) => new(
        SqlState.FeatureNotSupported, $"run record \"{path}\" was written by a newer engine", "Use the engine version that wrote it, or a later one.",
        $"Its format version is {version}; this engine reads up to {RunRecord.CurrentVersion}.");

    public static SqlException DamagedRunRecord(string path, string detail) => new(
        SqlState.DataCorrupted, $"run record \"{path}\" is damaged", "Restore the directory from a copy, or start anew in another --data directory.", detail);

    public static SqlException NewerStoredFile(string path, int version) => new(
        SqlState.FeatureNotSupported, $"file \"{path}\" was written by a newer engine", "Use the engine version that wrote it, or a later one.",
        $"Its format version is {version}; this engine reads up to {StoredFile.CurrentVersion}.");

    public static SqlException DamagedStoredFile(string path, string detail) => new(
        SqlState.DataCorrupted, $"file \"{path}\" is damaged", "Restore it from a copy; what it keeps is not started until then.", detail);

    public static SqlException JobNameTaken(string name, string jobId) => new(
        SqlState.DuplicateObject, $"a job named \"{name}\" runs already", $"STOP JOB '{jobId}' first, or give another name.");

    public static SqlException JobIsServed(string jobId) => new(
        SqlState.ObjectInUse, $"job {jobId} of that checkpoint is on this server", $"Restart it, or delete job '{jobId}' and keep its checkpoints.");

    public static SqlException JobRuns(string jobId) => new(
        SqlState.ObjectInUse, $"job {jobId} runs", $"STOP JOB '{jobId}' first.");

    public static SqlException JobHasFinished(string jobId) => new(
        SqlState.InvalidTransactionState, $"job {jobId} has finished: there is nothing left to do for it", "Submit its script again for a new job.");

    public static SqlException JobHasEnded(string jobId, string status) => new(
        SqlState.InvalidTransactionState, $"job {jobId} does not run: it is {status}", "Restart it first.");

    public static SqlException DamagedMemoryTable(string path, string detail) => new(
        SqlState.DataCorrupted, $"file \"{path}\" with the rows of a memory table is damaged", "Restore it from a copy, or begin anew with --restore none.", detail);

    public static SqlException NewerMemoryTable(string path, int version) => new(
        SqlState.FeatureNotSupported, $"file \"{path}\" was written by a newer engine", "Use the engine version that wrote it, or a later one.",
        $"Its format version is {version}.");

    public static SqlException DamagedCatalog(string path, string detail) => new(
        SqlState.DataCorrupted, $"catalog file \"{path}\" is damaged", "Restore it from a copy.", detail);

    public static SqlException NewerCatalog(string path, int version) => new(
        SqlState.FeatureNotSupported, $"catalog file \"{path}\" was written by a newer engine", "Use the engine version that wrote it, or a later one.",
        $"Its format version is {version}; this engine reads up to {Catalogs.CatalogFile.CurrentVersion}.");

    public static SqlException CatalogObjectFailed(string path, string name, SqlException cause) => new(
        cause.SqlState, $"\"{name}\" in catalog file \"{path}\" cannot be used: {cause.Message}", cause.Diagnostics[0].Hint);

    public static SqlException CatalogBusy(string name) => new(
        SqlState.ObjectInUse, $"catalog \"{name}\" is being changed by another process", "Execute the statement again.");

    public static SqlException CatalogIsOutside(string name, string type) => new(
        SqlState.FeatureNotSupported, $"catalog \"{name}\" shows what is in another system and cannot be changed",
        $"Make the change there, or CREATE TEMPORARY TABLE, or use a table of connector '{type}' in another catalog.");

    public static SqlException CatalogChanged(string name) => new(
        SqlState.ObjectInUse, $"catalog \"{name}\" has been changed by another session", "Its present content has been read; execute the statement again.");

    public static SqlException CatalogPath(string path) => new(
        SqlState.InvalidParameterValue, $"path \"{path}\" of a catalog is not a local path or file: URI");

    public static SqlException TableIsWritten(string table, string jobId) => new(
        SqlState.ObjectInUse, $"table \"{table}\" is written by job {jobId}", $"STOP JOB '{jobId}' first.");

    public static SqlException BrokenCheckpoint(string path, string problem) => new(
        SqlState.DataCorrupted, $"the newest checkpoint \"{path}\" is damaged: {problem}",
        "Choose an older one with -s PATH; sinks may be ahead of it. 'sqlstream checkpoints list' shows them.");
}
