using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Casts;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Time;

/// <summary>What a text is read as.</summary>
enum ParseTarget
{
    /// <summary>TO_TIMESTAMP(string [, pattern]): TIMESTAMP(3), NULL where the text is no time.</summary>
    Timestamp,

    /// <summary>TO_DATE(string [, pattern]): DATE, NULL where the text is no date.</summary>
    Date,

    /// <summary>UNIX_TIMESTAMP(string [, pattern]): seconds, of a time in the session's zone; the smallest BIGINT where
    /// the text is no time,
    /// as in Flink.</summary>
    UnixTimestamp,
}

/// <summary>Functions that read times from text. Without a pattern the forms of SQL are taken, <c>2026-01-31[
/// 23:59[:59[.123]]]</c>;
/// TO_TIMESTAMP falls back to them where the text does not fit its pattern, as in Flink.</summary>
sealed class ParseFunction(string name, ParseTarget target) : ScalarFunction
{
    public override string Name => name;

    public override string Signature => $"{name}(string [, pattern]) -> {ReturnType.Name}"
        + (target == ParseTarget.UnixTimestamp ? "\nUNIX_TIMESTAMP() -> BIGINT" : "");

    public override bool IsDeterministic => target != ParseTarget.UnixTimestamp;

    SqlType ReturnType => target switch
    {
        ParseTarget.Timestamp => SqlType.Timestamp(3),
        ParseTarget.Date => SqlType.Date,
        _ => SqlType.BigInt,
    };

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length == 0 && target == ParseTarget.UnixTimestamp)
            return ClockFunction.UnixTimestamp();
        if (arguments.Length is not (1 or 2))
            return null;
        var types = new SqlType[arguments.Length];
        var nullable = target != ParseTarget.UnixTimestamp;
        for (var i = 0; i < types.Length; i++)
        {
            if (Parameters.Match(Parameter.Text, arguments[i].Type) is not { } match)
                return null;
            types[i] = match;
            nullable |= arguments[i].Type.IsNullable;
        }
        var pattern = arguments.Length == 2 ? PatternArgument.Of(arguments, 1) : (PatternArgument?)null;
        var type = ReturnType.WithNullability(nullable);
        return new ScalarCall(types, type, target switch
        {
            ParseTarget.Timestamp => (context, columns) =>
                LaneKernels.Run<long, TimestampLane>(context, columns, type, new(columns, pattern)),
            ParseTarget.Date =>
                (context, columns) => LaneKernels.Run<int, DateLane>(context, columns, type, new(columns, pattern)),
            _ => (context, columns) => LaneKernels.Run<long, UnixLane>(
                context, columns, type, new(columns, pattern, context.Session.TimeZone)),
        });
    }

    /// <summary>Reads the text of a row; a pattern that is not understood is the lane's error.</summary>
    ref struct Reader(ReadOnlySpan<Column> columns, PatternArgument? pattern)
    {
        readonly ReadOnlySpan<Column> _columns = columns;
        readonly bool _hasPattern = pattern is not null;
        PatternArgument _pattern = pattern ?? default;

        public SqlException? Error { get; private set; }

        public bool TryRead(int row, bool fallBack, out ParsedTime time)
        {
            var text = _columns.Text(0, row);
            if (!_hasPattern)
                return TryReadPlain(text, out time);
            time = default;
            Error = null;
            try
            {
                return _pattern.At(_columns, 1, row).TryRead(text, out time) || (fallBack && TryReadPlain(text, out time));
            }
            catch (SqlException exception)
            {
                Error = exception;
                return false;
            }
        }

        static bool TryReadPlain(ReadOnlySpan<byte> text, out ParsedTime time)
        {
            var ok = TimeText.TryParseTimestamp(text, out var micros);
            time = new ParsedTime(micros, null);
            return ok;
        }
    }

    ref struct TimestampLane(ReadOnlySpan<Column> columns, PatternArgument? pattern) : ILane<long>
    {
        Reader _reader = new(columns, pattern);

        public bool TryCompute(int row, out long result)
        {
            var ok = _reader.TryRead(row, fallBack: true, out var time);
            result = TimePrecision.Cut(time.Local, 3);
            return ok;
        }

        public readonly SqlException? Error(int row) => _reader.Error;
    }

    ref struct DateLane(ReadOnlySpan<Column> columns, PatternArgument? pattern) : ILane<int>
    {
        Reader _reader = new(columns, pattern);

        public bool TryCompute(int row, out int result)
        {
            var ok = _reader.TryRead(row, fallBack: false, out var time);
            result = Calendar.DayOf(time.Local);
            return ok;
        }

        public readonly SqlException? Error(int row) => _reader.Error;
    }

    ref struct UnixLane(ReadOnlySpan<Column> columns, PatternArgument? pattern, TimeZoneInfo zone) : ILane<long>
    {
        Zone _zone = new(zone);
        Reader _reader = new(columns, pattern);

        public bool TryCompute(int row, out long result)
        {
            var ok = _reader.TryRead(row, fallBack: false, out var time);
            result = ok ? Calendar.FloorDivide(time.ToInstant(ref _zone), Calendar.MicrosPerSecond) : long.MinValue;
            return _reader.Error is null;
        }

        public readonly SqlException? Error(int row) => _reader.Error;
    }
}
