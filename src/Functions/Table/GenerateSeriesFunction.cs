using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Table;

/// <summary>GENERATE_SERIES(start, stop [, step]): the values from start to stop, both with them, step apart: integers with a step of 1 unless it is
/// given, and TIMESTAMPs with an INTERVAL as step, which is added to the value before. No rows where an argument is NULL or the step leads away from
/// stop. As PostgreSQL has it.</summary>
sealed class GenerateSeriesFunction : TableFunction
{
    public override string Name => "GENERATE_SERIES";

    public override string Signature =>
        "GENERATE_SERIES(start, stop [, step]) -> TABLE(generate_series BIGINT)\nGENERATE_SERIES(start, stop, interval) -> TABLE(generate_series TIMESTAMP)";

    public override TableCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length is not (2 or 3))
            return null;
        foreach (var argument in arguments)
        {
            if (argument.Type.Kind == SqlTypeKind.Null)
                return null;
        }
        if (arguments[0].Type.IsInteger && arguments[1].Type.IsInteger && (arguments.Length == 2 || arguments[2].Type.IsInteger))
            return Integers(arguments);
        if (arguments.Length == 3 && arguments[2].Type.IsInterval && Time(arguments[0].Type, arguments[1].Type) is { } time
            && (arguments[2].Type.Kind == SqlTypeKind.IntervalDaySecond || time.Kind == SqlTypeKind.Timestamp))
        {
            return Times(arguments[2].Type, time);
        }
        return null;
    }

    static TableCall Integers(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length == 3 && arguments[2].IsConstant && arguments[2].Value is not null && Convert.ToInt64(arguments[2].Value, null) == 0)
            throw FunctionErrors.SeriesStep(arguments[2].Span);
        var isInt = true;
        foreach (var argument in arguments)
            isInt &= argument.Type.Kind != SqlTypeKind.BigInt;
        Field[] columns = [Column((isInt ? SqlType.Int : SqlType.BigInt).WithNullability(false))];
        return new TableCall(
            [.. Enumerable.Repeat(SqlType.BigInt, arguments.Length)], columns,
            (wanted, pool) => new Kernel<ByNumber>(columns, wanted, pool));
    }

    static TableCall Times(SqlType step, SqlType time)
    {
        Field[] columns = [Column(time.WithNullability(false))];
        return new TableCall(
            [time, time, step], columns,
            (wanted, pool) => step.Kind == SqlTypeKind.IntervalYearMonth
                ? new Kernel<ByMonths>(columns, wanted, pool)
                : new Kernel<ByNumber>(columns, wanted, pool));
    }

    static Field Column(SqlType type) => new("generate_series", type);

    // Both as TIMESTAMP of the greater precision; a series of points in absolute time has no months.
    static SqlType? Time(SqlType start, SqlType stop) =>
        TypeRules.CommonType([Point(start), Point(stop)]) is { IsTimestamp: true } time ? Scalar.Parameters.InMicros(time) : null;

    static SqlType Point(SqlType type) => type.Kind == SqlTypeKind.Date ? SqlType.Timestamp(0).WithNullability(type.IsNullable) : type;

    interface IStep
    {
        static abstract long ValueOf(Column steps, int row);

        static abstract bool TryAdd(long value, long step, out long next);
    }

    readonly struct ByNumber : IStep
    {
        public static long ValueOf(Column steps, int row) => ((FixedColumn<long>)steps)[row];

        public static bool TryAdd(long value, long step, out long next)
        {
            next = unchecked(value + step);
            return step > 0 == next > value;
        }
    }

    readonly struct ByMonths : IStep
    {
        public static long ValueOf(Column steps, int row) => ((FixedColumn<int>)steps)[row];

        public static bool TryAdd(long value, long step, out long next)
        {
            var day = Calendar.DayOf(value);
            var found = Calendar.TryAddMonths(day, step, out var moved);
            next = value + ((moved - (long)day) * Calendar.MicrosPerDay);
            return found;
        }
    }

    sealed class Kernel<TStep>(Field[] columns, IReadOnlyList<int> wanted, ColumnPool pool) : RowsKernel(columns, wanted, pool)
        where TStep : struct, IStep
    {
        Column? _starts;
        Column? _stops;
        Column? _steps;
        int _row = -1;
        long _next;
        long _step;
        bool _isDone;

        public override void Begin(EvaluationContext context, ReadOnlySpan<Column> arguments)
        {
            (_starts, _stops, _steps) = (arguments[0], arguments[1], arguments.Length > 2 ? arguments[2] : null);
            _row = -1;
        }

        public override int Next(int row, int room)
        {
            if (row != _row)
                Start(row);
            if (_isDone)
                return 0;
            var stop = ((FixedColumn<long>)_stops!)[row];
            var made = 0;
            for (; made < room && !_isDone; made++)
            {
                if (_step > 0 ? _next > stop : _next < stop)
                {
                    _isDone = true;
                    break;
                }
                Append(_next);
                _isDone = !TStep.TryAdd(_next, _step, out _next);
            }
            return made;
        }

        void Start(int row)
        {
            _row = row;
            _isDone = _starts!.IsNull(row) || _stops!.IsNull(row) || _steps?.IsNull(row) == true;
            if (_isDone)
                return;
            _next = ((FixedColumn<long>)_starts)[row];
            _step = _steps is null ? 1 : TStep.ValueOf(_steps, row);
            if (_step == 0)
                throw FunctionErrors.SeriesStep(Core.Diagnostics.SourceSpan.None);
        }

        void Append(long value)
        {
            if (Builder(0) is FixedColumnBuilder<long> longs)
                longs.Append(value);
            else if (Builder(0) is FixedColumnBuilder<int> ints)
                ints.Append((int)value);
        }
    }
}
