using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Windows;

/// <summary>The rows of one batch with the sessions that they are in. Reused from batch to batch.</summary>
sealed class SessionBatch(OpenSessions sessions, ValueList<int> keys, int timeColumn, string timeName)
{
    readonly Column[] _columns = new Column[keys.Count];
    readonly List<int> _kept = [];
    long[] _times = new long[Batch.RowsMax];
    int[] _offsets = new int[Batch.RowsMax];
    int _count;

    /// <summary>The encoded keys of the batch.</summary>
    public KeyBatch Keys { get; } = new();

    /// <summary>Numbers of the stored rows that came too late.</summary>
    public List<int> Late { get; } = [];

    /// <summary>Which entries of the batch are in a session; empty for all.</summary>
    public ReadOnlySpan<int> Kept => CollectionsMarshal.AsSpan(_kept);

    /// <summary>For each of them where the value of its session begins.</summary>
    public ReadOnlySpan<int> Offsets => _offsets.AsSpan(0, _count);

    /// <summary>Finds the sessions of the rows of a batch.</summary>
    public void Locate(Batch batch)
    {
        if (_times.Length < batch.Rows)
            (_times, _offsets) = (new long[batch.Rows * 2], new int[batch.Rows * 2]);
        var times = (FixedColumn<long>)batch[timeColumn];
        for (var i = 0; i < batch.Rows; i++)
        {
            var row = batch.StoredRow(i);
            if (times.IsNull(row))
                throw ExecutionErrors.NullRowtime(timeName);
            _times[i] = times[row];
        }
        for (var i = 0; i < _columns.Length; i++)
            _columns[i] = batch[keys[i]];
        Keys.Encode(_columns, batch.StoredRows, batch.Selection);
        sessions.Locate(Keys, _times.AsSpan(0, batch.Rows), _offsets);
        _count = batch.Rows;
        _kept.Clear();
        Late.Clear();
        if (_offsets.AsSpan(0, batch.Rows).Contains(-1))
            Separate(batch);
    }

    void Separate(Batch batch)
    {
        _count = 0;
        for (var i = 0; i < batch.Rows; i++)
        {
            if (_offsets[i] < 0)
            {
                Late.Add(batch.StoredRow(i));
                continue;
            }
            _offsets[_count++] = _offsets[i];
            _kept.Add(i);
        }
    }
}
