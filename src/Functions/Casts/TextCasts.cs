using System.Numerics;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Casts;

/// <summary>Text to integer.</summary>
readonly ref struct TextToInteger<T>(Column text, SqlType type, bool isTry) : ILane<T>
    where T : IBinaryInteger<T>, IMinMaxValue<T>
{
    readonly BytesReader _text = new(text);
    readonly SqlType _type = type;
    readonly bool _isTry = isTry;

    public bool TryCompute(int row, out T result)
    {
        var ok = Parse(row, out var value) == ParseOutcome.Ok;
        result = T.CreateTruncating(value);
        return ok;
    }

    public SqlException? Error(int row) => TextErrors.Of(Parse(row, out _), _text[row], _type, _isTry);

    ParseOutcome Parse(int row, out long value) =>
        NumberParser.Integer(_text[row], long.CreateTruncating(T.MinValue), long.CreateTruncating(T.MaxValue), out value);
}

/// <summary>Text to FLOAT or DOUBLE.</summary>
readonly ref struct TextToFloat<T>(Column text, SqlType type, bool isTry) : ILane<T> where T : IFloatingPoint<T>
{
    readonly BytesReader _text = new(text);
    readonly SqlType _type = type;
    readonly bool _isTry = isTry;

    public bool TryCompute(int row, out T result)
    {
        var ok = NumberParser.Double(_text[row], out var value) == ParseOutcome.Ok;
        result = T.CreateTruncating(value);
        return ok;
    }

    public SqlException? Error(int row) => TextErrors.Of(ParseOutcome.Malformed, _text[row], _type, _isTry);
}

/// <summary>Text to DECIMAL, rounded half up.</summary>
readonly ref struct TextToDecimal<T>(Column text, DecimalType type, bool isTry) : ILane<T> where T : IBinaryInteger<T>
{
    readonly BytesReader _text = new(text);
    readonly DecimalType _type = type;
    readonly Int128 _limit = Decimals.PowerOfTen(type.Precision);
    readonly bool _isTry = isTry;

    public bool TryCompute(int row, out T result)
    {
        var ok = NumberParser.Decimal(_text[row], _type.Scale, _limit, out var value) == ParseOutcome.Ok;
        result = T.CreateTruncating(value);
        return ok;
    }

    public SqlException? Error(int row) =>
        TextErrors.Of(NumberParser.Decimal(_text[row], _type.Scale, _limit, out _), _text[row], _type, _isTry);
}

/// <summary>Text to BOOLEAN: true, t, yes, y, 1 and their opposites, in any case.</summary>
readonly ref struct TextToBool(Column text, SqlType type, bool isTry) : ILane<bool>
{
    readonly BytesReader _text = new(text);
    readonly SqlType _type = type;
    readonly bool _isTry = isTry;

    public bool TryCompute(int row, out bool result)
    {
        var word = NumberParser.Trim(_text[row]);
        Span<byte> lower = stackalloc byte[5];
        result = false;
        if (word.Length > lower.Length)
            return false;
        System.Text.Ascii.ToLower(word, lower, out var length);
        result = IsAny(lower[..length], "true"u8, "t"u8, "yes"u8, "y"u8, "1"u8);
        return result || IsAny(lower[..length], "false"u8, "f"u8, "no"u8, "n"u8, "0"u8);
    }

    public SqlException? Error(int row) => TextErrors.Of(ParseOutcome.Malformed, _text[row], _type, _isTry);

    static bool IsAny(
        ReadOnlySpan<byte> word, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, ReadOnlySpan<byte> c, ReadOnlySpan<byte> d, ReadOnlySpan<byte> e) =>
        word.SequenceEqual(a) || word.SequenceEqual(b) || word.SequenceEqual(c) || word.SequenceEqual(d) || word.SequenceEqual(e);
}

/// <summary>Text to DATE.</summary>
readonly ref struct TextToDate(Column text, SqlType type, bool isTry) : ILane<int>
{
    readonly BytesReader _text = new(text);
    readonly SqlType _type = type;
    readonly bool _isTry = isTry;

    public bool TryCompute(int row, out int result) => TimeText.TryParseDate(_text[row], out result);

    public SqlException? Error(int row) => _isTry ? null : FunctionErrors.InvalidDatetime(_text[row], _type);
}

/// <summary>Text to TIME.</summary>
readonly ref struct TextToTime(Column text, TemporalType type, bool isTry) : ILane<int>
{
    readonly BytesReader _text = new(text);
    readonly TemporalType _type = type;
    readonly bool _isTry = isTry;

    public bool TryCompute(int row, out int result)
    {
        var ok = TimeText.TryParseTime(_text[row], out var micros);
        result = (int)(TimePrecision.Cut(micros, Math.Min(3, _type.Precision)) / 1000);
        return ok;
    }

    public SqlException? Error(int row) => _isTry ? null : FunctionErrors.InvalidDatetime(_text[row], _type);
}

/// <summary>Text to TIMESTAMP.</summary>
readonly ref struct TextToTimestamp(Column text, TemporalType type, bool isTry) : ILane<long>
{
    readonly BytesReader _text = new(text);
    readonly TemporalType _type = type;
    readonly bool _isTry = isTry;

    public bool TryCompute(int row, out long result)
    {
        var ok = TimeText.TryParseTimestamp(_text[row], out var micros);
        result = TimePrecision.Cut(micros, _type.Precision);
        return ok;
    }

    public SqlException? Error(int row) => _isTry ? null : FunctionErrors.InvalidDatetime(_text[row], _type);
}

/// <summary>Text to TIMESTAMP_LTZ: local time of the session's zone unless the text ends with Z or an offset.</summary>
ref struct TextToInstant(Column text, TemporalType type, TimeZoneInfo zone, bool isTry) : ILane<long>
{
    readonly BytesReader _text = new(text);
    readonly TemporalType _type = type;
    Zone _zone = new(zone);
    readonly bool _isTry = isTry;

    public bool TryCompute(int row, out long result)
    {
        var text = NumberParser.Trim(_text[row]);
        result = 0;
        if (!TimeText.TryTakeTimestamp(ref text, out var micros) || !TimeText.TryTakeZone(ref text, out var offset))
            return false;
        result = TimePrecision.Cut(offset is { } known ? micros - known : _zone.ToInstant(micros), _type.Precision);
        return Calendar.IsTimestamp(result);
    }

    public readonly SqlException? Error(int row) => _isTry ? null : FunctionErrors.InvalidDatetime(_text[row], _type);
}

/// <summary>Which error a text gives that is no value.</summary>
static class TextErrors
{
    public static SqlException? Of(ParseOutcome outcome, ReadOnlySpan<byte> text, SqlType type, bool isTry) =>
        isTry ? null
        : outcome == ParseOutcome.OutOfRange ? FunctionErrors.TextOutOfRange(text, type)
        : FunctionErrors.InvalidText(text, type);
}

/// <summary>Precision of times.</summary>
static class TimePrecision
{
    /// <summary>Cuts the nanoseconds after a microsecond to a precision.</summary>
    public static int CutNanos(int nanos, int precision) => precision switch
    {
        >= 9 => nanos,
        8 => nanos / 10 * 10,
        7 => nanos / 100 * 100,
        _ => 0,
    };

    static ReadOnlySpan<int> Units => [1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

    /// <summary>Cuts digits after the second, towards minus infinity.</summary>
    public static long Cut(long micros, int precision)
    {
        var unit = Units[Math.Min(6, precision)];
        return Calendar.FloorDivide(micros, unit) * unit;
    }
}
