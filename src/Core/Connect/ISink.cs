using System.Buffers;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Core.Types;

namespace SqlStream.Core.Connect;

/// <summary>What a sink promises.</summary>
public enum DeliveryGuarantee
{
    /// <summary>Rows go through the output log and a shipper: each arrives exactly once.</summary>
    ExactlyOnce,

    /// <summary>Rows are written as they come, and an epoch is committed when all of its rows are in the target: none is lost, some may come again
    /// after a recovery.</summary>
    AtLeastOnce,

    /// <summary>Rows are written as they come, and nothing waits for them: after a failure some may be lost, and some may come again.</summary>
    None,
}

/// <summary>What happens to a new row whose primary key a row of the table has.</summary>
public enum KeyConflict
{
    /// <summary>It takes the place of that row.</summary>
    Replace,

    /// <summary>It is left out.</summary>
    Keep,

    /// <summary>The job fails.</summary>
    Fail,
}

/// <summary>In which way INSERT writes a table.</summary>
public sealed record InsertMode
{
    /// <summary>INSERT INTO.</summary>
    public static InsertMode Into { get; } = new();

    /// <summary>INSERT OVERWRITE: what is there goes, in one step with the coming of the new rows, when the job has ended. Of a partitioned
    /// table only partitions that get rows.</summary>
    public bool Overwrites { get; init; }

    /// <summary>The values of all partition columns, where the statement gives them: that partition goes even if it gets no row.</summary>
    public ValueList<object?> Partition { get; init; }

    /// <summary>ON CONFLICT.</summary>
    public KeyConflict OnConflict { get; init; }

    /// <summary>ON CONFLICT DO DEDUPLICATE: of several rows of the query with one primary key the one counts that came last.</summary>
    public bool Deduplicates { get; init; }
}

/// <summary>A table that can be written. Immutable; made at plan time.</summary>
public interface ISink
{
    /// <summary>The kinds of rows that it takes.</summary>
    ChangelogMode Accepts { get; }

    /// <summary>UPDATE, DELETE and TRUNCATE may be run on the table: it takes away rows that other jobs have written.</summary>
    bool AcceptsRowChanges => false;

    /// <summary>Brings what encoding rows needs from outside, such as the number of their schema. Called on an edge thread when a job begins or goes
    /// on, before its rows flow; may block. <see cref="Diagnostics.ExternalException"/> if the outside cannot be reached,
    /// <see cref="Diagnostics.SqlException"/> if it refuses.</summary>
    void Prepare(CancellationToken cancellation)
    {
    }

    /// <summary>The sink for another way of inserting; null where the table cannot be written in that way.</summary>
    ISink? With(InsertMode mode) => null;

    /// <summary>Which of the two ways of writing it has: <see cref="CreateEncoder"/> and <see cref="CreateShipper"/>, or <see cref="CreateWriter"/>.</summary>
    DeliveryGuarantee Delivery { get; }

    /// <summary>An encoder for one sink subtask (exactly once).</summary>
    ISinkEncoder CreateEncoder(ColumnPool pool);

    /// <summary>The shipper of one job and sink (exactly once).</summary>
    ISinkShipper CreateShipper(ShipperContext context);

    /// <summary>What encoders append for rows is the same whatever batches the rows come in.</summary>
    bool EncodesRowByRow => true;

    /// <summary>A writer for one sink subtask (at least once, no guarantee).</summary>
    ISinkWriter CreateWriter(SinkWriterContext context);
}

/// <summary>Turns rows into the bytes that the output log keeps. One frame is written per batch; its content is the sink's own.</summary>
public interface ISinkEncoder : IDisposable
{
    /// <summary>Appends the selected rows of a batch.</summary>
    void Encode(Batch batch, IBufferWriter<byte> output);
}

/// <summary>Writes rows as they come, on a worker thread; must not block for long.</summary>
public interface ISinkWriter : IDisposable
{
    /// <summary>Sees to what has come from the outside since the last call. False while the writer can take no rows; it then wakes its subtask. Raises
    /// the error of rows that cannot be delivered.</summary>
    bool Serve() => true;

    /// <summary>Writes the selected rows of a batch; only after <see cref="Serve"/> has said that they can be taken.</summary>
    void Write(Batch batch);

    /// <summary>Hands everything written so far to the outside; called at barriers and at the end.</summary>
    void Flush();

    /// <summary>Completes when everything written so far is in the target, at the latest in a later <see cref="Serve"/>; called at barriers.</summary>
    Task Delivered() => Task.CompletedTask;
}

/// <summary>What a direct writer gets to know.</summary>
/// <param name="Subtask">Number of the sink subtask.</param>
/// <param name="Parallelism">How many there are.</param>
/// <param name="Output">Standard output or its stand-in.</param>
/// <param name="Error">Standard error or its stand-in.</param>
public sealed record SinkWriterContext(int Subtask, int Parallelism, TextWriter Output, TextWriter Error)
{
    /// <summary>Gives the subtask a turn. Any thread.</summary>
    public Action Wake { get; init; } = static () => { };

    /// <summary>Told why rows wait at the moment.</summary>
    public Action<ExternalException> Trouble { get; init; } = static _ => { };

    /// <summary>For blocking work.</summary>
    public IEdgeScheduler? Edge { get; init; }
}

/// <summary>What a shipper gets to know.</summary>
/// <param name="JobId">Identity of the job, 32 hexadecimal digits.</param>
/// <param name="SinkId">Identity of the sink within the job.</param>
/// <param name="Clock">The clock.</param>
public sealed record ShipperContext(string JobId, string SinkId, TimeProvider Clock);

/// <summary>A place in a sink's output: everything before it has been delivered.</summary>
/// <param name="Segment">Index in the epoch's list of segments (ordered by subtask).</param>
/// <param name="Frame">Number of frames of that segment.</param>
public readonly record struct SinkPosition(int Segment, long Frame)
{
    /// <summary>The beginning of an epoch's output.</summary>
    public static SinkPosition Start { get; } = new(0, 0);
}

/// <summary>The record in the target that says what it holds.</summary>
/// <param name="Epoch">The epoch delivered last.</param>
/// <param name="Position">How far; <see cref="IsWholeEpoch"/> if all of it.</param>
/// <param name="IsWholeEpoch">All segments of the epoch are delivered.</param>
/// <param name="Incarnation">Who wrote it.</param>
/// <param name="Digest">Digest of the epoch's list of segments.</param>
public sealed record SinkMarker(Epoch Epoch, SinkPosition Position, bool IsWholeEpoch, long Incarnation, string Digest)
{
    /// <summary>All that the sink was given up to here; null where that is not known, as within an epoch or where several subtasks wrote.</summary>
    public SinkTally? Tally { get; init; }
}

/// <summary>Everything that the one subtask of a sink has written since the job began.</summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="Crc32c">CRC32C of their bytes, wherever batches and epochs ended.</param>
public readonly record struct SinkTally(long Rows, uint Crc32c);

/// <summary>A sealed piece of a sink's output: what one sink subtask wrote in one epoch.</summary>
public interface IOutputSegment
{
    /// <summary>The epoch.</summary>
    Epoch Epoch { get; }

    /// <summary>The sink subtask.</summary>
    int Subtask { get; }

    /// <summary>Number of rows.</summary>
    long Rows { get; }

    /// <summary>Number of bytes of all frames.</summary>
    long Bytes { get; }

    /// <summary>The contents of the frames, in order. Damage raises XX001 before the damaged frame is returned.</summary>
    IEnumerable<ReadOnlyMemory<byte>> Frames();
}

/// <summary>Delivers the output of one sink, epoch by epoch, each in one transaction of the target with a marker. Called
/// on one edge thread at a time; may block.</summary>
public interface ISinkShipper : IDisposable
{
    /// <summary>Shuts out every older incarnation; called once, before anything else.</summary>
    void Fence(long incarnation, CancellationToken cancellation);

    /// <summary>The marker that the target holds, or null if nothing was ever delivered. Never null because of an error.</summary>
    SinkMarker? ReadMarker(CancellationToken cancellation);

    /// <summary>Delivers an epoch's segments from a position to their end, and the marker, in one step that either
    /// happens or does not.</summary>
    void Ship(IReadOnlyList<IOutputSegment> segments, SinkPosition from, SinkMarker marker, CancellationToken cancellation);

    /// <summary>Several epochs that have at most so many bytes together may be delivered in one call of <see cref="Ship"/>, with the marker of the last, because
    /// it is one step for them, too. 0: one epoch at a time.</summary>
    long GroupBytesMax => 0;

    /// <summary>All rows up to an event time have been delivered: the watermark of the sink's input, as of an epoch that is delivered with all before it.
    /// Called between deliveries, when it has grown; after a restart it is told again only when the input has come so far again.</summary>
    void Advance(EventTime watermark)
    {
    }

    /// <summary>Work that time brings, such as rolling a file; called about once a second between deliveries.</summary>
    void Tick(CancellationToken cancellation);

    /// <summary>The job has finished and everything is shipped: publish what is still hidden. May be called again after a crash.</summary>
    void Finish(CancellationToken cancellation);
}
