namespace SqlStream.Broker.Log;

/// <summary>A run of whole batches, one behind the other, with a sparse index. The bytes are where a subclass keeps them.</summary>
abstract class Segment(long baseOffset) : IDisposable
{
    const int IndexIntervalBytes = 4096;
    readonly List<IndexEntry> _index = [];
    readonly byte[] _head = new byte[BatchHeader.Size];
    int _indexedTo = -IndexIntervalBytes;

    // Consumers read on where they stopped, so the place of the end of the last read is worth remembering.
    long _hintOffset = -1;
    int _hintPosition;

    public long BaseOffset { get; } = baseOffset;

    public int Size { get; private set; }

    /// <summary>The largest timestamp in it; -1 while it is empty.</summary>
    public long MaxTimestamp { get; private set; } = -1;

    public void Append(ReadOnlySpan<byte> batch, in BatchHeader header)
    {
        AppendBytes(Size, batch);
        Note(header, batch.Length);
    }

    /// <summary>Copies bytes of the segment.</summary>
    public abstract void Read(int position, Span<byte> target);

    public abstract void Delete();

    public abstract void Dispose();

    /// <summary>Where the batch that holds an offset begins, or the first behind it; <see cref="Size"/> if there is none.</summary>
    public int PositionOf(long offset)
    {
        if (offset == _hintOffset)
            return _hintPosition;
        var position = IndexFloor(offset);
        while (position < Size)
        {
            var header = HeaderAt(position);
            if (header.LastOffset >= offset)
                break;
            position += header.TotalBytes;
        }
        return position;
    }

    /// <summary>Remembers that a reader stopped before an offset.</summary>
    public void Remember(long offset, int position)
    {
        _hintOffset = offset;
        _hintPosition = position;
    }

    /// <summary>The position of the first batch with a record of this time or later, or null.</summary>
    public int? PositionOfTimestamp(long timestamp)
    {
        if (MaxTimestamp < timestamp)
            return null;
        for (var position = 0; position < Size;)
        {
            var header = HeaderAt(position);
            if (header.MaxTimestamp >= timestamp && !header.IsControl)
                return position;
            position += header.TotalBytes;
        }
        return null;
    }

    public BatchHeader HeaderAt(int position)
    {
        Read(position, _head);
        return BatchHeader.Read(_head);
    }

    /// <summary>Drops everything from a position on.</summary>
    public void Truncate(int position)
    {
        TruncateBytes(position);
        Size = position;
        _hintOffset = -1;
        while (_index.Count > 0 && _index[^1].Position >= position)
            _index.RemoveAt(_index.Count - 1);
        _indexedTo = _index.Count > 0 ? _index[^1].Position : -IndexIntervalBytes;
        MaxTimestamp = -1;
        for (var at = 0; at < Size;)
        {
            var header = HeaderAt(at);
            MaxTimestamp = Math.Max(MaxTimestamp, header.MaxTimestamp);
            at += header.TotalBytes;
        }
    }

    protected abstract void AppendBytes(int position, ReadOnlySpan<byte> bytes);

    protected abstract void TruncateBytes(int position);

    /// <summary>Takes a batch that is in its place already into the books.</summary>
    protected void Note(in BatchHeader header, int bytes)
    {
        if (Size - _indexedTo >= IndexIntervalBytes)
        {
            _index.Add(new IndexEntry(header.BaseOffset, Size));
            _indexedTo = Size;
        }
        Size += bytes;
        MaxTimestamp = Math.Max(MaxTimestamp, header.MaxTimestamp);
    }

    int IndexFloor(long offset)
    {
        var (low, high) = (0, _index.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_index[middle].Offset <= offset)
                low = middle + 1;
            else
                high = middle;
        }
        return low == 0 ? 0 : _index[low - 1].Position;
    }

    readonly record struct IndexEntry(long Offset, int Position);
}
