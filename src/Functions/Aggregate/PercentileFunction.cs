using System.Buffers.Binary;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Functions.Casts;

namespace SqlStream.Functions.Aggregate;

/// <summary>PERCENTILE(number, percentage [, frequency]): the value below which that part of the values lies, a constant from 0 to 1,
/// interpolated between neighbours; DOUBLE, or an ARRAY of them for an array of percentages. A row counts as often as its frequency says,
/// not at all where that is NULL or not positive. NULL values are passed over; NULL over no values.</summary>
sealed class PercentileFunction : AggregateFunction
{
    static readonly SqlType s_list = SqlType.Array(SqlType.Double);

    public override string Name => "PERCENTILE";

    public override string Signature =>
        "PERCENTILE(number, percentage [, frequency]) -> DOUBLE\nPERCENTILE(number, array of percentages [, frequency]) -> ARRAY<DOUBLE>";

    public override AggregateCall? Plan(ReadOnlySpan<ArgumentInfo> arguments, bool retracting)
    {
        if (arguments.Length is not (2 or 3))
            return null;
        if (Scalar.Parameters.Match(Scalar.Parameter.Double, arguments[0].Type) is not { } value || Percentages(arguments[1].Type) is not { } percentages)
            return null;
        SqlType[] types = [value, percentages];
        if (arguments.Length == 3)
        {
            if (Scalar.Parameters.Match(Scalar.Parameter.BigInt, arguments[2].Type) is not { } frequency)
                return null;
            types = [value, percentages, frequency];
        }
        var isList = percentages.IsNested;
        return new Percentile(Constants(arguments[1], percentages), isList)
        {
            ParameterTypes = types,
            ReturnType = isList ? s_list : SqlType.Double,
            StateLayout = "multiset DOUBLE",
        };
    }

    static SqlType? Percentages(SqlType type) => type is CollectionType { Kind: SqlTypeKind.Array } array
        ? Scalar.Parameters.Match(Scalar.Parameter.Double, array.Element) is null ? null : s_list
        : Scalar.Parameters.Match(Scalar.Parameter.Double, type);

    double[] Constants(ArgumentInfo argument, SqlType type)
    {
        if (!argument.IsConstant || argument.Value is null)
            throw FunctionErrors.ArgumentNotConstant(argument.Span, "percentage", Name);
        var pool = new ColumnPool();
        var column = ColumnFactory.Constant(argument.Type, argument.Value, 1, pool);
        var cast = CastPlanner.Plan(argument.Type, type, isTry: false)!;
        var session = new SessionContext(TimeZoneInfo.Utc, TimeProvider.System, new Random(0));
        var value = PlanValue.Read(cast.Kernel(new EvaluationContext(pool, 1, [], session), [column]), 0)!;
        var percentages = value is ValueList<object?> list ? list.Select(one => one as double?) : [(double)value];
        return [.. percentages.Select(one => one switch
        {
            null => throw FunctionErrors.ArgumentNotConstant(argument.Span, "percentage", Name),
            >= 0 and <= 1 => one.Value,
            _ => throw FunctionErrors.PercentageOutOfRange(argument.Span),
        })];
    }

    sealed class Percentile(double[] percentages, bool isList) : BlobAggregate
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
            var search = new Search(percentages, total.Count);
            OrderedMultiset.Visit(state, ref search);
            var numbers = (FixedColumnBuilder<double>)(isList ? ((ListColumnBuilder)result).Elements : result);
            foreach (var number in search.Results)
                numbers.Append(number);
            if (isList)
                ((ListColumnBuilder)result).EndList();
        }
    }

    struct Total : IEntryVisitor
    {
        public long Count { get; private set; }

        public void Visit(ReadOnlySpan<byte> key, long count) => Count += count;
    }

    // Positions count from 0; between two values the result lies on the line from one to the other.
    struct Search(double[] percentages, long total) : IEntryVisitor
    {
        readonly double[] _lower = new double[percentages.Length];
        long _before;

        public double[] Results { get; } = new double[percentages.Length];

        public void Visit(ReadOnlySpan<byte> key, long count)
        {
            var value = OrderedKey.ToDouble(BinaryPrimitives.ReadInt64BigEndian(key));
            for (var i = 0; i < percentages.Length; i++)
            {
                var position = percentages[i] * (total - 1);
                var lower = (long)Math.Floor(position);
                var part = position - lower;
                if (lower >= _before && lower < _before + count)
                    Results[i] = _lower[i] = value;
                if (part > 0 && lower + 1 >= _before && lower + 1 < _before + count)
                    Results[i] = _lower[i] == value ? value : (_lower[i] * (1 - part)) + (value * part);
            }
            _before += count;
        }
    }
}
