using System.Buffers;
using System.Text;
using System.Text.Unicode;
using SqlStream.Core.Columns;

namespace SqlStream.Functions.Patterns;

/// <summary>A UTF-8 text as char values in a rented buffer, for the time of one search.</summary>
readonly ref struct CharText
{
    readonly ReadOnlySpan<byte> _bytes;
    readonly char[] _buffer;
    readonly int _length;

    public CharText(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        _buffer = ArrayPool<char>.Shared.Rent(bytes.Length);
        IsAscii = Ascii.ToUtf16(bytes, _buffer, out _length) == OperationStatus.Done;
        if (!IsAscii)
            Utf8.ToUtf16(bytes, _buffer, out _, out _length);
    }

    /// <summary>All characters are ASCII, so that positions in chars are positions in bytes.</summary>
    public bool IsAscii { get; }

    /// <summary>The char values.</summary>
    public ReadOnlySpan<char> Span => _buffer.AsSpan(0, _length);

    /// <summary>The text as a string, for what .NET matches in strings only.</summary>
    public override string ToString() => new(Span);

    /// <summary>True between the two halves of a character: no match begins there.</summary>
    public bool SplitsPair(int index) =>
        !IsAscii && index > 0 && index < _length && char.IsLowSurrogate(_buffer[index]) && char.IsHighSurrogate(_buffer[index - 1]);

    /// <summary>Number of characters before a char.</summary>
    public int CountTo(int index)
    {
        if (IsAscii)
            return index;
        var count = 0;
        foreach (var unit in Span[..index])
            count += char.IsLowSurrogate(unit) ? 0 : 1;
        return count;
    }

    /// <summary>Appends a part as one value.</summary>
    public void Append(BytesColumnBuilder output, int index, int length)
    {
        if (IsAscii)
            output.Append(_bytes.Slice(index, length));
        else
            output.Commit(Encoding.UTF8.GetBytes(Span.Slice(index, length), output.Reserve(length * 3)));
    }

    /// <summary>Appends a part.</summary>
    public void Append(ByteText output, int index, int length)
    {
        if (length == 0)
            return;
        if (IsAscii)
            output.Append(_bytes.Slice(index, length));
        else
            output.Commit(Encoding.UTF8.GetBytes(Span.Slice(index, length), output.Reserve(length * 3)));
    }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose() => ArrayPool<char>.Shared.Return(_buffer);
}
