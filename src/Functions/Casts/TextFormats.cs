using System.Numerics;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Casts;

readonly struct IntegerFormat<T> : ITextFormat<T> where T : IBinaryInteger<T>
{
    public int Write(T value, Span<byte> text) => NumberText.WriteInteger(long.CreateTruncating(value), text);
}

readonly struct DoubleFormat : ITextFormat<double>
{
    public int Write(double value, Span<byte> text) => NumberText.WriteDouble(value, text);
}

readonly struct FloatFormat : ITextFormat<float>
{
    public int Write(float value, Span<byte> text) => NumberText.WriteFloat(value, text);
}

readonly struct DecimalFormat<T>(int scale) : ITextFormat<T> where T : IBinaryInteger<T>
{
    readonly int _scale = scale;

    public int Write(T value, Span<byte> text) => NumberText.WriteDecimal(Int128.CreateTruncating(value), _scale, text);
}

readonly struct DateFormat : ITextFormat<int>
{
    public int Write(int value, Span<byte> text) => TimeText.WriteDate(value, text);
}

readonly struct TimeFormat(int precision) : ITextFormat<int>
{
    readonly int _precision = precision;

    public int Write(int value, Span<byte> text) => TimeText.WriteTime(value * 1000L, _precision, text);
}

readonly struct TimestampFormat(int precision) : ITextFormat<long>
{
    readonly int _precision = precision;

    public int Write(long value, Span<byte> text) => TimeText.WriteTimestamp(value, _precision, text);
}

readonly struct NanosFormat(int precision) : ITextFormat<Int128>
{
    readonly int _precision = precision;

    public int Write(Int128 value, Span<byte> text)
    {
        var (micros, nanos) = Nanos.Split(value);
        return TimeText.WriteTimestamp(micros, nanos, _precision, text);
    }
}

/// <summary><c>+1-02</c>: years and months.</summary>
readonly struct MonthsFormat : ITextFormat<int>
{
    public int Write(int value, Span<byte> text)
    {
        var months = Math.Abs((long)value);
        text[0] = (byte)(value < 0 ? '-' : '+');
        var length = 1 + NumberText.WriteInteger(months / 12, text[1..]);
        text[length++] = (byte)'-';
        TimeText.Digits((int)(months % 12), 2, text[length..]);
        return length + 2;
    }
}

/// <summary><c>+1 02:03:04.567</c>: days and time, with milliseconds, or microseconds where there are any.</summary>
readonly struct DurationFormat : ITextFormat<long>
{
    public int Write(long value, Span<byte> text)
    {
        var micros = value < 0 ? 0UL - (ulong)value : (ulong)value;
        text[0] = (byte)(value < 0 ? '-' : '+');
        var length = 1 + NumberText.WriteInteger((long)(micros / Calendar.MicrosPerDay), text[1..]);
        text[length++] = (byte)' ';
        return length + TimeText.WriteTime((long)(micros % Calendar.MicrosPerDay), micros % 1000 == 0 ? 3 : 6, text[length..]);
    }
}
