using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Execution.Messages;
using SqlStream.State;

namespace SqlStream.Execution.Exchange;

/// <summary>Sends batches of one producer subtask to the subtasks of one consumer.</summary>
abstract class OutputEdge(Channel[] targets)
{
    /// <summary>The channels to all targets that this subtask may send to.</summary>
    public Channel[] Targets { get; } = targets;

    /// <summary>Gives a batch away.</summary>
    public abstract void Send(Batch batch);

    /// <summary>Sends a control message to every target.</summary>
    public void Broadcast(StreamMessage message)
    {
        foreach (var target in Targets)
            target.Send(message);
    }
}

/// <summary>Everything goes to one target.</summary>
sealed class ForwardEdge(Channel target) : OutputEdge([target])
{
    public override void Send(Batch batch) => Targets[0].Send(StreamMessage.Data(batch));
}

/// <summary>Each row goes to the subtask that owns the key group of its key.</summary>
/// <remarks>The targets share the columns of a batch; each gets a selection of its rows, so nothing is copied.</remarks>
sealed class HashEdge : OutputEdge
{
    readonly int[] _keys;
    readonly int _maxParallelism;
    readonly ColumnPool _pool;
    readonly int[] _subtaskOfGroup;
    readonly int[] _counts;
    readonly int[] _starts;
    readonly Column[] _columns;
    ulong[] _hashes = new ulong[Batch.RowsMax];
    int[] _rows = [];

    public HashEdge(Channel[] targets, IReadOnlyList<int> keys, int maxParallelism, ColumnPool pool) : base(targets)
    {
        _keys = [.. keys];
        _maxParallelism = maxParallelism;
        _pool = pool;
        _counts = new int[targets.Length];
        _starts = new int[targets.Length];
        _columns = new Column[_keys.Length];
        _subtaskOfGroup = [.. Enumerable.Range(0, maxParallelism).Select(group => KeyGroups.SubtaskOf(group, maxParallelism, targets.Length))];
    }

    public override void Send(Batch batch)
    {
        if (Targets.Length == 1)
        {
            Targets[0].Send(StreamMessage.Data(batch));
            return;
        }
        for (var i = 0; i < _keys.Length; i++)
            _columns[i] = batch[_keys[i]];
        if (_hashes.Length < batch.StoredRows)
            _hashes = new ulong[batch.StoredRows * 2];
        RowHash.Compute(_columns, _hashes.AsSpan(0, batch.StoredRows));
        Partition(batch);
        for (var target = 0; target < Targets.Length; target++)
        {
            var rows = _rows.AsSpan(_starts[target], _counts[target]);
            if (rows.IsEmpty)
                continue;
            var selection = _pool.Rent(rows.Length * sizeof(int));
            rows.CopyTo(MemoryMarshal.Cast<byte, int>(selection.AsSpan()));
            Targets[target].Send(StreamMessage.Data(batch.WithSelection(selection, rows.Length)));
        }
        batch.Release();
    }

    // Each target has its own part of the array of rows.
    void Partition(Batch batch)
    {
        var count = batch.Rows;
        if (_rows.Length < count * Targets.Length)
            _rows = new int[count * Targets.Length];
        for (var target = 0; target < Targets.Length; target++)
            _starts[target] = _counts[target] = target * count;
        var rows = _rows;
        var next = _counts;
        var hashes = _hashes;
        var subtaskOfGroup = _subtaskOfGroup;
        var selection = batch.Selection;
        var maxParallelism = _maxParallelism;
        if (int.IsPow2(maxParallelism))
        {
            var mask = (uint)maxParallelism - 1;
            for (var i = 0; i < count; i++)
            {
                var row = selection.IsEmpty ? i : selection[i];
                rows[next[subtaskOfGroup[RowHash.Stable32(hashes[row]) & mask]]++] = row;
            }
        }
        else
        {
            for (var i = 0; i < count; i++)
            {
                var row = selection.IsEmpty ? i : selection[i];
                rows[next[subtaskOfGroup[KeyGroups.Of(RowHash.Stable32(hashes[row]), maxParallelism)]]++] = row;
            }
        }
        for (var target = 0; target < Targets.Length; target++)
            _counts[target] -= _starts[target];
    }
}
