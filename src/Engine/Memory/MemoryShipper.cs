using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Engine.Memory;

/// <summary>Delivers the rows of one job and sink into a memory table: first into the file, in one record, then into the table.</summary>
sealed class MemoryShipper(MemoryTableHandle handle, ConnectorTable table, InsertMode mode, ShipperContext context) : ISinkShipper
{
    MemoryLog? _log;

    // The data directory belongs to one process, and a job has one attempt at a time.
    public void Fence(long incarnation, CancellationToken cancellation) => _log = handle.Log(context.JobId, context.SinkId);

    public SinkMarker? ReadMarker(CancellationToken cancellation) => _log!.Marker;

    public void Ship(IReadOnlyList<IOutputSegment> segments, SinkPosition from, SinkMarker marker, CancellationToken cancellation)
    {
        // An epoch is one record, so that it is there whole or not at all.
        Check.That(from == SinkPosition.Start);
        var rows = handle.Table;
        lock (rows.Writing)
        {
            var sequence = rows.NextSequence();
            var changes = new List<MemoryChange>();
            foreach (var frame in segments.SelectMany(segment => segment.Frames()))
            {
                cancellation.ThrowIfCancellationRequested();
                Read(frame.Span, sequence, changes);
            }
            if (mode.Overwrites)
            {
                _log!.AppendReplacing(changes, marker);
                return;
            }
            var kept = Resolve(changes);
            _log!.Append(kept, marker, rows.ReplacedAt);
            rows.Apply(kept);
        }
    }

    public void Tick(CancellationToken cancellation)
    {
        // Nothing waits for time to pass.
    }

    public void Finish(CancellationToken cancellation)
    {
        // Everything else is visible as soon as it is delivered.
        if (!mode.Overwrites || _log!.ReplacedAt is not null)
            return;
        lock (handle.Table.Writing)
        {
            _log.AppendReplaced(handle.Table.NextSequence());
            handle.Replace(_log);
        }
    }

    public void Dispose()
    {
        // The file is open only while it is written.
    }

    // ON CONFLICT: what is there, or comes first, stays.
    IReadOnlyList<MemoryChange> Resolve(List<MemoryChange> changes)
    {
        if (mode.OnConflict == KeyConflict.Replace)
            return changes;
        var kept = handle.Table.New(changes);
        if (mode.OnConflict == KeyConflict.Keep || kept.Count == changes.Count)
            return kept;
        throw EngineErrors.DuplicateKey(table, FirstRefused(changes, kept).Key);
    }

    static MemoryChange FirstRefused(List<MemoryChange> changes, IReadOnlyList<MemoryChange> kept)
    {
        var at = 0;
        while (at < kept.Count && changes[at].Equals(kept[at]))
            at++;
        return changes[at];
    }

    static void Read(ReadOnlySpan<byte> frame, long sequence, List<MemoryChange> changes)
    {
        while (!frame.IsEmpty)
        {
            var count = MemoryCodec.ReadNumber(ref frame);
            var key = MemoryCodec.ReadBytes(ref frame).ToArray();
            changes.Add(new MemoryChange(sequence, count, key, MemoryCodec.ReadBytes(ref frame).ToArray()));
        }
    }
}
