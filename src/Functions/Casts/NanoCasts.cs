using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Casts;

/// <summary>Casts from and to timestamps of more than six digits; all but a few go by way of those of six.</summary>
static class NanoCasts
{
    /// <summary>From nanoseconds to DATE, TIME or a timestamp; null where there is no cast.</summary>
    public static ScalarKernel? From(TemporalType from, SqlType to)
    {
        if (to is TemporalType { IsNanos: true } target)
        {
            if (from.Kind == target.Kind)
                return Run<Int128, Int128, CutNanos>(to, new(target.Precision));
            var toLocal = target.Kind == SqlTypeKind.Timestamp;
            return (context, arguments) => LaneKernels.Run<Int128, ShiftZone>(
                context, arguments, to, new(arguments[0], context.Session.TimeZone, target.Precision, toLocal));
        }
        var micros = new TemporalType(from.Kind, TemporalType.MicrosPrecisionMax, from.IsNullable);
        var cut = Run<Int128, long, NanosToMicros>(micros, default);
        return ToTime.Kernel(micros, to, isTry: false) is { } then ? Chain(cut, then) : null;
    }

    /// <summary>From text, DATE, TIME or a timestamp of microseconds to nanoseconds; null where there is no cast.</summary>
    public static ScalarKernel? To(SqlType from, TemporalType to, bool isTry)
    {
        if (from.IsCharacter)
        {
            return (context, arguments) => LaneKernels.Run<Int128, TextToNanos>(
                context, arguments, to, new(arguments[0], to, context.Session.TimeZone, isTry));
        }
        var micros = new TemporalType(to.Kind, TemporalType.MicrosPrecisionMax, to.IsNullable);
        var widen = Run<long, Int128, MicrosToNanos>(to, default);
        if (from.Kind == to.Kind)
            return widen;
        return ToTime.Kernel(from, micros, isTry) is { } first ? Chain(first, widen) : null;
    }

    static ScalarKernel Chain(ScalarKernel first, ScalarKernel then) => (context, arguments) =>
    {
        var between = first(context, arguments);
        try
        {
            return then(context, [between]);
        }
        finally
        {
            between.Release();
        }
    };

    static ScalarKernel Run<TFrom, TTo, TOp>(SqlType to, TOp op)
        where TFrom : unmanaged where TTo : unmanaged where TOp : struct, IUnary<TFrom, TTo> =>
        (context, arguments) => UnaryKernels.Run<TFrom, TTo, TOp>(context, arguments[0], to, op);
}

/// <summary>Microseconds to nanoseconds.</summary>
readonly struct MicrosToNanos : IUnary<long, Int128>
{
    public bool TryApply(long input, out Int128 result)
    {
        result = Nanos.Of(input);
        return true;
    }

    public SqlException? Error(long input) => null;
}

/// <summary>Nanoseconds to microseconds, cut.</summary>
readonly struct NanosToMicros : IUnary<Int128, long>
{
    public bool TryApply(Int128 input, out long result)
    {
        result = Nanos.Split(input).Micros;
        return true;
    }

    public SqlException? Error(Int128 input) => null;
}

/// <summary>Nanoseconds to fewer digits after the second, cut.</summary>
readonly struct CutNanos(int precision) : IUnary<Int128, Int128>
{
    readonly int _precision = precision;

    public bool TryApply(Int128 input, out Int128 result)
    {
        var (micros, nanos) = Nanos.Split(input);
        result = Nanos.Of(micros, TimePrecision.CutNanos(nanos, _precision));
        return true;
    }

    public SqlException? Error(Int128 input) => null;
}

/// <summary>TIMESTAMP_LTZ to TIMESTAMP, or back.</summary>
ref struct ShiftZone(Column input, TimeZoneInfo zone, int precision, bool toLocal) : ILane<Int128>
{
    readonly FixedReader<Int128> _input = new(input);
    Zone _zone = new(zone);

    public bool TryCompute(int row, out Int128 result)
    {
        var (micros, nanos) = Nanos.Split(_input[row]);
        result = Nanos.Of(toLocal ? _zone.ToLocal(micros) : _zone.ToInstant(micros), TimePrecision.CutNanos(nanos, precision));
        return true;
    }

    public readonly SqlException? Error(int row) => null;
}

/// <summary>Text to TIMESTAMP or TIMESTAMP_LTZ of more than six digits.</summary>
readonly ref struct TextToNanos(Column text, TemporalType type, TimeZoneInfo zone, bool isTry) : ILane<Int128>
{
    readonly BytesReader _text = new(text);
    readonly TemporalType _type = type;
    readonly Zone _zone = new(zone);
    readonly bool _isTry = isTry;

    public bool TryCompute(int row, out Int128 result)
    {
        var text = NumberParser.Trim(_text[row]);
        result = 0;
        if (!TimeText.TryTakeTimestamp(ref text, out var micros, out var nanos))
            return false;
        if (_type.Kind == SqlTypeKind.TimestampLtz)
        {
            if (!TimeText.TryTakeZone(ref text, out var offset))
                return false;
            micros = offset is { } known ? micros - known : _zone.ToInstant(micros);
        }
        result = Nanos.Of(micros, TimePrecision.CutNanos(nanos, _type.Precision));
        return text.IsEmpty && Calendar.IsTimestamp(micros);
    }

    public SqlException? Error(int row) => _isTry ? null : FunctionErrors.InvalidDatetime(_text[row], _type);
}
