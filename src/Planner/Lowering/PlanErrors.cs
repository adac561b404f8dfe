using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Planner.Lowering;

/// <summary>Every message about plans that cannot run.</summary>
static class PlanErrors
{
    public static SqlException UnboundedInBatch(SourceSpan span, string name) => new(new Diagnostic(
        SqlState.StreamingNotPossible, $"table \"{name}\" is unbounded and cannot be read in batch mode", span,
        Hint: "SET 'execution.runtime-mode' = 'streaming', or bound the table by its options."));

    public static SqlException CannotRetract(SourceSpan span, string function, string reason) => new(new Diagnostic(
        SqlState.StreamingNotPossible, $"aggregate function {function} cannot take rows away, but its input changes rows", span,
        Detail: reason, Hint: "Aggregate an append-only input, such as the result of a window aggregation."));

    public static SqlException LostTime(SourceSpan span, string column, string reason) => new(new Diagnostic(
        SqlState.StreamingNotPossible, $"column \"{column}\" is not in the order of time here: no window over it would ever be complete", span,
        Detail: reason, Hint: "Join, and compute functions with OVER, of rows that do not change, or group by the window first."));

    public static SqlException UnboundedSort(SourceSpan span) => new(new Diagnostic(
        SqlState.StreamingNotPossible, "ORDER BY needs a bounded input: the rows of an unbounded one can never all be there", span,
        Hint: "Order by a rowtime or PROCTIME(), ascending, or add LIMIT: the first rows are kept up to date. Or bound the tables by their options."));

    public static SqlException ProctimeOfUpdates(SourceSpan span, string reason) => new(new Diagnostic(
        SqlState.StreamingNotPossible, "window over PROCTIME() needs rows that do not change, but its input changes rows that it gave before", span,
        Detail: reason,
        Hint: "Use a window over a rowtime: what is taken away is then of the window that it was added to."));

    public static SqlException ProctimeJoinOfUpdates(SourceSpan span, string reason) => new(new Diagnostic(
        SqlState.StreamingNotPossible, "join with bounds on PROCTIME() needs rows that do not change, but one side changes rows that it gave before", span,
        Detail: reason, Hint: "Join first, and aggregate behind the join; or leave the bounds out: all rows are kept then."));

    public static SqlException MixedTimes(SourceSpan span) => new(new Diagnostic(
        SqlState.FeatureNotSupported, "the bounds of a join compare a rowtime with PROCTIME(): the one follows the rows, the other the clock", span,
        Hint: "Compare two rowtimes (WATERMARK FOR), or columns that are PROCTIME() of both sides."));

    public static SqlException RetryOfUpdates(SourceSpan span, string table, string reason) => new(new Diagnostic(
        SqlState.FeatureNotSupported, $"keys of table \"{table}\" can be asked for again for rows only that do not change", span, Detail: reason,
        Hint: "Leave the retries out of hint LOOKUP, or join before rows are aggregated: what an update takes back is looked up, too, and may be found by then."));

    public static Diagnostic ComputedAnew(SourceSpan span, string text, string reason) => new(
        SqlState.Warning, $"{text} is computed anew when a row is taken back: the row that was given is not found again then", span, Detail: reason,
        Hint: "Compute it of rows that do not change, or write to a table whose primary key tells the rows apart without it.", Severity: Severity.Warning);

    public static Diagnostic LookedUpAnew(SourceSpan span, string table, string reason) => new(
        SqlState.Warning, $"rows of table \"{table}\" are looked up anew when a row is taken back: they may be others by then", span, Detail: reason,
        Hint: "Look up before rows are aggregated or joined, or write to a table whose primary key tells the rows apart without it.", Severity: Severity.Warning);

    public static Diagnostic OfTheMessage(SourceSpan span, string metadata, string table) => new(
        SqlState.Warning, $"{metadata} of table \"{table}\" tells of the message that took a row back, not of that which gave it", span,
        Hint: "Leave it out, or write to a table whose primary key tells the rows apart without it.", Severity: Severity.Warning);

    /// <summary>What is warned of, refused.</summary>
    public static Diagnostic AsError(Diagnostic warning) => warning with { SqlState = SqlState.StreamingNotPossible, Severity = Severity.Error };

    public static SqlException TemporalOfUpdates(SourceSpan span, string reason) => new(new Diagnostic(
        SqlState.StreamingNotPossible, "the left side of a join FOR SYSTEM_TIME AS OF a rowtime must not change rows that it gave before", span, Detail: reason,
        Hint: "Join first, and aggregate behind the join, or group by a window (TUMBLE)."));

    public static SqlException TemporalKey(SourceSpan span, string column) => new(new Diagnostic(
        SqlState.FeatureNotSupported, $"a join FOR SYSTEM_TIME AS OF a rowtime needs primary key column \"{column}\" to be equal to something of the left side", span,
        Hint: "Write ON expression = column for each column of the primary key; where the types differ, CAST the expression."));

    public static SqlException LookupWithoutKey(SourceSpan span, string table) => new(new Diagnostic(
        SqlState.FeatureNotSupported, $"a lookup join needs a column of table \"{table}\" that is equal to something of the other side", span,
        Hint: "Write ON expression = column; where the types differ, CAST the expression to the type of the column."));

    public static SqlException ComputedLookup(SourceSpan span, string column, string table) => new(new Diagnostic(
        SqlState.FeatureNotSupported, $"column \"{column}\" of lookup table \"{table}\" is computed", span,
        Hint: "Compute it in the query, from the columns that are stored."));

    public static Diagnostic SinkTakesNoUpdates(SourceSpan span, string name, ChangelogMode accepts, string reason) => new(
        SqlState.StreamingNotPossible,
        accepts.HasUpdateAfter
            ? $"table \"{name}\" takes no deletes, but the query deletes rows that it gave before"
            : $"table \"{name}\" takes only new rows, but the query changes rows that it gave before", span,
        Detail: reason,
        Hint: "Group by a window (TUMBLE) so that results are final, or write to a table with a primary key that takes updates.");

    public static Diagnostic SinkNeedsKey(SourceSpan span, string name, string reason) => new(
        SqlState.StreamingNotPossible, $"table \"{name}\" takes updates by key, but has no primary key", span,
        Detail: reason, Hint: "Declare PRIMARY KEY (...) NOT ENFORCED in CREATE TABLE.");

    public static Diagnostic SinkKeyMismatch(
        SourceSpan span, string name, IEnumerable<string> primaryKey, IReadOnlyList<string> queryKeys, string reason) => new(
        SqlState.StreamingNotPossible,
        $"primary key ({string.Join(", ", primaryKey)}) of table \"{name}\" is not what tells the rows of the query apart", span,
        Detail: reason,
        Hint: queryKeys.Count > 0
            ? $"The rows are told apart by ({string.Join(") or (", queryKeys)}): make that the primary key, or group by the primary key; or add ON CONFLICT DO DEDUPLICATE for the row that came last."
            : "The rows of the query have no key: group by the primary key, or add ON CONFLICT DO DEDUPLICATE for the row that came last.");

    public static Diagnostic OverwriteOfUnbounded(SourceSpan span, string name) => new(
        SqlState.StreamingNotPossible, $"INSERT OVERWRITE of table \"{name}\" needs a query that ends: the old rows go when the last new one has come", span,
        Hint: "Bound the tables of the query by their options, or use INSERT INTO.");

    public static Diagnostic ConflictOfUpdates(SourceSpan span, string reason) => new(
        SqlState.FeatureNotSupported, "ON CONFLICT DO NOTHING or ERROR of a query that changes rows which it gave before is not supported", span,
        Detail: reason, Hint: "Leave ON CONFLICT out: a later row then takes the place of the one of the same key.");

    /// <summary>What makes updates, as a sentence.</summary>
    public static string UpdatesComeFrom(string operation) => $"The updates come from {operation}.";
}
