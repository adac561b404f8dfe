using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Casts;

/// <summary>Casts to DATE, TIME, TIMESTAMP and TIMESTAMP_LTZ.</summary>
static class ToTime
{
    /// <summary>The kernel, or null where there is no cast.</summary>
    public static ScalarKernel? Kernel(SqlType from, SqlType to, bool isTry) => (from, to) switch
    {
        (TemporalType { IsNanos: true } source, _) => NanoCasts.From(source, to),
        (_, TemporalType { IsNanos: true } target) => NanoCasts.To(from, target, isTry),
        _ => Micros(from, to, isTry),
    };

    static ScalarKernel? Micros(SqlType from, SqlType to, bool isTry) => to.Kind switch
    {
        _ when from.IsCharacter => FromText(to, isTry),
        SqlTypeKind.Date => ToDate(from, to),
        SqlTypeKind.Time => ToTimeOfDay(from, (TemporalType)to),
        SqlTypeKind.Timestamp => ToTimestamp(from, (TemporalType)to),
        SqlTypeKind.TimestampLtz => ToInstant(from, (TemporalType)to),
        _ => null,
    };

    static ScalarKernel? FromText(SqlType to, bool isTry) => to.Kind switch
    {
        SqlTypeKind.Date => (context, arguments) =>
            LaneKernels.Run<int, TextToDate>(context, arguments, to, new(arguments[0], to, isTry)),
        SqlTypeKind.Time => (context, arguments) =>
            LaneKernels.Run<int, TextToTime>(context, arguments, to, new(arguments[0], (TemporalType)to, isTry)),
        SqlTypeKind.Timestamp => (context, arguments) =>
            LaneKernels.Run<long, TextToTimestamp>(context, arguments, to, new(arguments[0], (TemporalType)to, isTry)),
        _ => (context, arguments) => LaneKernels.Run<long, TextToInstant>(
            context, arguments, to, new(arguments[0], (TemporalType)to, context.Session.TimeZone, isTry)),
    };

    static ScalarKernel? ToDate(SqlType from, SqlType to) => from.Kind switch
    {
        SqlTypeKind.Timestamp => Run<long, int, TimestampToDate>(to, default),
        SqlTypeKind.TimestampLtz => ByWayOfLocal(Run<long, int, TimestampToDate>(to, default)),
        _ => null,
    };

    static ScalarKernel? ToTimeOfDay(SqlType from, TemporalType to) => from.Kind switch
    {
        SqlTypeKind.Time => Run<int, int, CutTime>(to, new(to.Precision)),
        SqlTypeKind.Timestamp => Run<long, int, TimestampToTime>(to, new(to.Precision)),
        SqlTypeKind.TimestampLtz => ByWayOfLocal(Run<long, int, TimestampToTime>(to, new(to.Precision))),
        _ => null,
    };

    static ScalarKernel? ToTimestamp(SqlType from, TemporalType to) => from.Kind switch
    {
        SqlTypeKind.Date => Run<int, long, DateToTimestamp>(to, default),
        SqlTypeKind.Time => Run<int, long, TimeToTimestamp>(to, default),
        SqlTypeKind.Timestamp => Run<long, long, CutTimestamp>(to, new(to.Precision)),
        SqlTypeKind.TimestampLtz => (context, arguments) => LaneKernels.Run<long, InstantToLocal>(
            context, arguments, to, new(arguments[0], context.Session.TimeZone, to.Precision)),
        _ => null,
    };

    static ScalarKernel? ToInstant(SqlType from, TemporalType to) => from.Kind switch
    {
        SqlTypeKind.Date =>
            ByWayOfTimestamp(Run<int, long, DateToTimestamp>(SqlType.Timestamp(to.Precision), default), to),
        SqlTypeKind.Time =>
            ByWayOfTimestamp(Run<int, long, TimeToTimestamp>(SqlType.Timestamp(to.Precision), default), to),
        SqlTypeKind.Timestamp => ByWayOfTimestamp(null, to),
        SqlTypeKind.TimestampLtz => Run<long, long, CutTimestamp>(to, new(to.Precision)),
        _ => null,
    };

    static ScalarKernel ByWayOfLocal(ScalarKernel then) => (context, arguments) =>
    {
        var local = LaneKernels.Run<long, InstantToLocal>(
            context, arguments, SqlType.Timestamp(6), new(arguments[0], context.Session.TimeZone, 6));
        try
        {
            return then(context, [local]);
        }
        finally
        {
            local.Release();
        }
    };

    static ScalarKernel ByWayOfTimestamp(ScalarKernel? first, TemporalType to) => (context, arguments) =>
    {
        var timestamp = first is null ? arguments[0].Retain() : first(context, arguments);
        try
        {
            return LaneKernels.Run<long, LocalToInstant>(context, [timestamp], to, new(timestamp, context.Session.TimeZone, to.Precision));
        }
        finally
        {
            timestamp.Release();
        }
    };

    static ScalarKernel Run<TFrom, TTo, TOp>(SqlType to, TOp op)
        where TFrom : unmanaged where TTo : unmanaged where TOp : struct, IUnary<TFrom, TTo> =>
        (context, arguments) => UnaryKernels.Run<TFrom, TTo, TOp>(context, arguments[0], to, op);
}
