using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;
using SqlStream.State.Checkpoints;

namespace SqlStream.Execution;

/// <summary>The messages of running jobs.</summary>
static class ExecutionErrors
{
    public static SqlException BadRow(string table, string position, string error) => new(
        SqlState.DataException,
        $"row of table \"{table}\" cannot be read: {error}",
        "Set 'bad-data' = 'skip' or 'dead-letter' on the table to pass such rows over.",
        $"The row is at {position}.");

    public static SqlException NullInNotNullColumn(string table, string column) => new(
        SqlState.NotNullViolation,
        $"NULL in column \"{column}\" of table \"{table}\", which is NOT NULL",
        "Filter such rows with IS NOT NULL, declare the column without NOT NULL, or SET 'table.exec.sink.not-null-enforcer' = 'DROP'.");

    public static SqlException NullRowtime(string column) => new(
        SqlState.NullValueNotAllowed,
        $"NULL in the time column \"{column}\" of a window",
        $"Filter such rows with WHERE {column} IS NOT NULL.");

    public static SqlException SinkAhead(string table, Epoch marker, Epoch checkpoint) => new(
        SqlState.SinkStateMismatch,
        $"sink \"{table}\" is ahead of the checkpoint",
        "Restore from the newest checkpoint. Otherwise --sinks skip-to-marker drops the rows that the sink has while they come again, and --sinks fork writes them again under a new identity.",
        $"The sink holds output up to epoch {marker}, the checkpoint ends at epoch {checkpoint}: going on would write rows again.");

    public static SqlException OtherRowsCameAgain(string table, long rows) => new(
        SqlState.SinkStateMismatch,
        $"the rows that came again for sink \"{table}\" are not those that it holds",
        "Restore from the newest checkpoint, or use --sinks fork, which writes rows again.",
        $"The first {rows} rows of the job's output, which the sink has, would have to be the same in the same order. Nothing was written.");

    public static SqlException CannotSkip(string table, string reason) => new(
        SqlState.SinkStateMismatch,
        $"sink \"{table}\" is ahead of the checkpoint, and it is not known which rows it has",
        "Restore from the newest checkpoint, or use --sinks fork, which writes rows again.",
        reason);

    public static SqlException CannotFork(string table) => new(
        SqlState.SinkStateMismatch,
        $"sink \"{table}\" of INSERT OVERWRITE cannot be forked",
        "Run the job anew with --restore none: what it has not published yet does not count.",
        "Its rows are hidden until the job has ended, under the identity that it would give up.");

    public static SqlException MarkerMissing(string table, Epoch committed) => new(
        SqlState.SinkStateMismatch,
        $"sink \"{table}\" has lost its marker",
        "If the target was emptied on purpose, go on with --sinks fork, or run the job anew with --restore none.",
        $"The checkpoint says that output up to epoch {committed} was delivered, and the sink says that nothing was.");

    public static SqlException MarkerBehind(string table, Epoch marker, Epoch committed) => new(
        SqlState.SinkStateMismatch,
        $"sink \"{table}\" has gone back",
        "The target was restored from an older copy. Restore a checkpoint of that time with -s, or go on without the rows that are lost with --sinks fork.",
        $"The checkpoint says that output up to epoch {committed} was delivered, and the sink holds it up to epoch {marker}.");

    public static SqlException DigestDiffers(string table, Epoch epoch) => new(
        SqlState.SinkStateMismatch,
        $"sink \"{table}\" holds other output for epoch {epoch} than the checkpoint",
        "Find the other job that writes to this table under the same identity and stop it.",
        "Two jobs write under one identity.");

    public static SqlException StateNotUsable(IReadOnlyList<string> lines) => new(
        SqlState.StateNotCompatible,
        "the state of the checkpoint gives wrong results under this plan",
        "Go on with the plan that wrote it, or start anew.",
        string.Join("\n", lines));

    public static ExternalException CheckpointTimedOut(TimeSpan timeout) => new(
        $"the checkpoint took longer than {Durations.Format(timeout)}", Retry.Backoff, SqlState.IoError,
        hint: "Raise execution.checkpointing.timeout, or find out why the checkpoint store is slow.");

    public static ExternalException LookupTimedOut(string table, TimeSpan timeout) => new(
        $"looking up in table \"{table}\" took longer than {Durations.Format(timeout)}", Retry.Backoff, SqlState.IoError,
        hint: "Find out why the table does not answer (an index on the columns of the condition?), or raise 'timeout' of hint LOOKUP, or SET 'table.exec.async-lookup.timeout'.");

    public static SqlException BrokenCheckpoint(CheckpointInfo checkpoint) => new(
        SqlState.DataCorrupted,
        $"the newest checkpoint \"{checkpoint.Path}\" is broken",
        "Restore the missing files, or restore from another checkpoint with -s.",
        checkpoint.Problem);

    public static SqlException JobIsOver(string job) => new(
        SqlState.InvalidTransactionState, $"job \"{job}\" has ended");

    public static SqlException NoCheckpoints(string job) => new(
        SqlState.InvalidTransactionState, $"job \"{job}\" takes no checkpoints", "Only INSERT and EXECUTE STATEMENT SET are checkpointed.");
}
