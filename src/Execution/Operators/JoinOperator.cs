using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Execution.Checkpoints;
using SqlStream.Planner.Physical;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>Joins two inputs that come in any order: each row is kept and meets the rows of the other side that have its key.</summary>
/// <remarks>Changelog: <see cref="PhysicalJoin"/>; +U is taken as +I and -U as -D. State: for each side a list of rows by key; where rows come
/// out depending on whether they have a pair, each with the number of its pairs. A row with NULL in its key has none and is not
/// kept, unless NULLs are equal there. With <c>final</c>, rows without a pair are emitted when both inputs have ended.</remarks>
sealed class JoinOperator : Operator
{
    readonly OperatorContext _context;
    readonly PhysicalJoin _plan;
    readonly JoinSide[] _sides;
    readonly KeyBatch _keys = new();
    readonly KeyBatch _values = new();
    readonly BatchBuilder _output;
    readonly int _maxParallelism;
    readonly bool _endedBefore;
    readonly JoinCandidates? _candidates;
    readonly int[] _strictKeys;
    readonly Queue<JoinSide> _unpaired = new();
    ValueTableCursor? _scan;
    JoinSide? _scanned;
    int _scanPosition;
    bool _ended;
    Batch? _batch;
    int _input;
    int _row;
    bool _isOpen;
    bool _inserts;
    int _pairs;

    public JoinOperator(OperatorContext context, PhysicalJoin plan)
    {
        _context = context;
        _plan = plan;
        var left = context.Tables(PhysicalJoin.LeftTable);
        _maxParallelism = left.MaxParallelism;
        var width = plan.Left.Schema.Count;
        _sides =
        [
            new JoinSide(
                new ValueTable(left), plan.LeftKeys, 0, width, plan.Kind.KeepsLeft(), plan.Kind.KeepsLeft() || plan.Kind.IsLeftOnly(),
                plan.LeftTtlMillis, Now),
            new JoinSide(
                new ValueTable(context.Tables(PhysicalJoin.RightTable)), plan.RightKeys, width, plan.Right.Schema.Count,
                plan.Kind.KeepsRight(), plan.Kind.KeepsRight(), plan.RightTtlMillis, Now),
        ];
        _output = new BatchBuilder(plan.Schema, context.Pool);
        if (plan.Residual is { } residual)
            _candidates = new JoinCandidates(context, residual, [.. plan.Left.Schema.Fields, .. plan.Right.Schema.Fields]);
        _strictKeys = [.. Enumerable.Range(0, plan.LeftKeys.Count).Where(key => !plan.NullKeys.Contains(key))];
        _endedBefore = context.RestoredState.Any(state => state is [1, ..]);
        _ended = _endedBefore;
    }

    public override string Name => "Join";

    public override bool HasPending => _batch is not null || _scan is not null || _unpaired.Count > 0 || _sides[0].IsSweeping || _sides[1].IsSweeping;

    public override long DirtyBytes => _sides[0].Rows.Table.DirtyBytes + _sides[1].Rows.Table.DirtyBytes;

    long Now => _context.Session.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    JoinSide Own => _sides[_input];

    JoinSide Other => _sides[1 - _input];

    public override void OnData(Batch batch, IOutput output) => OnData(0, batch, output);

    public override void OnData(int input, Batch batch, IOutput output)
    {
        _context.Metrics.AddRowsIn(batch.Rows);
        _batch = batch;
        _input = input;
        _row = 0;
        _isOpen = false;
        foreach (var side in _sides)
            side.TurnTo(Now);
        var columns = Own.KeyColumns;
        for (var i = 0; i < columns.Length; i++)
            columns[i] = batch[Own.Keys[i]];
        _keys.Encode(columns, batch.StoredRows, batch.Selection);
        _values.Encode(batch.Columns, batch.StoredRows, batch.Selection);
        Fetch(batch);
    }

    public override void Drain(IOutput output, int maxBatches)
    {
        for (var i = 0; i < maxBatches && HasPending; i++)
        {
            if (_batch is { } batch)
                Join(batch);
            else if (_sides[0].IsSweeping || _sides[1].IsSweeping)
                (_sides[0].IsSweeping ? _sides[0] : _sides[1]).Sweep();
            else
                Finish();
            if (_output.Rows == 0)
                continue;
            _context.Metrics.AddRowsOut(_output.Rows);
            output.Emit(_output.Build());
        }
    }

    public override void OnEnd(IOutput output)
    {
        if (_plan.FinalOnly && !_endedBefore)
        {
            foreach (var side in _sides.Where(side => side.IsCounted))
                _unpaired.Enqueue(side);
        }
        _ended = true;
    }

    public override void OnBarrier(Epoch epoch, SubtaskSeal seal)
    {
        foreach (var side in _sides)
            seal.Add(side.Rows.Table.Seal(epoch));
        if (_ended && _plan.FinalOnly)
            seal.OperatorState.Add((_context.OperatorId, [1]));
    }

    public override void OnCommitted(Epoch epoch)
    {
        foreach (var side in _sides)
            side.Rows.Table.Committed(epoch);
    }

    public override void Dispose()
    {
        _batch?.Release();
        _batch = null;
        _scan?.Dispose();
        _scan = null;
        _unpaired.Clear();
        foreach (var side in _sides)
            side.Dispose();
        _output.Dispose();
        _candidates?.Dispose();
    }

    // The rows of all keys of the batch, of both sides, are read together.
    void Fetch(Batch batch)
    {
        Own.Rows.BeginBatch();
        Other.Rows.BeginBatch();
        for (var i = 0; i < _keys.Count; i++)
        {
            if (HasNullKey(batch, i))
                continue;
            var keyGroup = _keys.KeyGroup(i, _maxParallelism);
            Own.Rows.WillSelect(keyGroup, _keys[i]);
            Other.Rows.WillSelect(keyGroup, _keys[i]);
        }
        Own.Rows.Fetch();
        Other.Rows.Fetch();
    }

    // Until the rows of the batch are through, or there is a batch of output.
    void Join(Batch batch)
    {
        for (; _row < _keys.Count; _row++)
        {
            if (!_isOpen && !Open(batch))
                continue;
            _isOpen = true;
            if (!(_candidates is null ? Match() : MatchSome(_candidates)))
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
        Own.Rows.EndBatch();
        Other.Rows.EndBatch();
        _batch = null;
        batch.Release();
    }

    // False if the row is through already.
    bool Open(Batch batch)
    {
        _inserts = batch.Kind(batch.StoredRow(_row)) is RowKind.Insert or RowKind.UpdateAfter;
        _pairs = 0;
        if (HasNullKey(batch, _row))
        {
            EmitAlone(Own, _values[_row], _inserts ? RowKind.Insert : RowKind.Delete);
            return false;
        }
        var keyGroup = _keys.KeyGroup(_row, _maxParallelism);
        Own.Rows.Select(keyGroup, _keys[_row]);
        // What is not there any more cannot go; nothing was said of it.
        if (!_inserts && !Own.TryRemove(_values[_row]))
            return false;
        Other.Rows.Select(keyGroup, _keys[_row]);
        return true;
    }

    // All rows of the other side; false if the output is full before.
    bool Match()
    {
        var rows = Other.Rows;
        for (; rows.HasChunk; rows.NextChunk())
        {
            var content = rows.Content();
            while (rows.Position < content.Length)
            {
                if (_output.Rows >= _context.BatchRows)
                    return false;
                var at = rows.Position;
                rows.Position = RowLists.PositionAfter(content, at);
                if (Other.HasExpired(RowLists.RowAt(content, at)))
                    continue;
                Pair(at);
                if (Other.IsCounted)
                    content = rows.Content();
            }
        }
        return true;
    }

    // As many rows of the other side as make a batch, of which those count that satisfy the condition.
    bool MatchSome(JoinCandidates candidates)
    {
        var rows = Other.Rows;
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
                    if (!Other.HasExpired(other))
                        AddCandidate(candidates, Other.Content(other), (rows.CurrentChunk, rows.Position));
                    rows.Position = RowLists.PositionAfter(content, rows.Position);
                }
                if (rows.Position < content.Length)
                    break;
            }
            var (chunk, position) = (rows.CurrentChunk, rows.Position);
            foreach (var (candidateChunk, candidatePosition) in candidates.Evaluate())
            {
                rows.CurrentChunk = candidateChunk;
                Pair(candidatePosition);
            }
            (rows.CurrentChunk, rows.Position) = (chunk, position);
        }
        return true;
    }

    void AddCandidate(JoinCandidates candidates, ReadOnlySpan<byte> other, (int Chunk, int Position) place)
    {
        if (_input == 0)
            candidates.Add(_values[_row], other, _sides[0].Width, place);
        else
            candidates.Add(other, _values[_row], _sides[0].Width, place);
    }

    // The row of the batch and one of the other side.
    void Pair(int position)
    {
        _pairs++;
        var rows = Other.Rows;
        if (Other.IsCounted)
        {
            var content = rows.Content();
            var before = RowLists.NoteAt(content, position);
            var after = before + (_inserts ? 1 : -1);
            rows.SetNote(position, after);
            if (!_plan.FinalOnly && before == 0)
                EmitAlone(Other, Other.Content(RowLists.RowAt(rows.Content(), position)), RowKind.Delete);
            if (before == 0 || after == 0)
                EmitPaired(Other.Content(RowLists.RowAt(rows.Content(), position)), after == 0 ? RowKind.Delete : RowKind.Insert);
            if (!_plan.Kind.IsLeftOnly())
                EmitPair(Other.Content(RowLists.RowAt(rows.Content(), position)));
            if (!_plan.FinalOnly && after == 0)
                EmitAlone(Other, Other.Content(RowLists.RowAt(rows.Content(), position)), RowKind.Insert);
            return;
        }
        if (!_plan.Kind.IsLeftOnly())
            EmitPair(Other.Content(RowLists.RowAt(rows.Content(), position)));
    }

    // All pairs of the row are known now.
    void Close()
    {
        var kind = _inserts ? RowKind.Insert : RowKind.Delete;
        var value = _values[_row];
        if (_inserts)
            Own.Append(value, _pairs);
        if (_pairs == 0 && !_plan.FinalOnly)
            EmitAlone(Own, value, kind);
        else if (_pairs > 0 && _input == 0)
            EmitPaired(value, kind);
    }

    // SEMI: a left row that has a pair.
    void EmitPaired(ReadOnlySpan<byte> row, RowKind kind)
    {
        if (_plan.Kind != JoinType.Semi)
            return;
        KeyEncoder.Decode(row, _output.Columns);
        _output.EndRow(kind);
    }

    void EmitPair(ReadOnlySpan<byte> other)
    {
        KeyEncoder.Decode(_values[_row], Own.Of(_output));
        KeyEncoder.Decode(other, Other.Of(_output));
        _output.EndRow(_inserts ? RowKind.Insert : RowKind.Delete);
    }

    // A row without a pair, if such rows come out.
    void EmitAlone(JoinSide side, ReadOnlySpan<byte> row, RowKind kind)
    {
        if (side.IsKept)
        {
            KeyEncoder.Decode(row, side.Of(_output));
            foreach (var column in _sides[side == _sides[0] ? 1 : 0].Of(_output))
                column.AppendNull();
            _output.EndRow(kind);
        }
        else if (_plan.Kind == JoinType.Anti && side == _sides[0])
        {
            KeyEncoder.Decode(row, _output.Columns);
            _output.EndRow(kind);
        }
    }

    // The end: rows that have no pair, and will not have one.
    void Finish()
    {
        while (_output.Rows < _context.BatchRows)
        {
            if (_scan is null)
            {
                if (!_unpaired.TryDequeue(out _scanned))
                    return;
                _scan = _scanned.Rows.Table.Scan();
                _scanPosition = int.MaxValue;
            }
            if (_scanPosition == int.MaxValue)
            {
                if (!_scan.MoveNext())
                {
                    _scan.Dispose();
                    _scan = null;
                    continue;
                }
                _scanPosition = RowLists.FirstPosition;
            }
            var chunk = _scan.Value;
            var used = RowLists.UsedBytes(chunk);
            for (; _scanPosition < used && _output.Rows < _context.BatchRows; _scanPosition = RowLists.PositionAfter(chunk, _scanPosition))
            {
                if (RowLists.NoteAt(chunk, _scanPosition) == 0)
                    EmitAlone(_scanned!, _scanned!.Content(RowLists.RowAt(chunk, _scanPosition)), RowKind.Insert);
            }
            if (_scanPosition >= used)
                _scanPosition = int.MaxValue;
        }
    }

    bool HasNullKey(Batch batch, int index)
    {
        var row = batch.StoredRow(index);
        foreach (var key in _strictKeys)
        {
            if (Own.KeyColumns[key].IsNull(row))
                return true;
        }
        return false;
    }
}
