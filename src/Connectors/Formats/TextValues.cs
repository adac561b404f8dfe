using System.Buffers.Text;
using System.Text.Unicode;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Formats;

/// <summary>Appends a value given as text to a column.</summary>
/// <remarks>Character strings must be valid UTF-8; the caller has checked it.</remarks>
static class TextValues
{
    /// <summary>Appends the value, or returns false, having appended nothing, if the text is none of the type. A
    /// DECIMAL that does not fit is NULL, as everywhere in the dialect.</summary>
    /// <param name="type">The column's type.</param>
    /// <param name="builder">Its builder.</param>
    /// <param name="text">The value.</param>
    /// <param name="separator">Between date and time: a space or <c>T</c>.</param>
    public static bool TryAppend(in TextType type, ColumnBuilder builder, ReadOnlySpan<byte> text, byte separator)
    {
        switch (type.Kind)
        {
            case TextKind.Characters:
                ((BytesColumnBuilder)builder).Append(text);
                return true;
            case TextKind.BigInt:
                if (NumberText.ParseInteger(text, out var number) != NumberResult.Ok)
                    return false;
                ((FixedColumnBuilder<long>)builder).Append(number);
                return true;
            case TextKind.Int or TextKind.SmallInt or TextKind.TinyInt:
                return NumberText.ParseInteger(text, out var small) == NumberResult.Ok
                    && TryAppendInteger(type.Kind, builder, small);
            case TextKind.Double:
                if (!NumberText.TryParseDouble(text, out var real))
                    return false;
                ((FixedColumnBuilder<double>)builder).Append(real);
                return true;
            case TextKind.Float:
                if (!NumberText.TryParseFloat(text, out var single))
                    return false;
                ((FixedColumnBuilder<float>)builder).Append(single);
                return true;
            case TextKind.CompactDecimal or TextKind.WideDecimal:
                return TryAppendDecimal(type, builder, text);
            case TextKind.Boolean:
                return TryAppendBoolean(builder, text);
            case TextKind.Binary:
                return TryAppendBase64(builder, text);
            case TextKind.Date:
                if (!TimeText.TryParseDate(text, out var days))
                    return false;
                ((FixedColumnBuilder<int>)builder).Append(days);
                return true;
            case TextKind.Time:
                if (!TimeText.TryParseTime(text, Math.Min(3, type.Precision), out var time))
                    return false;
                ((FixedColumnBuilder<int>)builder).Append((int)(time / 1000));
                return true;
            case TextKind.Timestamp when type.IsNanos:
                if (!TimeText.TryParseNanos(text, separator, type.Precision, out var nanos))
                    return false;
                ((FixedColumnBuilder<Int128>)builder).Append(nanos);
                return true;
            case TextKind.Timestamp:
                if (!TimeText.TryParseTimestamp(text, separator, type.Precision, out var micros))
                    return false;
                ((FixedColumnBuilder<long>)builder).Append(micros);
                return true;
            case TextKind.TimestampLtz:
                return text.EndsWith("Z"u8) && TryAppend(type with { Kind = TextKind.Timestamp }, builder, text[..^1], separator);
            case TextKind.IntervalMonths or TextKind.IntervalMillis:
                return NumberText.ParseInteger(text, out var interval) == NumberResult.Ok
                    && TryAppendInteger(type.Kind, builder, interval);
            default:
                throw new EngineBugException($"text kind {type.Kind} has no case");
        }
    }

    /// <summary>Appends an integer if it fits.</summary>
    public static bool TryAppendInteger(TextKind kind, ColumnBuilder builder, long value)
    {
        switch (kind)
        {
            case TextKind.BigInt:
                ((FixedColumnBuilder<long>)builder).Append(value);
                return true;
            case TextKind.Int when value is >= int.MinValue and <= int.MaxValue:
                ((FixedColumnBuilder<int>)builder).Append((int)value);
                return true;
            case TextKind.IntervalMonths when value is >= int.MinValue and <= int.MaxValue:
                ((FixedColumnBuilder<int>)builder).Append((int)value);
                return true;
            case TextKind.IntervalMillis when value is >= long.MinValue / 1000 and <= long.MaxValue / 1000:
                ((FixedColumnBuilder<long>)builder).Append(value * 1000);
                return true;
            case TextKind.SmallInt when value is >= short.MinValue and <= short.MaxValue:
                ((FixedColumnBuilder<short>)builder).Append((short)value);
                return true;
            case TextKind.TinyInt when value is >= sbyte.MinValue and <= sbyte.MaxValue:
                ((FixedColumnBuilder<sbyte>)builder).Append((sbyte)value);
                return true;
            default:
                return false;
        }
    }

    /// <summary>What is wrong with a value, for people.</summary>
    public static string Complaint(string column, in TextType type, ReadOnlySpan<byte> text) =>
        $"column \"{column}\" of type {type.Type.Name} cannot hold {Excerpt(text)}";

    /// <summary>The beginning of a text in quotes.</summary>
    public static string Excerpt(ReadOnlySpan<byte> text)
    {
        const int excerptMax = 60;
        var cut = text[..Math.Min(text.Length, excerptMax)];
        if (!Utf8.IsValid(cut) && cut.Length == text.Length)
            return "0x" + Convert.ToHexStringLower(cut);
        return $"\"{System.Text.Encoding.UTF8.GetString(cut)}{(cut.Length < text.Length ? "..." : "")}\"";
    }

    static bool TryAppendDecimal(in TextType type, ColumnBuilder builder, ReadOnlySpan<byte> text)
    {
        switch (DecimalText.Parse(text, type.Precision, type.Scale, out var value))
        {
            case NumberResult.Malformed:
                return false;
            case NumberResult.Overflow when !type.Type.IsNullable:
                return false;
            case NumberResult.Overflow:
                builder.AppendNull();
                return true;
            default:
                if (type.Kind == TextKind.CompactDecimal)
                    ((FixedColumnBuilder<long>)builder).Append((long)value);
                else
                    ((FixedColumnBuilder<Int128>)builder).Append(value);
                return true;
        }
    }

    static bool TryAppendBoolean(ColumnBuilder builder, ReadOnlySpan<byte> text)
    {
        var isTrue = System.Text.Ascii.EqualsIgnoreCase(text, "true"u8);
        if (!isTrue && !System.Text.Ascii.EqualsIgnoreCase(text, "false"u8))
            return false;
        ((BoolColumnBuilder)builder).Append(isTrue);
        return true;
    }

    static bool TryAppendBase64(ColumnBuilder builder, ReadOnlySpan<byte> text)
    {
        var bytes = (BytesColumnBuilder)builder;
        var room = bytes.Reserve(Base64.GetMaxDecodedFromUtf8Length(text.Length));
        if (Base64.DecodeFromUtf8(text, room, out var consumed, out var written) != System.Buffers.OperationStatus.Done
            || consumed != text.Length)
            return false;
        bytes.Commit(written);
        return true;
    }
}
