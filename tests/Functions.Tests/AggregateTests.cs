using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Functions.Tests.Support;

namespace SqlStream.Functions.Tests;

public sealed class AggregateTests
{
    [Theory]
    [InlineData("COUNT", 0L)]
    [InlineData("SUM", null)]
    [InlineData("AVG", null)]
    [InlineData("MIN", null)]
    [InlineData("MAX", null)]
    [InlineData("FIRST_VALUE", null)]
    [InlineData("LAST_VALUE", null)]
    [InlineData("VAR_POP", null)]
    [InlineData("STDDEV_SAMP", null)]
    public void Over_no_values_everything_is_null_but_the_count(string name, object? expected)
    {
        Assert.Equal(expected, AggregateRun.Of(name, SqlType.Int, []));
        Assert.Equal(expected, AggregateRun.Of(name, SqlType.Int, [null, null]));
        Assert.Equal(expected, AggregateRun.Of(name, SqlType.Int, [5, 5], [RowKind.Insert, RowKind.Delete]));
    }

    [Fact]
    public void Integer_sums_and_means_keep_their_type()
    {
        Assert.Equal(7, AggregateRun.Of("SUM", SqlType.Int, [3, null, 4]));
        Assert.Equal(3, AggregateRun.Of("AVG", SqlType.Int, [3, null, 4]));
        Assert.Equal(-3L, AggregateRun.Of("AVG", SqlType.BigInt, [-3L, -4L]));
        Assert.Equal((sbyte)-1, AggregateRun.Of("MIN", SqlType.TinyInt, [(sbyte)3, (sbyte)-1]));
    }

    [Fact]
    public void Integer_sum_that_does_not_fit_is_an_error_at_the_end_only()
    {
        var error = Assert.Throws<SqlException>(() => AggregateRun.Of("SUM", SqlType.Int, [int.MaxValue, 1]));
        Assert.Equal(SqlState.NumericValueOutOfRange, error.SqlState);
        Assert.Equal(int.MaxValue, AggregateRun.Of("SUM", SqlType.Int, [int.MaxValue, 1, -1]));
        Assert.Equal(long.MaxValue, AggregateRun.Of("AVG", SqlType.BigInt, [long.MaxValue, long.MaxValue]));
    }

    [Fact]
    public void Decimal_sum_has_38_digits_and_is_null_beyond()
    {
        var max = Int128.Parse(new string('9', 38));
        Assert.Equal((Int128)350, AggregateRun.Of("SUM", SqlType.Decimal(5, 2), [100L, 250L]));
        Assert.Null(AggregateRun.Of("SUM", SqlType.Decimal(38, 0), [max, max, max, max]));
        Assert.Equal(max, AggregateRun.Of("SUM", SqlType.Decimal(38, 0), [max, max, max, -max, -max]));
        Assert.Equal(max, AggregateRun.Of("AVG", SqlType.Decimal(38, 6), [max, max, max, max]));
        Assert.Equal(-max, AggregateRun.Of("AVG", SqlType.Decimal(38, 6), [-max, -max, -max]));
    }

    [Fact]
    public void Decimal_mean_has_six_digits_and_is_rounded_half_up()
    {
        Assert.Equal((Int128)1_666_667, AggregateRun.Of("AVG", SqlType.Decimal(5, 0), [1L, 2L, 2L]));
        Assert.Equal((Int128)(-1_666_667), AggregateRun.Of("AVG", SqlType.Decimal(5, 0), [-1L, -2L, -2L]));
    }

    [Fact]
    public void Extremes_of_strings_go_by_code_points()
    {
        object?[] values = ["b", "é", "Z", null, "a"];
        Assert.Equal("Z", AggregateRun.Of("MIN", SqlType.String, values));
        Assert.Equal("é", AggregateRun.Of("MAX", SqlType.String, values));
        Assert.Equal("", AggregateRun.Of("MIN", SqlType.String, ["", "a"]));
        Assert.Equal(true, AggregateRun.Of("MAX", SqlType.Boolean, [false, true, null]));
    }

    [Fact]
    public void Nan_is_the_greatest_number_with_and_without_retraction()
    {
        object?[] values = [1.0, double.NaN, -0.0, double.NegativeInfinity];
        RowKind[] inserts = [RowKind.Insert, RowKind.Insert, RowKind.Insert, RowKind.Insert];
        Assert.Equal(double.NaN, AggregateRun.Of("MAX", SqlType.Double, values));
        Assert.Equal(double.NegativeInfinity, AggregateRun.Of("MIN", SqlType.Double, values));
        Assert.Equal(double.NaN, AggregateRun.Of("MAX", SqlType.Double, values, inserts));
        Assert.Equal(double.NegativeInfinity, AggregateRun.Of("MIN", SqlType.Double, values, inserts));
    }

    [Theory]
    [InlineData("SUM")]
    [InlineData("AVG")]
    [InlineData("COUNT")]
    [InlineData("MIN")]
    [InlineData("MAX")]
    public void Retraction_takes_away_what_was_added(string name)
    {
        var random = new Random(11);
        var live = new List<long>();
        var values = new List<object?>();
        var kinds = new List<RowKind>();
        for (var i = 0; i < 3_000; i++)
        {
            if (live.Count > 0 && random.Next(3) == 0)
            {
                var at = random.Next(live.Count);
                values.Add(live[at]);
                kinds.Add(random.Next(2) == 0 ? RowKind.Delete : RowKind.UpdateBefore);
                live.RemoveAt(at);
            }
            else
            {
                live.Add(random.Next(-500, 500));
                values.Add(live[^1]);
                kinds.Add(random.Next(2) == 0 ? RowKind.Insert : RowKind.UpdateAfter);
            }
        }
        object expected = name switch
        {
            "SUM" => live.Sum(),
            "AVG" => live.Sum() / live.Count,
            "COUNT" => (long)live.Count,
            "MIN" => live.Min(),
            _ => live.Max(),
        };
        Assert.Equal(expected, AggregateRun.Of(name, SqlType.BigInt, [.. values], [.. kinds]));
    }

    [Fact]
    public void Groups_row_numbers_nulls_and_rows_of_no_group_are_told_apart()
    {
        var sum = (FixedAggregate)AggregateRun.Plan("SUM", SqlType.Int);
        var pool = new ColumnPool(poison: true);
        var column = AggregateRun.Build(SqlType.Int, [1, 2, null, 4, 5, 6], pool);
        var stride = sum.StateBytes + 8;
        var memory = new byte[stride * 2];
        // Entries: rows 5, 3, 2, 1, 0; the fourth belongs to no group, row 3 is taken away.
        int[] offsets = [0, stride, 0, -1, 0];
        RowKind[] kinds = [RowKind.Insert, RowKind.Insert, RowKind.Insert, RowKind.Delete, RowKind.Insert, RowKind.Insert];
        sum.Accumulate(new AccumulatorRows(memory, offsets, [5, 3, 2, 1, 0], kinds), 8, [column]);
        using var result = ColumnBuilder.Create(sum.ReturnType, pool);
        sum.Emit(memory, [0, stride], 8, result);
        var built = result.Build();
        Assert.Equal(7, PlanValue.Read(built, 0));
        Assert.Equal(-4, PlanValue.Read(built, 1));
        built.Release();
        column.Release();
        Assert.Equal(0, pool.Outstanding);
    }

    [Theory]
    [InlineData("SUM")]
    [InlineData("AVG")]
    [InlineData("COUNT")]
    [InlineData("MIN")]
    [InlineData("MAX")]
    [InlineData("VAR_POP")]
    [InlineData("STDDEV_SAMP")]
    public void Merged_accumulators_equal_one_over_all_rows(string name)
    {
        var random = new Random(12);
        var values = Enumerable.Range(0, 500).Select(_ => (object?)random.NextInt64(-1000, 1000)).ToArray();
        var aggregate = (FixedAggregate)AggregateRun.Plan(name, SqlType.BigInt);
        var pool = new ColumnPool();
        var memory = new byte[2 * aggregate.StateBytes];
        var offsets = Enumerable.Range(0, values.Length).Select(i => i % 3 == 0 ? 0 : aggregate.StateBytes).ToArray();
        aggregate.Accumulate(new AccumulatorRows(memory, offsets, [], []), 0, [AggregateRun.Build(SqlType.BigInt, values, pool)]);
        aggregate.Merge(memory.AsSpan(0, aggregate.StateBytes), memory.AsSpan(aggregate.StateBytes));
        var empty = new byte[aggregate.StateBytes];
        aggregate.Merge(memory.AsSpan(0, aggregate.StateBytes), empty);
        using var result = ColumnBuilder.Create(aggregate.ReturnType, pool);
        aggregate.Emit(memory, [0], 0, result);
        Assert.Equal(AggregateRun.Of(name, SqlType.BigInt, values), PlanValue.Read(result.Build(), 0));
    }

    [Fact]
    public void Merging_wide_sums_carries()
    {
        var max = Int128.Parse(new string('9', 38));
        var sum = (FixedAggregate)AggregateRun.Plan("SUM", SqlType.Decimal(38, 0));
        var pool = new ColumnPool();
        var memory = new byte[2 * sum.StateBytes];
        object?[] values = [max, max, max, -max, -max, -max, (Int128)5];
        int[] offsets = [0, 0, 0, sum.StateBytes, sum.StateBytes, sum.StateBytes, 0];
        sum.Accumulate(new AccumulatorRows(memory, offsets, [], []), 0, [AggregateRun.Build(SqlType.Decimal(38, 0), values, pool)]);
        sum.Merge(memory.AsSpan(0, sum.StateBytes), memory.AsSpan(sum.StateBytes));
        using var result = ColumnBuilder.Create(sum.ReturnType, pool);
        sum.Emit(memory, [0], 0, result);
        Assert.Equal((Int128)5, PlanValue.Read(result.Build(), 0));
    }

    [Theory]
    [InlineData("VAR_POP")]
    [InlineData("VAR_SAMP")]
    [InlineData("STDDEV_SAMP")]
    [InlineData("FIRST_VALUE")]
    [InlineData("LAST_VALUE")]
    public void Rows_that_are_taken_away_leave_no_trace(string name)
    {
        var random = new Random(13);
        var live = new List<long>();
        var values = new List<object?>();
        var kinds = new List<RowKind>();
        for (var i = 0; i < 2_000; i++)
        {
            if (live.Count > 0 && random.Next(3) == 0)
            {
                var gone = live[random.Next(live.Count)];
                values.Add(gone);
                kinds.Add(RowKind.Delete);
                live.Remove(gone);
            }
            else
            {
                live.Add((1L << 55) + random.Next(-50, 50));
                values.Add(live[^1]);
                kinds.Add(RowKind.Insert);
            }
        }
        var mean = live.Average(value => (decimal)value);
        var squares = live.Sum(value => ((decimal)value - mean) * ((decimal)value - mean));
        object expected = name switch
        {
            "VAR_POP" => (long)(squares / live.Count),
            "VAR_SAMP" => (long)(squares / (live.Count - 1)),
            "STDDEV_SAMP" => (long)Math.Sqrt((double)squares / (live.Count - 1)),
            "FIRST_VALUE" => live[0],
            _ => live[^1],
        };
        Assert.Equal(expected, AggregateRun.Of(name, SqlType.BigInt, [.. values], [.. kinds]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Long_lists_of_strings_are_kept_in_order(bool retracting)
    {
        var values = Enumerable.Range(0, 5_000).Select(i => (object?)(i % 7 == 0 ? null : $"v{i}")).ToArray();
        var kinds = retracting ? values.Select(_ => RowKind.Insert).ToArray() : null;
        Assert.Equal(string.Join(',', values.OfType<string>()), AggregateRun.Of("LISTAGG", SqlType.String, values, kinds));
    }

    [Fact]
    public void Percentile_counts_values_that_occur_often_and_lies_between_neighbours()
    {
        Assert.Equal(1.5, Percentile(0.5, [1L, 1L, 2L, 2L]));
        Assert.Equal(1.0, Percentile(0, [3L, 1L, 2L]));
        Assert.Equal(3.0, Percentile(1, [3L, 1L, 2L]));
        Assert.Equal(1.2, (double)Percentile(0.1, [1L, 2L, 3L])!, 12);
        Assert.Null(Percentile(0.5, [null]));
        Assert.Throws<SqlException>(() => Percentile(1.5, [1L]));
    }

    [Fact]
    public void Percentiles_come_in_the_order_of_their_percentages()
    {
        var list = SqlType.Array(SqlType.Decimal(3, 2));
        object? Of(object?[] percentages, params object?[] values) => Percentile(list, ValueList.Create(percentages), values);

        Assert.Equal(ValueList.Create<object?>([7.5, 2.5, 0.0]), Of([(long)75, (long)25, (long)0], 0L, 10L));
        Assert.Equal(ValueList.Create<object?>([]), Of([], 1L));
        Assert.Null(Of([(long)50], null, null));
        Assert.Equal(SqlState.InvalidParameterValue, Assert.Throws<SqlException>(() => Of([(long)50, (long)101], 1L)).SqlState);
        Assert.Equal(SqlState.InvalidParameterValue, Assert.Throws<SqlException>(() => Of([(long)50, null], 1L)).SqlState);
    }

    static object? Percentile(double percentage, object?[] values) => Percentile(SqlType.Double, percentage, values);

    static object? Percentile(SqlType type, object percentage, object?[] values)
    {
        Assert.True(BuiltinFunctions.Instance.TryGetAggregate("PERCENTILE", out var function));
        var call = (BlobAggregate)function.Plan(
            [new ArgumentInfo(SqlType.BigInt, false, null, default), new ArgumentInfo(type, true, percentage, default)], retracting: true)!;
        var pool = new ColumnPool();
        var column = AggregateRun.Build(SqlType.Double, values.Select(value => value is long number ? (object)(double)number : null), pool);
        var state = new DictionaryBlobState();
        for (var row = 0; row < values.Length; row++)
            call.Accumulate(state, [column], row, RowKind.Insert);
        using var result = ColumnBuilder.Create(call.ReturnType, pool);
        call.Emit(state, result);
        return PlanValue.Read(result.Build(), 0);
    }

    [Fact]
    public void State_layout_and_size_are_known_before_the_first_row()
    {
        foreach (var name in new[] { "SUM", "AVG", "MIN", "MAX", "COUNT" })
        {
            foreach (var type in new[] { SqlType.TinyInt, SqlType.BigInt, SqlType.Float, SqlType.Decimal(38, 2), SqlType.Decimal(9, 2) })
            {
                var call = Assert.IsAssignableFrom<FixedAggregate>(AggregateRun.Plan(name, type));
                Assert.True(call.StateBytes > 0 && call.StateBytes % 8 == 0, $"{name}({type})");
                Assert.NotEmpty(call.StateLayout);
            }
        }
    }
}
