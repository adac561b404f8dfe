using System.Buffers.Binary;
using System.Text.Unicode;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Formats.Raw;

/// <summary>Decodes messages that are one value, or several with a delimiter behind each; a file is one such message.</summary>
sealed class RawDecoder : IRowDecoder, IMessageDecoder
{
    readonly TextType _type;
    readonly string _column;
    readonly bool _isRead;
    readonly bool _isLittleEndian;
    readonly byte[]? _delimiter;
    readonly int _unit;
    readonly byte[]? _return;
    readonly RawTranscoder? _transcoder;

    /// <param name="column">The column's name.</param>
    /// <param name="type">Its type.</param>
    /// <param name="isRead">The column is wanted; else the values are only counted.</param>
    /// <param name="options">The format's options.</param>
    /// <param name="isFile">There are always lines.</param>
    public RawDecoder(string column, in TextType type, bool isRead, RawOptions options, bool isFile)
    {
        _column = column;
        _type = type;
        _isRead = isRead;
        _isLittleEndian = options.IsLittleEndian;
        _delimiter = isFile ? options.LineEnd : options.Delimiter;
        _return = isFile ? options.Return : null;
        _unit = type.Kind == TextKind.Characters ? options.Charset.UnitBytes : 1;
        _transcoder = type.Kind == TextKind.Characters && !options.Charset.IsUtf8 ? new RawTranscoder(options.Charset) : null;
    }

    /// <inheritdoc/>
    public int FindRecordEnd(ReadOnlySpan<byte> buffer, bool isLast)
    {
        var end = FindDelimiter(buffer);
        if (end >= 0)
            return end + _delimiter!.Length;
        return isLast && !buffer.IsEmpty ? buffer.Length : -1;
    }

    /// <inheritdoc/>
    public string? Decode(ReadOnlySpan<byte> message, BatchBuilder target)
    {
        var rows = target.Rows;
        do
        {
            var end = _delimiter is null ? -1 : FindDelimiter(message);
            var value = end < 0 ? message : message[..end];
            if (_isRead && Append(value, target[0]) is { } problem)
            {
                target.Truncate(rows);
                return problem;
            }
            target.EndRow();
            message = end < 0 ? default : message[(end + _delimiter!.Length)..];
        }
        while (!message.IsEmpty);
        return null;
    }

    /// <inheritdoc/>
    public string? DecodeNull(BatchBuilder target)
    {
        if (!_type.Type.IsNullable)
            return FormatMessages.MissingValue(_column);
        if (_isRead)
            target[0].AppendNull();
        target.EndRow();
        return null;
    }

    // Of a character set of several bytes only a whole character counts.
    int FindDelimiter(ReadOnlySpan<byte> buffer)
    {
        var from = 0;
        while (true)
        {
            var found = buffer[from..].IndexOf(_delimiter);
            if (found < 0)
                return -1;
            if ((from + found) % _unit == 0)
                return from + found;
            from += found + 1;
        }
    }

    string? Append(ReadOnlySpan<byte> value, ColumnBuilder builder)
    {
        switch (_type.Kind)
        {
            case TextKind.Characters:
                return AppendText(value, (BytesColumnBuilder)builder);
            case TextKind.Binary:
                ((BytesColumnBuilder)builder).Append(WithoutReturn(value));
                return null;
            default:
                return AppendNumber(value, builder);
        }
    }

    string? AppendText(ReadOnlySpan<byte> value, BytesColumnBuilder builder)
    {
        value = WithoutReturn(value);
        if (_transcoder is not null)
            return _transcoder.TryDecode(value, builder) ? null : $"column \"{_column}\": the bytes are no text in the character set";
        if (!Utf8.IsValid(value))
            return FormatMessages.InvalidUtf8;
        builder.Append(value);
        return null;
    }

    ReadOnlySpan<byte> WithoutReturn(ReadOnlySpan<byte> value) =>
        _return is not null && value.EndsWith(_return) ? value[..^_return.Length] : value;

    string? AppendNumber(ReadOnlySpan<byte> value, ColumnBuilder builder)
    {
        var bytes = Width(_type.Kind);
        if (value.Length != bytes)
            return $"column \"{_column}\" of type {_type.Type.Name} needs {bytes} {(bytes == 1 ? "byte" : "bytes")}, not {value.Length}";
        switch (_type.Kind)
        {
            case TextKind.Boolean:
                ((BoolColumnBuilder)builder).Append(value[0] != 0);
                break;
            case TextKind.TinyInt:
                ((FixedColumnBuilder<sbyte>)builder).Append((sbyte)value[0]);
                break;
            case TextKind.SmallInt:
                ((FixedColumnBuilder<short>)builder).Append(
                    _isLittleEndian ? BinaryPrimitives.ReadInt16LittleEndian(value) : BinaryPrimitives.ReadInt16BigEndian(value));
                break;
            case TextKind.Int:
                ((FixedColumnBuilder<int>)builder).Append(
                    _isLittleEndian ? BinaryPrimitives.ReadInt32LittleEndian(value) : BinaryPrimitives.ReadInt32BigEndian(value));
                break;
            case TextKind.BigInt:
                ((FixedColumnBuilder<long>)builder).Append(
                    _isLittleEndian ? BinaryPrimitives.ReadInt64LittleEndian(value) : BinaryPrimitives.ReadInt64BigEndian(value));
                break;
            case TextKind.Float:
                ((FixedColumnBuilder<float>)builder).Append(
                    _isLittleEndian ? BinaryPrimitives.ReadSingleLittleEndian(value) : BinaryPrimitives.ReadSingleBigEndian(value));
                break;
            default:
                ((FixedColumnBuilder<double>)builder).Append(
                    _isLittleEndian ? BinaryPrimitives.ReadDoubleLittleEndian(value) : BinaryPrimitives.ReadDoubleBigEndian(value));
                break;
        }
        return null;
    }

    static int Width(TextKind kind) => kind switch
    {
        TextKind.Boolean or TextKind.TinyInt => 1,
        TextKind.SmallInt => 2,
        TextKind.Int or TextKind.Float => 4,
        TextKind.BigInt or TextKind.Double => 8,
        _ => throw new EngineBugException($"text kind {kind} has no width"),
    };
}
