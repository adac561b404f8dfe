using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Core.Types;

namespace SqlStream.Core.Connect;

/// <summary>A table that can be read. Immutable; made at plan time.</summary>
public interface ISource
{
    /// <summary>True if reading ends by itself.</summary>
    bool IsBounded { get; }

    /// <summary>The kinds of rows that come.</summary>
    ChangelogMode Changelog { get; }

    /// <summary>What happens to rows that cannot be decoded.</summary>
    BadDataPolicy BadData { get; }

    /// <summary>Where bad rows go under <see cref="BadDataKind.DeadLetter"/>; a sink of the columns
    /// <c>source STRING, position STRING, error STRING, raw BYTES</c>. Null for the other policies.</summary>
    ISink? DeadLetterSink { get; }

    /// <summary>True if rows that come too late for their windows are kept (<c>'late-data' = 'dead-letter'</c>) rather than dropped.</summary>
    bool KeepsLateRows => false;

    /// <summary>Where rows go that come too late, delivered exactly once; only where <see cref="KeepsLateRows"/>.</summary>
    /// <param name="columns">Their columns.</param>
    ISink CreateLateSink(Schema columns) => throw new EngineBugException("the source drops late rows");

    /// <summary>Its readers say when they have read everything there is; a CHECKPOINT statement then waits, for a while, until all have once.</summary>
    bool TellsWhenCaughtUp => false;

    /// <summary>How many splits one subtask reads at once; the others wait in the order of their ids.</summary>
    int ConcurrentSplitsMax => int.MaxValue;

    /// <summary>The order of the splits' ids is the order of their times: splits that are not opened yet do not hold back the watermark.</summary>
    bool SplitsAreInTimeOrder => false;

    /// <summary>The columns that are the same for all rows of a split and known without reading it, as positions in the table's schema: a
    /// filter over them leaves out whole splits.</summary>
    IReadOnlyList<int> SplitColumns => [];

    /// <summary>The value of a column of <see cref="SplitColumns"/> for a split, as <see cref="PlanValue"/> represents it; null is NULL.</summary>
    object? SplitValue(SourceSplit split, int column) => throw new EngineBugException($"column {column} is not known of a split");

    /// <summary>The columns by whose values its readers can leave out rows, as positions in the table's schema: they are told what a filter
    /// says of them (<see cref="SplitReaderContext.Filter"/>). A row that is left out does not move the watermark, so this is for sources
    /// whose rows come in the order of their times.</summary>
    IReadOnlyList<int> FilterColumns => [];

    /// <summary>Its readers can leave out rows for which a predicate on one column is not TRUE (<see cref="SplitReaderContext.Predicate"/>), and so can its lookups
    /// (<see cref="LookupContext.Predicate"/>).</summary>
    bool Takes(RowPredicate predicate) => false;

    /// <summary>Its readers can end when they have read as many rows as are enough (<see cref="SplitReaderContext.RowsMax"/>).</summary>
    bool TakesLimit => false;

    /// <summary>Its readers can leave NULL the fields of a ROW that nobody reads (<see cref="SplitReaderContext.ReadFields"/>).</summary>
    bool SkipsUnreadFields => false;

    /// <summary>Finds the splits. <paramref name="state"/> is what <see cref="ISplitEnumerator.SaveState"/> gave, or null at the first start.</summary>
    ISplitEnumerator CreateEnumerator(SourceContext context, string? state);

    /// <summary>Reads one split from a position on; null is its beginning.</summary>
    ISplitReader CreateReader(SplitReaderContext context, SourceSplit split, string? position);

    /// <summary>How far checkpoints have read is told to the outside.</summary>
    bool TellsProgress => false;

    /// <summary>What tells the outside how far the job has read; only where <see cref="TellsProgress"/>.</summary>
    ISourceProgress CreateProgress() => throw new EngineBugException("the source does not tell how far it was read");

    /// <summary>What opens the splits of one subtask. The readers may share what it holds, such as a connection.</summary>
    ISplitOpener CreateOpener(SplitReaderContext context) => new SeparateReaders(this, context);
}

/// <summary>Opens the splits of one subtask. Disposed after all its readers.</summary>
public interface ISplitOpener : IDisposable
{
    /// <summary>As <see cref="ISource.CreateReader"/>.</summary>
    ISplitReader Open(SourceSplit split, string? position);
}

/// <summary>Readers that have nothing in common.</summary>
sealed class SeparateReaders(ISource source, SplitReaderContext context) : ISplitOpener
{
    public ISplitReader Open(SourceSplit split, string? position) => source.CreateReader(context, split, position);

    public void Dispose()
    {
        // Nothing is shared.
    }
}

/// <summary>What to do with rows that cannot be decoded.</summary>
public enum BadDataKind
{
    /// <summary>The job fails with the position of the row.</summary>
    Fail,

    /// <summary>The row is counted and passed over.</summary>
    Skip,

    /// <summary>The row goes to the dead-letter sink, exactly once.</summary>
    DeadLetter,
}

/// <summary>The option <c>'bad-data'</c>.</summary>
/// <param name="Kind">The policy.</param>
/// <param name="DeadLetterPath">Directory of the dead-letter files, where the policy needs one.</param>
public sealed record BadDataPolicy(BadDataKind Kind, string? DeadLetterPath = null);

/// <summary>Tells the outside how far a source was read, for people and monitoring tools: nothing is ever read back from there.</summary>
public interface ISourceProgress : IDisposable
{
    /// <summary>Tells the positions of a checkpoint that is durable. Called on an edge thread, one call at a time; blocks for some seconds at the
    /// most. What is not told, because it fails with an <see cref="ExternalException"/>, is told with a later checkpoint.</summary>
    /// <param name="positions">Splits with the position up to which they were read, as <see cref="ISplitReader.Position"/> gives it; null is
    /// the beginning.</param>
    void Tell(IReadOnlyList<(SourceSplit Split, string? Position)> positions);
}

/// <summary>A unit of reading: a file, a range of it, a partition.</summary>
/// <param name="Id">Unique within its table, stable across restarts, and enough to open the split.</param>
public sealed record SourceSplit(string Id);

/// <summary>What an enumerator may use.</summary>
/// <param name="Clock">The clock.</param>
/// <param name="Parallelism">How many readers there will be at once.</param>
public sealed record SourceContext(TimeProvider Clock, int Parallelism);

/// <summary>Runs blocking work off the workers. Work that throws is reported to the job as a failure of its owner.</summary>
public interface IEdgeScheduler
{
    /// <summary>Starts a piece of work that ends by itself.</summary>
    void Run(string name, Action<CancellationToken> work);
}

/// <summary>Finds splits. Called on an edge thread, may block.</summary>
public interface ISplitEnumerator
{
    /// <summary>The splits found since the last call. <c>Done</c>: no more will ever come.</summary>
    (IReadOnlyList<SourceSplit> Splits, bool Done) Discover(CancellationToken cancellation);

    /// <summary>How long to wait before the next call; ignored once done.</summary>
    TimeSpan Interval { get; }

    /// <summary>JSON for the checkpoint, so that a restored enumerator gives no split twice and keeps a bounded scan's end.</summary>
    string SaveState();
}

/// <summary>What is read of a column that is a ROW.</summary>
/// <param name="Column">Position in the table's schema.</param>
/// <param name="Fields">Positions of the fields that are read, ascending; others are not looked at.</param>
public sealed record FieldsRead(int Column, ValueList<int> Fields);

/// <summary>Tells from the values of a few columns whether anybody can want a row. Thread-safe.</summary>
public interface IRowFilter
{
    /// <summary>False if no row with these values is wanted; they are asked for by the column's position in the table's schema, and are
    /// as <see cref="PlanValue"/> represents them.</summary>
    bool Keeps(Func<int, object?> valueOf);
}

/// <summary>What a split reader may use.</summary>
public sealed class SplitReaderContext
{
    /// <summary>Positions of the columns to read in the table's schema; batches hold them in this order.</summary>
    public required IReadOnlyList<int> ReadColumns { get; init; }

    /// <summary>The ROW columns of which only some fields are read, where the source has <see cref="ISource.SkipsUnreadFields"/>; the other
    /// fields may be NULL in every row.</summary>
    public IReadOnlyList<FieldsRead> ReadFields { get; init; } = [];

    /// <summary>Tells which rows the query wants, by their values of <see cref="ISource.FilterColumns"/>; the others may be left out. Null if
    /// it wants all.</summary>
    public IRowFilter? Filter { get; init; }

    /// <summary>Rows for which it is not TRUE may be left out; made of predicates that the source takes. Null if all are wanted.</summary>
    public RowPredicate? Predicate { get; init; }

    /// <summary>So many rows of a split are enough, whichever they are; null if all are wanted.</summary>
    public long? RowsMax { get; init; }

    /// <summary>Where buffers come from.</summary>
    public required ColumnPool Pool { get; init; }

    /// <summary>Rows of a batch at the most.</summary>
    public required int BatchRows { get; init; }

    /// <summary>For reading ahead.</summary>
    public required IEdgeScheduler Edge { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Number of the reading subtask and how many there are.</summary>
    public required (int Subtask, int Parallelism) Place { get; init; }

    /// <summary>Takes rows that cannot be decoded.</summary>
    public required IBadRowHandler BadRows { get; init; }

    /// <summary>To be called, from any thread, when a reader that had nothing has something.</summary>
    public required Action Wake { get; init; }

    /// <summary>To be called, from any thread, with the reason when the outside cannot be reached, and with null when it can again. The job goes
    /// on: this is for people.</summary>
    public Action<string?> TellTrouble { get; init; } = static _ => { };
}

/// <summary>Takes rows that cannot be decoded.</summary>
public interface IBadRowHandler
{
    /// <summary>Carries out the policy; under <see cref="BadDataKind.Fail"/> it throws 22000 with the position.</summary>
    /// <param name="raw">The bytes of the record.</param>
    /// <param name="position">Where it stood, for people: <c>file.json:12 (byte 345)</c>.</param>
    /// <param name="error">What is wrong with it.</param>
    void Handle(ReadOnlySpan<byte> raw, string position, string error);
}

/// <summary>What a split reader answers.</summary>
public enum ReadStatus
{
    /// <summary>A batch was returned.</summary>
    Batch,

    /// <summary>Nothing yet: data is on its way. The reader wakes its subtask.</summary>
    Waiting,

    /// <summary>The outside cannot be reached, so that nothing is known of what is there: the split is not idle, even if it was before. The
    /// reader wakes its subtask.</summary>
    Unreachable,

    /// <summary>Everything there is has been read; more may come. The reader wakes its subtask.</summary>
    CaughtUp,

    /// <summary>The split is exhausted for ever.</summary>
    End,
}

/// <summary>Reads a split. Called by one subtask at a time on a worker thread: never blocks.</summary>
/// <remarks>A call that consumed anything, rows that cannot be decoded included, answers with a batch, which may be empty, so that
/// the position is seen to move.</remarks>
public interface ISplitReader : IDisposable
{
    /// <summary>The next batch, if there is one; the caller owns its reference. The batch carries no split number.</summary>
    ReadStatus Read(out Batch? batch);

    /// <summary>JSON position after the last returned batch: reading from it gives exactly what was not returned yet.</summary>
    string Position { get; }

    /// <summary>Asks the outside once more whether everything there is has been read, before the split counts as idle: a connection may be
    /// dead without having said so. Null: the answer is on its way, and the reader wakes its subtask. False: it is not so, or not known.</summary>
    bool? ConfirmCaughtUp() => true;

    /// <summary>What the source itself says of the time of its rows, besides the WATERMARK of the table: none behind the last returned batch comes
    /// before it. Asked after an empty batch; null where it says nothing.</summary>
    EventTime? Watermark => null;

    /// <summary>How much of the split has been read, from 0 to 1; null where that is not known. Asked after each batch.</summary>
    double? Share => null;
}
