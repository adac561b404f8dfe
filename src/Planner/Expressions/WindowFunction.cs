using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Expressions;

/// <summary>What a tumbling window table function adds to a row, computed from its time alone: a window table function
/// without an aggregation by window is a plain projection. Called with time, size and offset in microseconds.</summary>
sealed class WindowFunction(WindowPropertyKind kind) : ScalarFunction
{
    const long MicrosPerMilli = 1_000;

    /// <summary>Which property of the window it computes.</summary>
    public WindowPropertyKind Kind => kind;

    public override string Name => kind switch
    {
        WindowPropertyKind.Start => "TUMBLE_START",
        WindowPropertyKind.End => "TUMBLE_END",
        _ => "TUMBLE_TIME",
    };

    public override string Signature => $"{Name}(time, size, offset) -> TIMESTAMP(3)";

    /// <summary>The call that computes a property of a window.</summary>
    public static BoundCall Call(WindowProperty property, BoundColumn time, TumbleSpec window)
    {
        var size = Interval(window.SizeMicros);
        var offset = Interval(window.OffsetMicros);
        var call = new ScalarCall([time.Type, size.Type, offset.Type], property.Type, Kernel(property, window));
        return new BoundCall(new WindowFunction(property.Kind), call, [time, size, offset]);
    }

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments) => null;

    static BoundLiteral Interval(long micros) => new(SqlType.IntervalDaySecond.WithNullability(false), micros);

    static ScalarKernel Kernel(WindowProperty property, TumbleSpec window)
    {
        var shift = property.Kind switch
        {
            WindowPropertyKind.Start => 0,
            WindowPropertyKind.End => window.SizeMicros,
            _ => window.SizeMicros - MicrosPerMilli,
        };
        return (context, arguments) => Compute((FixedColumn<long>)arguments[0], property.Type, window, shift, context.Pool);
    }

    static FixedColumn<long> Compute(FixedColumn<long> times, SqlType type, TumbleSpec window, long shift, ColumnPool pool)
    {
        var source = times.Values;
        var buffer = pool.Rent(Math.Max(1, source.Length) * sizeof(long));
        var target = MemoryMarshal.Cast<byte, long>(buffer.AsSpan())[..source.Length];
        for (var i = 0; i < source.Length; i++)
        {
            var rest = (source[i] - window.OffsetMicros) % window.SizeMicros;
            target[i] = source[i] - (rest < 0 ? rest + window.SizeMicros : rest) + shift;
        }
        byte[]? validity = null;
        if (times.MayHaveNulls)
        {
            var bits = MemoryMarshal.AsBytes(times.Validity);
            validity = pool.Rent(bits.Length);
            bits.CopyTo(validity);
        }
        return new FixedColumn<long>(type, times.Length, buffer, validity, pool, times.IsConstant);
    }
}
