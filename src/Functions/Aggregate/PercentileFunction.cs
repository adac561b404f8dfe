using System.Buffers.Binary;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Functions.Casts;

namespace SqlStream.Functions.Aggregate;

/// <summary>PERCENTILE(number, percentage [, frequency]): the value below which that part of the values lies, a constant from 0 to 1,
/// interpolated between neighbours; DOUBLE. A row counts as often as its frequency says, not at all where that is NULL or not
/// positive. NULL values are passed over; NULL over no values.</summary>
sealed class PercentileFunction : AggregateFunction
{
    public override string Name => "PERCENTILE";

    public override string Signature => "PERCENTILE(number, percentage [, frequency]) -> DOUBLE";

    public override AggregateCall? Plan(ReadOnlySpan<ArgumentInfo> arguments, bool retracting)
    {
        if (arguments.Length is not (2 or 3))
            return null;
        if (Scalar.Parameters.Match(Scalar.Parameter.Double, arguments[0].Type) is not { } value
            || Scalar.Parameters.Match(Scalar.Parameter.Double, arguments[1].Type) is not { } percentage)
        {
            return null;
        }
        SqlType[] types = [value, percentage];
        if (arguments.Length == 3)
        {
            if (Scalar.Parameters.Match(Scalar.Parameter.BigInt, arguments[2].Type) is not { } frequency)
                return null;
            types = [value, percentage, frequency];
        }
        return new Percentile(Constant(arguments[1]))
        {
            ParameterTypes = types,
            ReturnType = SqlType.Double,
            StateLayout = "multiset DOUBLE",
        };
    }

    double Constant(ArgumentInfo argument)
    {
        if (!argument.IsConstant || argument.Value is null)
            throw FunctionErrors.ArgumentNotConstant(argument.Span, "percentage", Name);
        var pool = new ColumnPool();
        var column = ColumnFactory.Constant(argument.Type, argument.Value, 1, pool);
        var cast = CastPlanner.Plan(argument.Type, SqlType.Double, isTry: false)!;
        var session = new SessionContext(TimeZoneInfo.Utc, TimeProvider.System, new Random(0));
        var percentage = (double)PlanValue.Read(cast.Kernel(new EvaluationContext(pool, 1, [], session), [column]), 0)!;
        return percentage is >= 0 and <= 1 ? percentage : throw FunctionErrors.PercentageOutOfRange(argument.Span);
    }

    sealed class Percentile(double percentage) : BlobAggregate
    {
        public override void Accumulate(IBlobState state, ReadOnlySpan<Column> arguments, int row, RowKind kind)
        {
            if (arguments[0].IsNull(row))
                return;
            long count = RowLoop.Sign(kind);
            if (arguments.Length > 2)
            {
                if (arguments[2].IsNull(row) || ((FixedColumn<long>)arguments[2])[row] is not (> 0 and var frequency))
                    return;
                count *= frequency;
            }
            Span<byte> scratch = stackalloc byte[OrderedKey.FixedBytesMax];
            OrderedMultiset.Change(state, OrderedKey.Encode(arguments[0], row, scratch), count);
        }

        public override void Emit(IBlobState state, ColumnBuilder result)
        {
            var total = new Total();
            OrderedMultiset.Visit(state, ref total);
            if (total.Count == 0)
            {
                result.AppendNull();
                return;
            }
            var search = new Search(percentage * (total.Count - 1));
            OrderedMultiset.Visit(state, ref search);
            ((FixedColumnBuilder<double>)result).Append(search.Result);
        }
    }

    struct Total : IEntryVisitor
    {
        public long Count { get; private set; }

        public void Visit(ReadOnlySpan<byte> key, long count) => Count += count;
    }

    // The position counts from 0; between two values the result lies on the line from one to the other.
    struct Search(double position) : IEntryVisitor
    {
        readonly long _lower = (long)Math.Floor(position);
        readonly double _part = position - Math.Floor(position);
        long _before;
        double _first;

        public double Result { get; private set; }

        public void Visit(ReadOnlySpan<byte> key, long count)
        {
            var value = OrderedKey.ToDouble(BinaryPrimitives.ReadInt64BigEndian(key));
            if (_lower >= _before && _lower < _before + count)
            {
                _first = value;
                Result = value;
            }
            if (_part > 0 && _lower + 1 >= _before && _lower + 1 < _before + count)
                Result = _first == value ? value : (_first * (1 - _part)) + (value * _part);
            _before += count;
        }
    }
}
