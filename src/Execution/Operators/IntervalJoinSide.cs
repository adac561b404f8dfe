using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>One input of an interval join: its rows by slices of time and by key, as long as a row of the other side can make a pair with them.</summary>
/// <remarks>A row of a list is <c>time i64, little endian | encoded row</c>; its number is 1 once it has a pair, where that counts.</remarks>
/// <param name="table">The slices.</param>
/// <param name="plan">Which columns are the input's.</param>
/// <param name="sliceMicros">Length of a slice.</param>
sealed class IntervalJoinSide(SliceTable table, IntervalJoinSide.Plan plan, long sliceMicros)
{
    /// <summary>Length of the slices of a side whose rows stay for ever: one slice, or two where times are before 1970.</summary>
    public const long Endless = 1L << 61;

    /// <summary>Bytes of the time before a row.</summary>
    public const int TimeBytes = sizeof(long);

    readonly Dictionary<long, Slice> _slices = [];
    readonly List<Slice> _touched = [];

    /// <summary>The columns of the input, and what they are to the join.</summary>
    /// <param name="Keys">The columns of the key.</param>
    /// <param name="Time">The rowtime column.</param>
    /// <param name="TimeName">Its name, for messages.</param>
    /// <param name="First">Its first column in a pair.</param>
    /// <param name="Width">Number of its columns.</param>
    /// <param name="From">What the time of a row of the other side is later by, at the least, to make a pair.</param>
    /// <param name="To">The same at the most.</param>
    /// <param name="IsKept">Rows without a pair come out beside NULLs.</param>
    public sealed record Plan(ValueList<int> Keys, int Time, string TimeName, int First, int Width, long From, long To, bool IsKept);

    /// <summary>What the columns are.</summary>
    public Plan Columns => plan;

    /// <summary>The slices.</summary>
    public SliceTable Table => table;

    /// <summary>The key columns of the batch at hand.</summary>
    public Column[] KeyColumns { get; } = new Column[plan.Keys.Count];

    /// <summary>True if rows are waiting to come out without a pair.</summary>
    public bool Awaits => plan.IsKept && _slices.Count > 0;

    /// <summary>The columns of the output that are this side's.</summary>
    public ReadOnlySpan<ColumnBuilder> Of(BatchBuilder output) => output.Columns.Slice(plan.First, plan.Width);

    /// <summary>Finds the slices that a restored checkpoint holds.</summary>
    public void AddRestored(ReadOnlySpan<byte> directory)
    {
        table.AddRestored(directory);
        foreach (var end in table.Ends)
            _slices.TryAdd(end, new Slice(end));
    }

    /// <summary>No row of the other side can make a pair with one of that time any more, late rows apart.</summary>
    public bool IsExpired(long time, long watermark) => sliceMicros != Endless && time + plan.To <= watermark;

    /// <summary>The end of the slice of a time.</summary>
    public long EndOf(long time)
    {
        var rest = time % sliceMicros;
        return time - (rest < 0 ? rest + sliceMicros : rest) + sliceMicros;
    }

    /// <summary>The rows of a slice, made if there are none.</summary>
    public RowLists Touch(long end)
    {
        if (!_slices.TryGetValue(end, out var slice))
            _slices.Add(end, slice = new Slice(end));
        return Touch(slice);
    }

    /// <summary>Notes that a key will be looked for in the slices from one to another.</summary>
    public void WillSelect(long first, long last, ushort keyGroup, ReadOnlySpan<byte> key)
    {
        for (var end = first; end <= last; end += sliceMicros)
        {
            if (_slices.TryGetValue(end, out var slice))
                Touch(slice).WillSelect(keyGroup, key);
        }
    }

    /// <summary>The rows of the next slice that was touched, from one to another; null if there is none.</summary>
    public RowLists? Next(ref long end, long last)
    {
        for (; end <= last; end += sliceMicros)
        {
            if (!_slices.TryGetValue(end, out var slice) || !slice.IsTouched)
                continue;
            end += sliceMicros;
            return slice.Rows;
        }
        return null;
    }

    /// <summary>The rows of a slice that was touched.</summary>
    public RowLists Touched(long end) => _slices[end].Rows!;

    /// <summary>Reads what was noted of all touched slices.</summary>
    public void Fetch()
    {
        foreach (var slice in _touched)
            slice.Rows!.Fetch();
    }

    /// <summary>The batch ends.</summary>
    public void EndBatch()
    {
        foreach (var slice in _touched)
        {
            slice.Rows!.EndBatch();
            slice.IsTouched = false;
        }
        _touched.Clear();
    }

    /// <summary>The end of the first slice all of whose rows have expired, or null.</summary>
    public long? FirstExpired(long watermark) => table.FirstEnd is { } end && IsExpired(end - 1, watermark) ? end : null;

    /// <summary>Goes over the rows of a slice.</summary>
    public ValueTableCursor Scan(long end) => table.Open(end).Scan();

    /// <summary>Forgets a slice.</summary>
    public void Drop(long end)
    {
        table.Drop(end);
        _slices.Remove(end);
    }

    RowLists Touch(Slice slice)
    {
        slice.Rows ??= new RowLists(table.Open(slice.End));
        if (slice.IsTouched)
            return slice.Rows;
        slice.IsTouched = true;
        _touched.Add(slice);
        slice.Rows.BeginBatch();
        return slice.Rows;
    }

    sealed class Slice(long end)
    {
        public long End => end;

        /// <summary>Null until the slice is first used.</summary>
        public RowLists? Rows { get; set; }

        /// <summary>Rows of the batch at hand are looked for in it, or go into it.</summary>
        public bool IsTouched { get; set; }
    }
}
