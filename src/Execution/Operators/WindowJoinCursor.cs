using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Planner.Physical;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>Goes over the pairs of one window, as many at a time as make a batch: for each left row the right rows of its key, and at the end
/// the right rows that had no pair.</summary>
sealed class WindowJoinCursor : IDisposable
{
    const int ChunksAtOnce = 256;
    const int KeyTailBytes = sizeof(uint);

    readonly PhysicalWindowJoin _plan;
    readonly ValueTable _rightTable;
    readonly RowLists _right;
    readonly JoinCandidates? _candidates;
    readonly int _batchRows;
    readonly int _width;
    readonly ByteBuffer _keys = new(4096);
    readonly ByteBuffer _contents = new(4096);
    readonly List<(int KeyEnd, int ContentEnd, ushort KeyGroup)> _chunks = [];
    ValueTableCursor? _leftScan;
    ValueTableCursor? _rightScan;
    int _chunk;
    int _position;
    bool _isOpen;
    bool _isMatched;
    bool _isFetched;

    public WindowJoinCursor(PhysicalWindowJoin plan, long end, ValueTable left, ValueTable right, JoinCandidates? candidates, int batchRows)
    {
        _plan = plan;
        End = end;
        _rightTable = right;
        _right = new RowLists(right);
        _candidates = candidates;
        _batchRows = batchRows;
        _width = plan.Left.Schema.Count;
        _leftScan = left.Scan();
    }

    /// <summary>The end of the window.</summary>
    public long End { get; }

    /// <summary>Adds rows to the output until it is full; true if there are no more.</summary>
    public bool Fill(BatchBuilder output)
    {
        while (_leftScan is not null)
        {
            if (!JoinChunks(output))
                return false;
            ReadChunks();
        }
        return !_plan.Kind.KeepsRight() || FillRight(output);
    }

    public void Dispose()
    {
        EndFetch();
        _leftScan?.Dispose();
        _leftScan = null;
        _rightScan?.Dispose();
        _rightScan = null;
    }

    // The next lists of the left side, and what the right side has of their keys.
    void ReadChunks()
    {
        EndFetch();
        _keys.Clear();
        _contents.Clear();
        _chunks.Clear();
        _chunk = 0;
        _position = RowLists.FirstPosition;
        while (_chunks.Count < ChunksAtOnce && _leftScan!.MoveNext())
        {
            _keys.Append(_leftScan.Key[..^KeyTailBytes]);
            _contents.Append(_leftScan.Value[..RowLists.UsedBytes(_leftScan.Value)]);
            _chunks.Add((_keys.Length, _contents.Length, _leftScan.KeyGroup));
        }
        if (_chunks.Count == 0)
        {
            _leftScan!.Dispose();
            _leftScan = null;
            return;
        }
        _right.BeginBatch();
        for (var i = 0; i < _chunks.Count; i++)
            _right.WillSelect(_chunks[i].KeyGroup, KeyOf(i));
        _right.Fetch();
        _isFetched = true;
    }

    void EndFetch()
    {
        if (_isFetched)
            _right.EndBatch();
        _isFetched = false;
    }

    // False if the output is full before all is joined.
    bool JoinChunks(BatchBuilder output)
    {
        for (; _chunk < _chunks.Count; _chunk++)
        {
            var content = ContentOf(_chunk);
            while (_position < content.Length)
            {
                var row = RowLists.RowAt(content, _position);
                if (!_isOpen)
                {
                    if (output.Rows >= _batchRows)
                        return false;
                    Open(RowLists.NoteAt(content, _position));
                }
                if (!(_candidates is null ? Match(row, output) : MatchSome(row, _candidates, output)))
                    return false;
                Close(row, output);
                _position = RowLists.PositionAfter(content, _position);
            }
            _position = RowLists.FirstPosition;
        }
        return true;
    }

    // A negative note: NULL in the key, which has no pair.
    void Open(int note)
    {
        _isOpen = true;
        _isMatched = false;
        _right.Select(_chunks[_chunk].KeyGroup, KeyOf(_chunk));
        if (note < 0)
            _right.SkipAll();
    }

    bool Match(ReadOnlySpan<byte> left, BatchBuilder output)
    {
        for (; _right.HasChunk; _right.NextChunk())
        {
            var content = _right.Content();
            while (_right.Position < content.Length)
            {
                if (_plan.Kind.IsLeftOnly())
                {
                    _isMatched = true;
                    return true;
                }
                if (output.Rows >= _batchRows)
                    return false;
                Pair(left, _right.Position, output);
                if (_plan.Kind.KeepsRight())
                    content = _right.Content();
                _right.Position = RowLists.PositionAfter(content, _right.Position);
            }
        }
        return true;
    }

    // As many rows of the right side as make a batch, of which those count that satisfy the condition.
    bool MatchSome(ReadOnlySpan<byte> left, JoinCandidates candidates, BatchBuilder output)
    {
        while (_right.HasChunk && !(_isMatched && _plan.Kind.IsLeftOnly()))
        {
            if (output.Rows >= _batchRows)
                return false;
            for (; _right.HasChunk && !candidates.IsFull; _right.NextChunk())
            {
                var content = _right.Content();
                while (_right.Position < content.Length && !candidates.IsFull)
                {
                    candidates.Add(left, RowLists.RowAt(content, _right.Position), _width, (_right.CurrentChunk, _right.Position));
                    _right.Position = RowLists.PositionAfter(content, _right.Position);
                }
                if (_right.Position < content.Length)
                    break;
            }
            var (chunk, position) = (_right.CurrentChunk, _right.Position);
            foreach (var (foundChunk, foundPosition) in candidates.Evaluate())
            {
                _isMatched = true;
                if (_plan.Kind.IsLeftOnly())
                    break;
                _right.CurrentChunk = foundChunk;
                Pair(left, foundPosition, output);
            }
            (_right.CurrentChunk, _right.Position) = (chunk, position);
        }
        return true;
    }

    void Pair(ReadOnlySpan<byte> left, int position, BatchBuilder output)
    {
        _isMatched = true;
        if (_plan.Kind.KeepsRight())
            _right.SetNote(position, 1);
        KeyEncoder.Decode(left, output.Columns[.._width]);
        KeyEncoder.Decode(RowLists.RowAt(_right.Content(), position), output.Columns[_width..]);
        output.EndRow();
    }

    // All pairs of the row are known now.
    void Close(ReadOnlySpan<byte> left, BatchBuilder output)
    {
        _isOpen = false;
        if (_plan.Kind.IsLeftOnly())
        {
            if (_isMatched != (_plan.Kind == JoinType.Semi))
                return;
            KeyEncoder.Decode(left, output.Columns);
            output.EndRow();
        }
        else if (!_isMatched && _plan.Kind.KeepsLeft())
        {
            KeyEncoder.Decode(left, output.Columns[.._width]);
            foreach (var column in output.Columns[_width..])
                column.AppendNull();
            output.EndRow();
        }
    }

    // Right rows without a pair; true at the end.
    bool FillRight(BatchBuilder output)
    {
        if (_rightScan is null)
        {
            EndFetch();
            _rightScan = _rightTable.Scan();
            _position = int.MaxValue;
        }
        while (true)
        {
            if (_position == int.MaxValue)
            {
                if (!_rightScan.MoveNext())
                    return true;
                _position = RowLists.FirstPosition;
            }
            var chunk = _rightScan.Value;
            for (var used = RowLists.UsedBytes(chunk); _position < used; _position = RowLists.PositionAfter(chunk, _position))
            {
                if (RowLists.NoteAt(chunk, _position) > 0)
                    continue;
                if (output.Rows >= _batchRows)
                    return false;
                foreach (var column in output.Columns[.._width])
                    column.AppendNull();
                KeyEncoder.Decode(RowLists.RowAt(chunk, _position), output.Columns[_width..]);
                output.EndRow();
            }
            _position = int.MaxValue;
        }
    }

    ReadOnlySpan<byte> KeyOf(int chunk) => _keys.Written[(chunk == 0 ? 0 : _chunks[chunk - 1].KeyEnd).._chunks[chunk].KeyEnd];

    ReadOnlySpan<byte> ContentOf(int chunk) => _contents.Written[(chunk == 0 ? 0 : _chunks[chunk - 1].ContentEnd).._chunks[chunk].ContentEnd];
}
