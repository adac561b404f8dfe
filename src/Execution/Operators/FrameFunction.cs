using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;
using SqlStream.Planner.Physical;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>An aggregate over the rows of a frame, which moves on from row to row: rows are added at its end, and taken away at its start where the
/// aggregate can; else it begins anew whenever one leaves.</summary>
sealed class FrameFunction : OverFunction
{
    readonly OverAggregate _plan;
    readonly AggregateCall _call;
    readonly bool _goesOn;
    readonly bool _takesAway;
    readonly MemoryBlob _ownBlob = new();
    readonly KeyBatch _values = new();
    readonly BatchTable _groups = new();
    readonly TouchedEntries _touched = new();
    readonly Column[] _arguments;
    byte[] _own = [];
    int[] _groupOf = [];
    int[] _counts = [];
    RowKind[] _deletes = [];
    int[] _chosen = new int[64];
    readonly int[] _offsets = new int[64];

    public FrameFunction(OverAggregate plan, bool goesOn)
    {
        _plan = plan;
        _goesOn = goesOn && plan.GoesOn;
        _takesAway = plan.Frame.Start is not null && plan.Retracting is not null;
        _call = _takesAway ? plan.Retracting! : plan.Aggregate.Call;
        _arguments = new Column[plan.Aggregate.Arguments.Count];
        if (_call is FixedAggregate own)
            _own = new byte[own.StateBytes];
    }

    public override int AccumulatorBytes => _goesOn && _call is FixedAggregate call ? call.StateBytes : 0;

    /// <summary>Where the accumulator is kept that goes on and has no fixed size; null if there is none.</summary>
    public BlobState? Blob { get; set; }

    /// <summary>The accumulator goes on, and has no fixed size.</summary>
    public bool NeedsBlob => _goesOn && _call is BlobAggregate;

    public override void Evaluate(OverRows rows, Span<byte> accumulator, ColumnBuilder result)
    {
        for (var i = 0; i < _arguments.Length; i++)
            _arguments[i] = rows.Batch[_plan.Aggregate.Arguments[i]];
        if (_plan.Aggregate.Distinct)
            FindEquals(rows);
        var state = AccumulatorBytes > 0 ? accumulator : _own;
        IBlobState blob = NeedsBlob ? Blob! : _ownBlob;
        if (!_goesOn)
            Reset(state);
        // Of a frame that goes on, the rows before are in the accumulator.
        var (start, end) = _goesOn ? (0, rows.First) : (-1, -1);
        for (var row = rows.First; row < rows.Count; row++)
        {
            var first = StartOf(rows, row, Math.Max(start, 0));
            var last = Math.Max(first, EndOf(rows, row, Math.Max(end, 0)));
            if (start < 0)
                (start, end) = (first, first);
            if (first > start && !_takesAway)
            {
                Reset(state);
                (start, end) = (first, first);
            }
            if (last > end)
                Change(rows, state, blob, Math.Max(end, first), last, adds: true);
            if (first > start)
                Change(rows, state, blob, start, Math.Min(first, Math.Max(end, start)), adds: false);
            (start, end) = (first, Math.Max(last, end));
            if (_call is FixedAggregate call)
                call.Emit(state, [0], 0, result);
            else
                ((BlobAggregate)_call).Emit(blob, result);
        }
    }

    void Reset(Span<byte> state)
    {
        state.Clear();
        _ownBlob.Clear();
        Array.Clear(_counts);
    }

    // Adds rows, or takes them away.
    void Change(OverRows rows, Span<byte> state, IBlobState blob, int from, int to, bool adds)
    {
        var filter = _plan.Aggregate.Filter is { } column ? (BoolColumn)rows.Batch[column] : null;
        var count = 0;
        for (var row = from; row < to; row++)
        {
            if ((filter is not null && (filter.IsNull(row) || !filter[row])) || (_plan.Aggregate.Distinct && !IsFirstOrLast(row, adds)))
                continue;
            if (_call is BlobAggregate call)
            {
                call.Accumulate(blob, _arguments, row, adds ? RowKind.Insert : RowKind.Delete);
                continue;
            }
            _chosen[count++] = row;
            if (count < _chosen.Length)
                continue;
            Accumulate(rows, state, count, adds);
            count = 0;
        }
        if (count > 0)
            Accumulate(rows, state, count, adds);
    }

    void Accumulate(OverRows rows, Span<byte> state, int count, bool adds)
    {
        if (!adds && _deletes.Length < rows.Count)
        {
            _deletes = new RowKind[rows.Count * 2];
            Array.Fill(_deletes, RowKind.Delete);
        }
        ((FixedAggregate)_call).Accumulate(
            new AccumulatorRows(state, _offsets.AsSpan(0, count), _chosen.AsSpan(0, count), adds ? [] : _deletes), 0, _arguments);
    }

    // DISTINCT: a value counts while a row of the frame has it.
    bool IsFirstOrLast(int row, bool adds)
    {
        if (_groupOf[row] < 0)
            return false;
        ref var uses = ref _counts[_groupOf[row]];
        return adds ? uses++ == 0 : --uses == 0;
    }

    void FindEquals(OverRows rows)
    {
        if (_groupOf.Length < rows.Count)
            _groupOf = new int[rows.Count * 2];
        _values.Encode(_arguments, rows.Count, []);
        _groups.Locate(_values, sizeof(int), _groupOf, _touched);
        if (_counts.Length < rows.Count)
            _counts = new int[rows.Count * 2];
        Array.Clear(_counts);
        var memory = _groups.Memory;
        for (var row = 0; row < rows.Count; row++)
        {
            // Groups are numbered by their first rows; zero is none yet.
            var number = BitConverter.ToInt32(memory[_groupOf[row]..]);
            if (number == 0)
                BitConverter.TryWriteBytes(memory[_groupOf[row]..], number = row + 1);
            _groupOf[row] = HasNull(row) ? -1 : number - 1;
        }
    }

    bool HasNull(int row)
    {
        foreach (var argument in _arguments)
        {
            if (argument.IsNull(row))
                return true;
        }
        return false;
    }

    int StartOf(OverRows rows, int row, int from)
    {
        var frame = _plan.Frame;
        return frame switch
        {
            { Start: null } => 0,
            { Rows: true } => (int)Math.Clamp(row + frame.Start.Value, 0, rows.Count),
            { Start: 0 } => rows.FirstPeer(row),
            _ when IsNull(rows, row) => rows.FirstPeer(row),
            _ => FirstAtLeast(rows, Plus(rows.Place(row), frame.Start.Value), from),
        };
    }

    int EndOf(OverRows rows, int row, int from)
    {
        var frame = _plan.Frame;
        return frame switch
        {
            { End: null } => rows.Count,
            { Rows: true } => (int)Math.Clamp(row + frame.End.Value + 1, 0, rows.Count),
            { End: 0 } => rows.EndOfPeers(row),
            _ when IsNull(rows, row) => rows.EndOfPeers(row),
            _ => FirstAtLeast(rows, Plus(rows.Place(row), frame.End.Value) + 1, from),
        };
    }

    static bool IsNull(OverRows rows, int row) => rows.Place(row) is long.MinValue or long.MaxValue;

    static int FirstAtLeast(OverRows rows, long place, int from)
    {
        while (from < rows.Count && rows.Place(from) < place)
            from++;
        return from;
    }

    // NULLs stay outside.
    static long Plus(long place, long distance)
    {
        var sum = (Int128)place + distance;
        return sum <= long.MinValue ? long.MinValue + 1 : sum >= long.MaxValue - 1 ? long.MaxValue - 2 : (long)sum;
    }
}

/// <summary>A blob that is not kept.</summary>
sealed class MemoryBlob : IBlobState
{
    readonly Dictionary<int, byte[]> _chunks = [];

    public ReadOnlySpan<byte> Get(int chunk) => _chunks.TryGetValue(chunk, out var bytes) ? bytes : [];

    public void Put(int chunk, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
            _chunks.Remove(chunk);
        else
            _chunks[chunk] = value.ToArray();
    }

    /// <summary>Forgets all chunks.</summary>
    public void Clear() => _chunks.Clear();
}
