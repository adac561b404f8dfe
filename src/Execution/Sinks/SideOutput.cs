using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Execution.Checkpoints;

namespace SqlStream.Execution.Sinks;

/// <summary>Rows that an operator gives beside its output to a sink of their own, exactly once: its part of the epoch's output log.</summary>
sealed class SideOutput(string sinkId, ISink sink, OutputLog log, ColumnPool pool) : IDisposable
{
    readonly ISinkEncoder _encoder = sink.CreateEncoder(pool);

    /// <summary>Something was appended since the last barrier.</summary>
    public bool IsDirty { get; private set; }

    /// <summary>Appends a batch and releases it.</summary>
    public void Append(Batch batch)
    {
        log.Append(batch, _encoder);
        batch.Release();
        IsDirty = true;
    }

    /// <summary>Hands what was appended over to the epoch.</summary>
    public void Seal(Epoch epoch, SubtaskSeal seal)
    {
        seal.Changed |= IsDirty;
        IsDirty = false;
        if (log.Tally is { } tally)
            seal.Tallies.Add((sinkId, tally));
        if (log.Seal(epoch) is { } segment)
            seal.Segments.Add((sinkId, segment));
    }

    public void Dispose()
    {
        _encoder.Dispose();
        log.Dispose();
    }
}
