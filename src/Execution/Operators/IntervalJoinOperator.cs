using System.Buffers.Binary;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Execution.Checkpoints;
using SqlStream.Planner.Physical;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>Joins two inputs whose rows make pairs only if their times are near each other.</summary>
/// <remarks>Changelog: <see cref="PhysicalIntervalJoin"/>. State: the rows of each side by slices of time, a slice dropped as a whole once the watermark
/// says that nothing makes a pair with its rows any more; rows of sides that are kept and have no pair come out then. Also the watermark, so that
/// after a restore the same rows are late. A late row meets what has not expired, and is counted if it comes to nothing.
/// Where one side is windows that have closed, it is their watermark alone that lets rows of the other side go: they come behind no other.</remarks>
sealed class IntervalJoinOperator : Operator
{
    const long SliceMicrosMin = 1_000_000;
    const int SlicesOfRange = 8;
    const int SlicesOfRetention = 32;

    readonly OperatorContext _context;
    readonly IntervalJoinSide[] _sides;
    readonly KeyBatch _keys = new();
    readonly KeyBatch _values = new();
    readonly BatchBuilder _output;
    readonly int _maxParallelism;
    readonly JoinCandidates? _candidates;
    readonly long _delay;
    readonly int? _windowInput;
    readonly Queue<(IntervalJoinSide Side, long End)> _due = new();
    byte[] _stored = new byte[256];
    EventTime _watermark = EventTime.MinusInfinity;
    EventTime _windowsClosed = EventTime.MinusInfinity;
    Batch? _batch;
    int _input;
    int _row;
    bool _isOpen;
    bool _hasKey;
    int _pairs;
    long _time;
    RowLists? _probed;
    long _nextSlice;
    long _lastSlice;
    ValueTableCursor? _scan;
    int _scanPosition;

    public IntervalJoinOperator(OperatorContext context, PhysicalIntervalJoin plan)
    {
        _context = context;
        var left = context.Tables(PhysicalIntervalJoin.LeftTable);
        _maxParallelism = left.MaxParallelism;
        var (lower, upper) = (plan.LowerMicros, plan.UpperMicros);
        var slice = Math.Max(SliceMicrosMin, Math.Max((upper - lower) / SlicesOfRange, Math.Max(upper, -lower) / SlicesOfRetention));
        var width = plan.Left.Schema.Count;
        _windowInput = plan.WindowInput;
        _sides =
        [
            new IntervalJoinSide(
                new SliceTable(left),
                new IntervalJoinSide.Plan(plan.LeftKeys, plan.LeftTime, plan.Left.Schema[plan.LeftTime].Name, 0, width, -upper, -lower, plan.Kind.KeepsLeft()),
                plan.WindowInput == 0 ? IntervalJoinSide.Endless : slice),
            new IntervalJoinSide(
                new SliceTable(context.Tables(PhysicalIntervalJoin.RightTable)),
                new IntervalJoinSide.Plan(
                    plan.RightKeys, plan.RightTime, plan.Right.Schema[plan.RightTime].Name, width, plan.Right.Schema.Count, lower, upper, plan.Kind.KeepsRight()),
                plan.WindowInput == 1 ? IntervalJoinSide.Endless : slice),
        ];
        // A row is older than the one that makes a pair with it by one of the bounds; one without a pair comes out with its slice.
        _delay = Math.Max(0, Math.Max(upper, -lower)) + (plan.Kind == JoinType.Inner ? 0 : slice);
        _output = new BatchBuilder(plan.Schema, context.Pool);
        if (plan.Residual is { } residual)
            _candidates = new JoinCandidates(context, residual, [.. plan.Left.Schema.Fields, .. plan.Right.Schema.Fields]);
        Restore(context.RestoredState);
    }

    public override string Name => "IntervalJoin";

    public override bool HasPending => _batch is not null || _due.Count > 0;

    public override long DirtyBytes => _sides[0].Table.DirtyBytes + _sides[1].Table.DirtyBytes;

    IntervalJoinSide Own => _sides[_input];

    IntervalJoinSide Other => _sides[1 - _input];

    public override void OnData(Batch batch, IOutput output) => OnData(0, batch, output);

    public override void OnData(int input, Batch batch, IOutput output)
    {
        _context.Metrics.AddRowsIn(batch.Rows);
        _batch = batch;
        _input = input;
        _row = 0;
        _isOpen = false;
        var columns = Own.KeyColumns;
        for (var i = 0; i < columns.Length; i++)
            columns[i] = batch[Own.Columns.Keys[i]];
        _keys.Encode(columns, batch.StoredRows, batch.Selection);
        _values.Encode(batch.Columns, batch.StoredRows, batch.Selection);
        Fetch(batch);
    }

    public override int? WatchedInput => _windowInput;

    public override void OnInputWatermark(EventTime watermark) => _windowsClosed = watermark;

    public override EventTime? OnWatermark(EventTime watermark, IOutput output)
    {
        var isEnd = watermark == EventTime.PlusInfinity;
        var reached = _windowInput is null || isEnd ? watermark : _windowsClosed;
        if (reached > _watermark)
        {
            _watermark = reached;
            _context.Metrics.SetWatermark(reached.Micros);
            foreach (var side in _sides)
                Expire(side);
        }
        if (_windowInput is null)
            return HeldBack(watermark);
        // What comes has no order in time.
        return isEnd ? watermark : null;
    }

    // Whoever is idle is passed over downstream: what waits would come late there.
    public override bool OnIdle(bool isSilent) => isSilent || _windowInput is not null || (_sides[0].Table.Count == 0 && _sides[1].Table.Count == 0);

    public override void OnEnd(IOutput output) => OnWatermark(EventTime.PlusInfinity, output);

    public override void Drain(IOutput output, int maxBatches)
    {
        for (var i = 0; i < maxBatches && HasPending; i++)
        {
            if (_batch is { } batch)
                Join(batch);
            else
                EmitExpired();
            if (_output.Rows == 0)
                continue;
            _context.Metrics.AddRowsOut(_output.Rows);
            output.Emit(_output.Build());
        }
    }

    public override void OnBarrier(Epoch epoch, SubtaskSeal seal)
    {
        foreach (var side in _sides)
        {
            seal.Changed |= side.Table.IsDirty;
            side.Table.Seal(epoch, seal.Tables);
        }
        seal.OperatorState.Add((_context.OperatorId, SaveState()));
    }

    public override void OnCommitted(Epoch epoch)
    {
        foreach (var side in _sides)
            side.Table.Committed(epoch);
    }

    public override void Dispose()
    {
        _batch?.Release();
        _batch = null;
        _scan?.Dispose();
        _scan = null;
        _output.Dispose();
        _candidates?.Dispose();
    }

    // What all rows of the batch look for, in all slices, is read together.
    void Fetch(Batch batch)
    {
        var times = (FixedColumn<long>)batch[Own.Columns.Time];
        for (var i = 0; i < _keys.Count; i++)
        {
            var row = batch.StoredRow(i);
            if (times.IsNull(row) && _windowInput is null)
                throw ExecutionErrors.NullRowtime(Own.Columns.TimeName);
            if (HasNoPair(times, row))
                continue;
            var keyGroup = _keys.KeyGroup(i, _maxParallelism);
            var time = times[row];
            if (!Own.IsExpired(time, _watermark.Micros))
                Own.Touch(Own.EndOf(time)).WillSelect(keyGroup, _keys[i]);
            Other.WillSelect(Other.EndOf(time + Own.Columns.From), Other.EndOf(time + Own.Columns.To), keyGroup, _keys[i]);
        }
        Own.Fetch();
        Other.Fetch();
    }

    // Until the rows of the batch are through, or there is a batch of output.
    void Join(Batch batch)
    {
        for (; _row < _keys.Count; _row++)
        {
            if (!_isOpen)
                Open(batch);
            _isOpen = true;
            if (!Match())
                return;
            Close();
            _isOpen = false;
            if (_output.Rows >= _context.BatchRows)
            {
                _row++;
                break;
            }
        }
        if (_row < _keys.Count)
            return;
        Own.EndBatch();
        Other.EndBatch();
        _batch = null;
        batch.Release();
    }

    void Open(Batch batch)
    {
        var row = batch.StoredRow(_row);
        var times = (FixedColumn<long>)batch[Own.Columns.Time];
        _pairs = 0;
        _probed = null;
        _time = times[row];
        _hasKey = !HasNoPair(times, row);
        (_nextSlice, _lastSlice) = !_hasKey
            ? (1, 0)
            : (Other.EndOf(_time + Own.Columns.From), Other.EndOf(_time + Own.Columns.To));
    }

    // All rows of the other side; false if the output is full before.
    bool Match()
    {
        while (true)
        {
            if (_probed is null)
            {
                _probed = Other.Next(ref _nextSlice, _lastSlice);
                if (_probed is null)
                    return true;
                _probed.Select(_keys.KeyGroup(_row, _maxParallelism), _keys[_row]);
            }
            if (!(_candidates is null ? MatchAll(_probed) : MatchSome(_probed, _candidates)))
                return false;
            _probed = null;
        }
    }

    bool MatchAll(RowLists rows)
    {
        for (; rows.HasChunk; rows.NextChunk())
        {
            var content = rows.Content();
            while (rows.Position < content.Length)
            {
                if (_output.Rows >= _context.BatchRows)
                    return false;
                var at = rows.Position;
                rows.Position = RowLists.PositionAfter(content, at);
                if (!IsNear(RowLists.RowAt(content, at)))
                    continue;
                Pair(rows, at);
                if (Other.Columns.IsKept)
                    content = rows.Content();
            }
        }
        return true;
    }

    // As many rows of the other side as make a batch, of which those count that satisfy the condition.
    bool MatchSome(RowLists rows, JoinCandidates candidates)
    {
        while (rows.HasChunk)
        {
            if (_output.Rows >= _context.BatchRows)
                return false;
            for (; rows.HasChunk && !candidates.IsFull; rows.NextChunk())
            {
                var content = rows.Content();
                while (rows.Position < content.Length && !candidates.IsFull)
                {
                    var other = RowLists.RowAt(content, rows.Position);
                    if (IsNear(other))
                        AddCandidate(candidates, other[IntervalJoinSide.TimeBytes..], (rows.CurrentChunk, rows.Position));
                    rows.Position = RowLists.PositionAfter(content, rows.Position);
                }
                if (rows.Position < content.Length)
                    break;
            }
            var (chunk, position) = (rows.CurrentChunk, rows.Position);
            foreach (var (candidateChunk, candidatePosition) in candidates.Evaluate())
            {
                rows.CurrentChunk = candidateChunk;
                Pair(rows, candidatePosition);
            }
            (rows.CurrentChunk, rows.Position) = (chunk, position);
        }
        return true;
    }

    void AddCandidate(JoinCandidates candidates, ReadOnlySpan<byte> other, (int Chunk, int Position) place)
    {
        if (_input == 0)
            candidates.Add(_values[_row], other, _sides[0].Columns.Width, place);
        else
            candidates.Add(other, _values[_row], _sides[0].Columns.Width, place);
    }

    // What has expired counts as gone, also while its slice is there.
    bool IsNear(ReadOnlySpan<byte> other)
    {
        var time = BinaryPrimitives.ReadInt64LittleEndian(other);
        return time >= _time + Own.Columns.From && time <= _time + Own.Columns.To && !Other.IsExpired(time, _watermark.Micros);
    }

    // The row of the batch and one of the other side.
    void Pair(RowLists rows, int position)
    {
        _pairs++;
        if (Other.Columns.IsKept && RowLists.NoteAt(rows.Content(), position) == 0)
            rows.SetNote(position, 1);
        KeyEncoder.Decode(_values[_row], Own.Of(_output));
        KeyEncoder.Decode(RowLists.RowAt(rows.Content(), position)[IntervalJoinSide.TimeBytes..], Other.Of(_output));
        _output.EndRow();
    }

    // All pairs that the row has now are known; it stays if there may be more.
    void Close()
    {
        if (_hasKey && !Own.IsExpired(_time, _watermark.Micros))
        {
            var rows = Own.Touched(Own.EndOf(_time));
            rows.Select(_keys.KeyGroup(_row, _maxParallelism), _keys[_row]);
            rows.Append(WithTime(_values[_row]), Math.Min(_pairs, 1));
        }
        else if (_pairs == 0 && Own.Columns.IsKept)
        {
            EmitAlone(Own, _values[_row]);
        }
        else if (_pairs == 0 && _hasKey && _windowInput is null)
        {
            _context.Metrics.AddLateRows(1);
        }
    }

    ReadOnlySpan<byte> WithTime(ReadOnlySpan<byte> row)
    {
        var size = IntervalJoinSide.TimeBytes + row.Length;
        if (_stored.Length < size)
            _stored = new byte[size * 2];
        BinaryPrimitives.WriteInt64LittleEndian(_stored, _time);
        row.CopyTo(_stored.AsSpan(IntervalJoinSide.TimeBytes));
        return _stored.AsSpan(0, size);
    }

    void EmitAlone(IntervalJoinSide side, ReadOnlySpan<byte> row)
    {
        KeyEncoder.Decode(row, side.Of(_output));
        foreach (var column in _sides[side == _sides[0] ? 1 : 0].Of(_output))
            column.AppendNull();
        _output.EndRow();
    }

    // Slices whose rows do not come out alone just go.
    void Expire(IntervalJoinSide side)
    {
        if (side.Columns.IsKept)
        {
            if (side.FirstExpired(_watermark.Micros) is { } first)
                _due.Enqueue((side, first));
            return;
        }
        while (side.FirstExpired(_watermark.Micros) is { } end)
            side.Drop(end);
    }

    // The rows of the first slice that is due which have no pair, as many as make a batch; then the next slice.
    void EmitExpired()
    {
        while (_output.Rows < _context.BatchRows && _due.TryPeek(out var due))
        {
            var (side, end) = due;
            if (_scan is null)
            {
                _scan = side.Scan(end);
                _scanPosition = int.MaxValue;
            }
            if (_scanPosition == int.MaxValue && !NextList(side, end))
                continue;
            var chunk = _scan.Value;
            var used = RowLists.UsedBytes(chunk);
            for (; _scanPosition < used && _output.Rows < _context.BatchRows; _scanPosition = RowLists.PositionAfter(chunk, _scanPosition))
            {
                if (RowLists.NoteAt(chunk, _scanPosition) == 0)
                    EmitAlone(side, RowLists.RowAt(chunk, _scanPosition)[IntervalJoinSide.TimeBytes..]);
            }
            if (_scanPosition >= used)
                _scanPosition = int.MaxValue;
        }
    }

    bool NextList(IntervalJoinSide side, long end)
    {
        if (_scan!.MoveNext())
        {
            _scanPosition = RowLists.FirstPosition;
            return true;
        }
        _scan.Dispose();
        _scan = null;
        side.Drop(end);
        _due.Dequeue();
        Expire(side);
        return false;
    }

    EventTime HeldBack(EventTime watermark) =>
        watermark == EventTime.PlusInfinity || watermark == EventTime.MinusInfinity ? watermark : new EventTime(watermark.Micros - _delay);

    // NULL is equal to nothing, and near nothing.
    bool HasNoPair(FixedColumn<long> times, int row)
    {
        if (times.IsNull(row))
            return true;
        foreach (var column in Own.KeyColumns)
        {
            if (column.IsNull(row))
                return true;
        }
        return false;
    }

    // The watermark, how long the left directory is, and both directories.
    byte[] SaveState()
    {
        var (left, right) = (_sides[0].Table.SaveDirectory(), _sides[1].Table.SaveDirectory());
        var state = new byte[sizeof(long) + sizeof(int) + left.Length + right.Length];
        BinaryPrimitives.WriteInt64LittleEndian(state, _watermark.Micros);
        BinaryPrimitives.WriteInt32LittleEndian(state.AsSpan(sizeof(long)), left.Length);
        left.CopyTo(state, sizeof(long) + sizeof(int));
        right.CopyTo(state, sizeof(long) + sizeof(int) + left.Length);
        return state;
    }

    void Restore(IReadOnlyList<byte[]> states)
    {
        // All subtasks had the same watermark at the barrier: it came to them in order with it.
        foreach (var state in states)
        {
            _watermark = EventTime.Max(_watermark, new EventTime(BinaryPrimitives.ReadInt64LittleEndian(state)));
            var left = BinaryPrimitives.ReadInt32LittleEndian(state.AsSpan(sizeof(long)));
            _sides[0].AddRestored(state.AsSpan(sizeof(long) + sizeof(int), left));
            _sides[1].AddRestored(state.AsSpan(sizeof(long) + sizeof(int) + left));
        }
    }
}
