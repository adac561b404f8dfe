using System.Buffers.Binary;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>One input of a join: its rows by key, and how long they are kept.</summary>
/// <remarks>Where rows are forgotten, a row of a list is <c>milliseconds since 1970 i64, little endian | encoded row</c>.</remarks>
sealed class JoinSide : IAgingState, IDisposable
{
    readonly StateSweep? _sweep;
    readonly long _ttlMillis;
    readonly int _timeBytes;
    byte[] _stored = new byte[256];
    long _now;

    /// <param name="table">Its rows by key.</param>
    /// <param name="keys">The columns of the key.</param>
    /// <param name="first">Its first column in a pair.</param>
    /// <param name="width">Number of its columns.</param>
    /// <param name="isKept">Rows without a pair come out beside NULLs.</param>
    /// <param name="isCounted">The number of pairs of each row is kept.</param>
    /// <param name="ttlMillis">How long a row is kept; zero for ever.</param>
    /// <param name="now">The time, in milliseconds since 1970.</param>
    public JoinSide(ValueTable table, ValueList<int> keys, int first, int width, bool isKept, bool isCounted, long ttlMillis, long now)
    {
        (Keys, First, Width, IsKept, IsCounted, _ttlMillis, _now) = (keys, first, width, isKept, isCounted, ttlMillis, now);
        _timeBytes = ttlMillis > 0 ? sizeof(long) : 0;
        Rows = new RowLists(table, _timeBytes);
        KeyColumns = new Column[keys.Count];
        if (ttlMillis > 0)
            _sweep = new StateSweep(table, this, ttlMillis, now);
    }

    public RowLists Rows { get; }

    public ValueList<int> Keys { get; }

    public int First { get; }

    public int Width { get; }

    public bool IsKept { get; }

    public bool IsCounted { get; }

    public Column[] KeyColumns { get; }

    /// <summary>Rows are being forgotten, by <see cref="Sweep"/>.</summary>
    public bool IsSweeping => _sweep is { IsRunning: true };

    /// <summary>The columns of the output that are this side's.</summary>
    public ReadOnlySpan<ColumnBuilder> Of(BatchBuilder output) => output.Columns.Slice(First, Width);

    /// <summary>A batch comes at a time.</summary>
    public void TurnTo(long now)
    {
        _now = now;
        _sweep?.BeginIfDue(now);
    }

    /// <summary>A row of a list without what is before it.</summary>
    public ReadOnlySpan<byte> Content(ReadOnlySpan<byte> row) => row[_timeBytes..];

    /// <summary>A row of a list is to be forgotten.</summary>
    public bool HasExpired(ReadOnlySpan<byte> row) => _timeBytes > 0 && RowLists.TimeOf(row) <= _now - _ttlMillis;

    /// <summary>Adds a row to the selected list.</summary>
    public void Append(ReadOnlySpan<byte> row, int pairs)
    {
        if (_timeBytes == 0)
        {
            Rows.Append(row, pairs);
            return;
        }
        var size = _timeBytes + row.Length;
        if (_stored.Length < size)
            _stored = new byte[size * 2];
        BinaryPrimitives.WriteInt64LittleEndian(_stored, _now);
        row.CopyTo(_stored.AsSpan(_timeBytes));
        Rows.Append(_stored.AsSpan(0, size), pairs);
    }

    /// <summary>Removes one row of the selected list that is equal to another one; false if there is none that is not to be forgotten.</summary>
    public bool TryRemove(ReadOnlySpan<byte> row)
    {
        while (Rows.TryRemove(row, out _, out var time))
        {
            if (_timeBytes == 0 || time > _now - _ttlMillis)
                return true;
        }
        return false;
    }

    /// <summary>Goes on with the rows to be forgotten.</summary>
    public void Sweep() => _sweep!.Step();

    public bool HasExpired(ReadOnlySpan<byte> value, long time)
    {
        var used = RowLists.UsedBytes(value);
        for (var at = RowLists.FirstPosition; at < used; at = RowLists.PositionAfter(value, at))
        {
            if (RowLists.TimeOf(RowLists.RowAt(value, at)) <= time)
                return true;
        }
        return false;
    }

    public void Remove(SweptKeys keys, int first, int count, long time)
    {
        Rows.BeginBatch();
        for (var i = first; i < first + count; i++)
            Rows.WillSelect(keys.KeyGroup(i), ChunkKey.Of(keys[i]));
        Rows.Fetch();
        for (var i = first; i < first + count; i++)
        {
            Rows.Select(keys.KeyGroup(i), ChunkKey.Of(keys[i]));
            Rows.RemoveBetween(long.MinValue, time);
        }
        Rows.EndBatch();
    }

    public void Dispose() => _sweep?.Dispose();
}
