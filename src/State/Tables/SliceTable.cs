using System.Buffers.Binary;
using SqlStream.Core.Time;
using SqlStream.State.Codec;

namespace SqlStream.State.Tables;

/// <summary>Open window slices of one subtask: for each slice end a table from key to accumulators, in memory as far as the
/// budget allows, written to the backend as <c>slice end | key</c>.</summary>
/// <remarks>Where memory is short the committed entries of whole slices are left to the backend, first of those that nothing is written to.
/// After a restore a slice is read when it is first used. The directory of open slices is part of the operator's state in the checkpoint.
/// Mailbox thread only.</remarks>
public sealed class SliceTable
{
    const int FreeLayersMax = 8192;
    const int FreeShare = 8;
    // A range costs about as much as some keys, and there is one for each key group.
    const int KeysOfRange = 4;

    readonly StateTableContext _context;
    readonly HashLayerPool _layers;
    readonly HashLayer _none = new();
    readonly Queue<(Epoch Epoch, List<HashLayer> Layers)> _leaving = new();
    // A list: going over it allocates nothing, and slices are opened at its end and dropped at its beginning.
    readonly SortedList<long, ValueTable> _slices = [];
    readonly Stack<ValueTable> _closed = new();
    readonly List<(byte[] Prefix, IReadOnlyList<HashLayer> Layers)> _dropped = [];
    readonly List<long> _droppedByRange = [];
    readonly List<HashLayer> _leavingNext = [];
    readonly Queue<(Epoch Epoch, List<long> Ends)> _sealedSlices = new();
    readonly HashSet<long> _restored = [];
    int _droppedKeys;
    // Whoever writes to a slice has just opened it: what the others hold does not change, and need not be asked for at every step.
    ValueTable? _opened;
    long _settledBytes;

    /// <summary>A table without open slices.</summary>
    public SliceTable(StateTableContext context)
    {
        _context = context with { CacheBytesMax = long.MaxValue };
        // A commit frees the layers of all slices that were dropped in an epoch, and as many are needed in the next.
        _layers = new HashLayerPool(FreeLayersMax, context.Memory.BudgetBytes / FreeShare);
        context.Memory.Join();
    }

    /// <summary>The end of the first open slice, or null.</summary>
    public long? FirstEnd => _slices.Count > 0 ? _slices.GetKeyAtIndex(0) : null;

    /// <summary>The ends of the open slices, ascending. No slice may be opened or dropped meanwhile.</summary>
    public IEnumerable<long> Ends => _slices.Keys;

    /// <summary>Number of open slices.</summary>
    public int Count => _slices.Count;

    /// <summary>True if something was written or dropped since the last barrier.</summary>
    public bool IsDirty
    {
        get
        {
            if (_dropped.Count + _droppedByRange.Count > 0)
                return true;
            for (var i = 0; i < _slices.Count; i++)
            {
                if (_slices.GetValueAtIndex(i).IsDirty)
                    return true;
            }
            return false;
        }
    }

    /// <summary>Bytes of changes that are not committed.</summary>
    public long DirtyBytes => _settledBytes + (_opened?.DirtyBytes ?? 0);

    /// <summary>The table of an open slice, made if absent.</summary>
    public ValueTable Open(long end)
    {
        if (!_slices.TryGetValue(end, out var slice))
        {
            slice = Make(end, isRestored: false);
            _slices.Add(end, slice);
        }
        else if (_restored.Remove(end))
        {
            slice.LoadAll();
        }
        if (!ReferenceEquals(slice, _opened))
        {
            _settledBytes += (_opened?.DirtyBytes ?? 0) - slice.DirtyBytes;
            _opened = slice;
        }
        return slice;
    }

    /// <summary>Declares slices that the restored backend may hold.</summary>
    public void AddRestored(ReadOnlySpan<byte> directory)
    {
        for (; directory.Length >= 8; directory = directory[8..])
        {
            var end = BinaryPrimitives.ReadInt64LittleEndian(directory);
            if (_restored.Add(end))
                _slices.Add(end, Make(end, isRestored: true));
        }
    }

    /// <summary>The ends of the open slices, for the checkpoint.</summary>
    public byte[] SaveDirectory()
    {
        var directory = new byte[_slices.Count * 8];
        var used = 0;
        foreach (var end in _slices.Keys)
        {
            BinaryPrimitives.WriteInt64LittleEndian(directory.AsSpan(used), end);
            used += 8;
        }
        return directory;
    }

    /// <summary>Closes a slice; its keys are deleted from the backend with the next barrier.</summary>
    public void Drop(long end)
    {
        var slice = _slices[end];
        if (ReferenceEquals(slice, _opened))
            _opened = null;
        else
            _settledBytes -= slice.DirtyBytes;
        _slices.Remove(end);
        _restored.Remove(end);
        var layers = new List<HashLayer>();
        var kept = slice.Close(layers);
        _leavingNext.AddRange(layers);
        if (kept is not null)
            layers.Add(kept);
        var keys = layers.Sum(static layer => layer.Count);
        if (!slice.IsComplete || _droppedKeys + keys > KeysOfRange * (_context.EndKeyGroup - _context.FirstKeyGroup))
        {
            _droppedByRange.Add(end);
            if (kept is not null)
                _layers.Return(kept);
        }
        else if (keys > 0)
        {
            _droppedKeys += keys;
            _dropped.Add((Prefix(end), layers));
            if (kept is not null)
                _leavingNext.Add(kept);
        }
        _closed.Push(slice);
    }

    /// <summary>Hands the changes since the last barrier over.</summary>
    public void Seal(Epoch epoch, ICollection<SealedTable> target)
    {
        var sealedSlices = new List<long>();
        foreach (var (end, slice) in _slices)
        {
            if (slice.Seal(epoch) is not { } changes)
                continue;
            target.Add(changes);
            sealedSlices.Add(end);
        }
        foreach (var (prefix, layers) in _dropped)
            target.Add(new SealedLayers(_context.TableId, prefix, _none, layers));
        if (_droppedByRange.Count > 0)
            target.Add(new SealedSlices(_context, Ranges()));
        // The tombstones are written from these layers off the mailbox; they are free when the epoch is committed.
        if (_leavingNext.Count > 0)
            _leaving.Enqueue((epoch, [.. _leavingNext]));
        _leavingNext.Clear();
        _dropped.Clear();
        _droppedByRange.Clear();
        _droppedKeys = 0;
        Settle();
        // An epoch in which nothing changed is never committed: its entry would stay at the head for ever.
        if (sealedSlices.Count > 0)
            _sealedSlices.Enqueue((epoch, sealedSlices));
    }

    /// <summary>The changes handed over with an epoch are in the backend now.</summary>
    public void Committed(Epoch epoch)
    {
        if (_leaving.TryPeek(out var left) && left.Epoch == epoch)
        {
            foreach (var layer in _leaving.Dequeue().Layers)
                _layers.Return(layer);
        }
        if (!_sealedSlices.TryPeek(out var oldest) || oldest.Epoch != epoch)
            return;
        foreach (var end in _sealedSlices.Dequeue().Ends)
        {
            // The layers of a slice that was dropped meanwhile may still be read by the thread that writes its tombstones.
            if (_slices.TryGetValue(end, out var slice))
                slice.Committed(epoch);
        }
        KeepWithinBudget();
        Settle();
    }

    void Settle()
    {
        _opened = null;
        _settledBytes = 0;
        for (var i = 0; i < _slices.Count; i++)
            _settledBytes += _slices.GetValueAtIndex(i).DirtyBytes;
    }

    // Slices between which none is open make one range.
    List<(long First, long Last)> Ranges()
    {
        _droppedByRange.Sort();
        var ranges = new List<(long First, long Last)>();
        var open = 0;
        foreach (var end in _droppedByRange)
        {
            var before = open;
            while (open < _slices.Count && _slices.GetKeyAtIndex(open) < end)
                open++;
            if (ranges.Count > 0 && open == before)
                ranges[^1] = (ranges[^1].First, end);
            else
                ranges.Add((end, end));
        }
        return ranges;
    }

    ValueTable Make(long end, bool isRestored)
    {
        if (!_closed.TryPop(out var table))
            return new ValueTable(_context with { IsRestored = isRestored }, Prefix(end), _layers);
        table.Reopen(Prefix(end), isRestored);
        return table;
    }

    void KeepWithinBudget()
    {
        if (_context.Memory.UsedBytes <= _context.Memory.BudgetBytes)
            return;
        var bytes = 0L;
        foreach (var slice in _slices.Values)
            bytes += slice.SpillableBytes;
        for (var excess = _context.Memory.ExcessOf(bytes); excess > 0;)
        {
            if (Coldest() is not { } slice)
                return;
            excess -= slice.SpillableBytes;
            slice.Spill();
        }
    }

    // The largest of those that are not being written; if all are, the largest.
    ValueTable? Coldest()
    {
        ValueTable? coldest = null;
        foreach (var slice in _slices.Values)
        {
            if (slice.SpillableBytes == 0 || (coldest is { IsDirty: false } && slice.IsDirty))
                continue;
            if (coldest is null || (coldest.IsDirty && !slice.IsDirty) || slice.SpillableBytes > coldest.SpillableBytes)
                coldest = slice;
        }
        return coldest;
    }

    static byte[] Prefix(long end)
    {
        var prefix = new byte[8];
        KeyEncoder.WriteOrdered(prefix, end);
        return prefix;
    }
}
