using System.Buffers;
using System.Globalization;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Formats;

/// <summary>The bytes of a row under construction. Kept by an encoder and used again for every row.</summary>
sealed class RowText
{
    byte[] _buffer = new byte[1024];

    /// <summary>Bytes written.</summary>
    public int Length { get; set; }

    /// <summary>What was written.</summary>
    public Span<byte> Written => _buffer.AsSpan(0, Length);

    /// <summary>Room for that many bytes after what was written; <see cref="Length"/> is
    /// raised by the caller.</summary>
    public Span<byte> Room(int bytes)
    {
        if (_buffer.Length - Length < bytes)
            Array.Resize(
                ref _buffer, (int)Math.Min(Array.MaxLength, Math.Max(_buffer.Length * 2L, Length + (long)bytes)));
        return _buffer.AsSpan(Length);
    }

    /// <summary>Appends a byte.</summary>
    public void Append(byte octet)
    {
        Room(1)[0] = octet;
        Length++;
    }

    /// <summary>Appends bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Appends a number.</summary>
    public void Append<T>(T number) where T : IUtf8SpanFormattable
    {
        Check.That(number.TryFormat(Room(64), out var written, default, CultureInfo.InvariantCulture));
        Length += written;
    }

    /// <summary>Hands the row to a writer and begins a new one.</summary>
    public void MoveTo(IBufferWriter<byte> output)
    {
        output.Write(Written);
        Length = 0;
    }

    /// <summary>Appends the text of a value that is neither characters nor binary nor NULL.</summary>
    public void AppendValue(in TextType type, Column column, int row, byte separator)
    {
        switch (type.Kind)
        {
            case TextKind.Boolean:
                Append(((BoolColumn)column)[row] ? "true"u8 : "false"u8);
                break;
            case TextKind.TinyInt:
                Append(((FixedColumn<sbyte>)column)[row]);
                break;
            case TextKind.SmallInt:
                Append(((FixedColumn<short>)column)[row]);
                break;
            case TextKind.Int:
                Append(((FixedColumn<int>)column)[row]);
                break;
            case TextKind.BigInt:
                Append(((FixedColumn<long>)column)[row]);
                break;
            case TextKind.Float:
                Append(((FixedColumn<float>)column)[row]);
                break;
            case TextKind.Double:
                Append(((FixedColumn<double>)column)[row]);
                break;
            case TextKind.CompactDecimal:
                Length += DecimalText.Format(((FixedColumn<long>)column)[row], type.Scale, Room(64));
                break;
            case TextKind.WideDecimal:
                Length += DecimalText.Format(((FixedColumn<Int128>)column)[row], type.Scale, Room(64));
                break;
            case TextKind.Date:
                Length += TimeText.FormatDate(((FixedColumn<int>)column)[row], Room(TimeText.LengthMax));
                break;
            case TextKind.Time:
                Length += TimeText.FormatTime(
                    ((FixedColumn<int>)column)[row] * 1000L, Math.Min(3, type.Precision), Room(TimeText.LengthMax));
                break;
            case TextKind.IntervalMonths:
                Append(((FixedColumn<int>)column)[row]);
                break;
            case TextKind.IntervalMillis:
                Append(((FixedColumn<long>)column)[row] / 1000);
                break;
            case TextKind.Timestamp or TextKind.TimestampLtz:
                Length += type.IsNanos
                    ? TimeText.FormatNanos(((FixedColumn<Int128>)column)[row], separator, type.Precision, Room(TimeText.LengthMax))
                    : TimeText.FormatTimestamp(
                        ((FixedColumn<long>)column)[row], separator, type.Precision, Room(TimeText.LengthMax));
                if (type.Kind == TextKind.TimestampLtz)
                    Append((byte)'Z');
                break;
            default:
                throw new EngineBugException($"text kind {type.Kind} has no case");
        }
    }

    /// <summary>Appends bytes as base64.</summary>
    public void AppendBase64(ReadOnlySpan<byte> bytes)
    {
        System.Buffers.Text.Base64.EncodeToUtf8(
            bytes, Room(System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out var written);
        Length += written;
    }
}
