using System.Runtime.InteropServices;
using SqlStream.Core.Types;

namespace SqlStream.Core.Columns;

/// <summary>What builders of ARRAY and MAP columns share: the offsets into their children.</summary>
public abstract class OffsetColumnBuilder : ColumnBuilder
{
    const int OffsetBytesMin = 1024;

    byte[]? _offsets;

    private protected OffsetColumnBuilder(SqlType type, ColumnPool pool) : base(type, pool) { }

    /// <summary>Elements or entries appended since the last row ended.</summary>
    public int Pending => ChildCount - EndOf(Count);

    private protected abstract int ChildCount { get; }

    /// <inheritdoc/>
    public override void AppendNull() => End(valid: false);

    /// <inheritdoc/>
    public override void AppendRows(Column source, ReadOnlySpan<int> rows)
    {
        foreach (var row in rows)
            AppendFrom(source, row);
    }

    /// <inheritdoc/>
    public override void Truncate(int count)
    {
        TruncateChildren(EndOf(count));
        Count = count;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        if (_offsets is not null)
            Pool.Return(_offsets);
        _offsets = null;
    }

    private protected abstract void TruncateChildren(int count);

    private protected void End(bool valid)
    {
        MarkNext(valid);
        if (_offsets is null)
            _offsets = FirstOffset(OffsetBytesMin);
        else if ((Count + 2) * sizeof(int) > _offsets.Length)
            _offsets = Grow(_offsets, (Count + 1) * sizeof(int), _offsets.Length * 2);
        Count++;
        MemoryMarshal.Cast<byte, int>(_offsets.AsSpan())[Count] = ChildCount;
    }

    private protected byte[] TakeOffsets()
    {
        var offsets = _offsets ?? FirstOffset(sizeof(int));
        _offsets = null;
        return offsets;
    }

    int EndOf(int rows) => _offsets is null ? 0 : MemoryMarshal.Cast<byte, int>(_offsets.AsSpan())[rows];

    byte[] FirstOffset(int bytes)
    {
        var offsets = Pool.Rent(bytes);
        MemoryMarshal.Cast<byte, int>(offsets.AsSpan())[0] = 0;
        return offsets;
    }
}
