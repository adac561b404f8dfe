using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Time;

/// <summary>DATE_FORMAT(time, pattern): a time in a pattern of Java's DateTimeFormatter (<see cref="DatePattern"/>). A
/// string is read as a
/// TIMESTAMP first, and NULL where it is none.</summary>
sealed class DateFormatFunction : ScalarFunction
{
    public override string Name => "DATE_FORMAT";

    public override string Signature => "DATE_FORMAT(datetime, pattern) -> STRING";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length != 2 || Parameters.Match(Parameter.Text, arguments[1].Type) is not { } patternType)
            return null;
        var from = arguments[0].Type.Kind == SqlTypeKind.Null ? SqlType.Timestamp(3) : Parameters.InMicros(arguments[0].Type);
        if (!from.IsDatetime && !from.IsCharacter)
            return null;
        var pattern = PatternArgument.Of(arguments, 1);
        if (pattern.Constant is { NeedsZone: true } && from.Kind != SqlTypeKind.TimestampLtz)
            throw FunctionErrors.ZoneNotKnown(arguments[1].Span, from);
        var type = SqlType.String.WithNullability(from.IsNullable || from.IsCharacter || arguments[1].Type.IsNullable);
        var over = LocalTimes.Kernel(from);
        return new ScalarCall([from, patternType], type, (context, columns) =>
        {
            var local = over(context, columns);
            try
            {
                ReadOnlySpan<Column> both = from.Kind == SqlTypeKind.TimestampLtz ? [local, columns[1], columns[0]] : [local, columns[1]];
                return LaneKernels.RunText(context, both, type, new FormatLane(both, pattern, context.Session.TimeZone));
            }
            finally
            {
                local.Release();
            }
        });
    }
}

/// <summary>FROM_UNIXTIME(seconds [, pattern]): an instant as text in the session's time zone.</summary>
sealed class FromUnixtimeFunction : ScalarFunction
{
    public override string Name => "FROM_UNIXTIME";

    public override string Signature => "FROM_UNIXTIME(seconds [, pattern]) -> STRING";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length is not (1 or 2) || Parameters.Match(Parameter.BigInt, arguments[0].Type) is not { } seconds)
            return null;
        if (arguments.Length == 2 && Parameters.Match(Parameter.Text, arguments[1].Type) is null)
            return null;
        SqlType[] types = arguments.Length == 1 ? [seconds] : [seconds, Parameters.Match(Parameter.Text, arguments[1].Type)!];
        var nullable = arguments[0].Type.IsNullable || (arguments.Length == 2 && arguments[1].Type.IsNullable);
        var pattern = PatternArgument.Of(arguments, 1);
        var type = SqlType.String.WithNullability(nullable);
        return new ScalarCall(types, type, (context, columns) =>
            LaneKernels.RunText(context, columns, type, new FromUnixtimeLane(columns, pattern, context.Session.TimeZone)));
    }

    ref struct FromUnixtimeLane(ReadOnlySpan<Column> columns, PatternArgument pattern, TimeZoneInfo zone) : ITextLane
    {
        readonly ReadOnlySpan<Column> _columns = columns;
        readonly TimeZoneInfo _info = zone;
        Zone _zone = new(zone);
        PatternArgument _pattern = pattern;

        public bool TryWrite(int row, BytesColumnBuilder output)
        {
            var seconds = _columns.Long(0, row);
            if (seconds is < Calendar.MicrosMin / Calendar.MicrosPerSecond or > Calendar.MicrosMax / Calendar.MicrosPerSecond)
                return false;
            var compiled = _pattern.At(_columns, 1, row);
            var instant = seconds * Calendar.MicrosPerSecond;
            var local = _zone.ToLocal(instant);
            var offset = (int)((local - instant) / Calendar.MicrosPerSecond);
            output.Commit(compiled.Write(local, output.Reserve(compiled.BytesMax), _info, offset));
            return true;
        }

        public readonly SqlException? Error(int row) => FunctionErrors.DatetimeOutOfRange(SqlType.Timestamp(0));
    }
}

/// <summary>Writes local times. Where the instants are there too, as third column, zones can be written.</summary>
ref struct FormatLane(ReadOnlySpan<Column> columns, PatternArgument pattern, TimeZoneInfo zone) : ITextLane
{
    readonly ReadOnlySpan<Column> _columns = columns;
    readonly TimeZoneInfo _zone = zone;
    PatternArgument _pattern = pattern;

    public bool TryWrite(int row, BytesColumnBuilder output)
    {
        var compiled = _pattern.At(_columns, 1, row);
        if (compiled.NeedsZone && _columns.Length < 3)
            throw FunctionErrors.ZoneNotKnown(SourceSpan.None, SqlType.Timestamp(3));
        var local = _columns.Long(0, row);
        var offset = compiled.NeedsZone ? (int)((local - _columns.Long(2, row)) / Calendar.MicrosPerSecond) : 0;
        output.Commit(compiled.Write(local, output.Reserve(compiled.BytesMax), _zone, offset));
        return true;
    }

    public readonly SqlException? Error(int row) => null;
}
