using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Casts;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Time;

/// <summary>The functions that read the session's clock, once for each batch of rows.</summary>
sealed class ClockFunction(string name, SqlType returns, Func<long, long, object> value) : ScalarFunction
{
    public override string Name => name;

    public override string Signature => $"{name} -> {returns.Name}";

    public override bool IsDeterministic => false;

    /// <summary>CURRENT_TIMESTAMP, NOW: the instant.</summary>
    public static ScalarFunction Instant(string name) =>
        new ClockFunction(name, SqlType.TimestampLtz(3), (instant, _) => TimePrecision.Cut(instant, 3));

    /// <summary>LOCALTIMESTAMP.</summary>
    public static ScalarFunction Timestamp(string name) =>
        new ClockFunction(name, SqlType.Timestamp(3), (_, local) => TimePrecision.Cut(local, 3));

    /// <summary>CURRENT_DATE.</summary>
    public static ScalarFunction Date(string name) =>
        new ClockFunction(name, SqlType.Date, (_, local) => Calendar.DayOf(local));

    /// <summary>LOCALTIME, CURRENT_TIME: to the second.</summary>
    public static ScalarFunction TimeOfDay(string name) => new ClockFunction(
        name, SqlType.Time(0), (_, local) => (int)(TimePrecision.Cut(Calendar.TimeOf(local), 0) / 1000));

    /// <summary>UNIX_TIMESTAMP().</summary>
    public static ScalarCall UnixTimestamp() => Call(
        SqlType.BigInt, (instant, _) => Calendar.FloorDivide(instant, Calendar.MicrosPerSecond));

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments) =>
        arguments.Length == 0 ? Call(returns, value) : null;

    static ScalarCall Call(SqlType returns, Func<long, long, object> value)
    {
        var type = returns.WithNullability(false);
        return new ScalarCall([], type, (context, _) =>
        {
            var instant = (context.Session.Clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
            var zone = new Zone(context.Session.TimeZone);
            return ColumnFactory.Constant(type, value(instant, zone.ToLocal(instant)), context.Rows, context.Pool);
        });
    }
}
