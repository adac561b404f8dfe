using System.Globalization;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;
using SqlStream.Functions.Scalar.Time;
using SqlStream.Functions.Tests.Support;
using Calendar = SqlStream.Functions.Kernels.Calendar;

namespace SqlStream.Functions.Tests;

public sealed class KernelTests
{
    [Fact]
    public void Inactive_lanes_raise_nothing_and_active_ones_do()
    {
        var pool = new ColumnPool(poison: true);
        var left = AggregateRun.Build(SqlType.Int, [1, 2, 3], pool);
        var right = AggregateRun.Build(SqlType.Int, [1, 0, 1], pool);
        var divide = Plan("/", SqlType.Int, SqlType.Int);
        var result = divide.Kernel(new EvaluationContext(pool, 3, [0b101], TestSession.Utc), [left, right]);
        Assert.Equal(1, PlanValue.Read(result, 0));
        Assert.Equal(3, PlanValue.Read(result, 2));
        result.Release();
        var error = Assert.Throws<SqlException>(() => divide.Kernel(new EvaluationContext(pool, 3, [0b010], TestSession.Utc), [left, right]));
        Assert.Equal(SqlState.DivisionByZero, error.SqlState);
        left.Release();
        right.Release();
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void Constants_give_a_constant_column_of_all_rows()
    {
        var pool = new ColumnPool();
        var one = ColumnFactory.Constant(SqlType.Int, 1, 5000, pool);
        var result = Plan("+", SqlType.Int, SqlType.Int).Kernel(new EvaluationContext(pool, 5000, [], TestSession.Utc), [one, one]);
        Assert.True(result.IsConstant);
        Assert.Equal(5000, result.Length);
        Assert.Equal(2, PlanValue.Read(result, 4999));
    }

    [Theory]
    [InlineData("UPPER")]
    [InlineData("CHAR_LENGTH")]
    [InlineData("MD5")]
    public void No_rows_give_no_rows(string name)
    {
        var pool = new ColumnPool();
        var empty = AggregateRun.Build(SqlType.String, [], pool);
        var result = Plan(name, SqlType.String).Kernel(new EvaluationContext(pool, 0, [], TestSession.Utc), [empty]);
        Assert.Equal(0, result.Length);
    }

    [Fact]
    public void Patterns_may_differ_by_row()
    {
        var pool = new ColumnPool();
        var call = Plan("LIKE", SqlType.String, SqlType.String);
        var text = AggregateRun.Build(SqlType.String, ["abc", "abc", "abc", null], pool);
        var pattern = AggregateRun.Build(SqlType.String, ["a%", "%b", null, "a%"], pool);
        var result = call.Kernel(new EvaluationContext(pool, 4, [], TestSession.Utc), [text, pattern]);
        Assert.Equal([true, false, null, null], Enumerable.Range(0, 4).Select(row => PlanValue.Read(result, row)));
        var format = Plan("DATE_FORMAT", SqlType.Timestamp(3), SqlType.String);
        var times = AggregateRun.Build(SqlType.Timestamp(3), [0L, 0L], pool);
        var formats = AggregateRun.Build(SqlType.String, ["yyyy", "HH:mm"], pool);
        var formatted = format.Kernel(new EvaluationContext(pool, 2, [], TestSession.Utc), [times, formats]);
        Assert.Equal(["1970", "00:00"], Enumerable.Range(0, 2).Select(row => PlanValue.Read(formatted, row)));
    }

    [Fact]
    public void Calendar_agrees_with_dotnet_on_every_day()
    {
        for (var days = Calendar.DaysMin; days <= Calendar.DaysMax; days += 7)
        {
            var expected = DateTime.UnixEpoch.AddDays(days);
            Assert.Equal((expected.Year, expected.Month, expected.Day), Calendar.Date(days));
            Assert.Equal(days, Calendar.Days(expected.Year, expected.Month, expected.Day));
            Assert.Equal(expected.DayOfYear, Calendar.DayOfYear(days));
            Assert.Equal(expected.DayOfWeek, (DayOfWeek)(Calendar.IsoDayOfWeek(days) % 7));
            Assert.Equal(ISOWeek.GetWeekOfYear(expected), Calendar.IsoWeek(days).Week);
            if (days > Calendar.DaysMin + 7)
                Assert.Equal(ISOWeek.GetYear(expected), Calendar.IsoWeek(days).Year);
        }
    }

    [Fact]
    public void Doubles_print_so_that_they_read_back()
    {
        var random = new Random(5);
        Span<byte> text = stackalloc byte[NumberText.BytesMax];
        for (var i = 0; i < 100_000; i++)
        {
            var value = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            if (!double.IsFinite(value))
                continue;
            var length = NumberText.WriteDouble(value, text);
            Assert.Equal(value, double.Parse(text[..length], CultureInfo.InvariantCulture));
            Assert.Contains((byte)'.', text[..length].ToArray());
        }
    }

    [Fact]
    public void Written_times_are_read_again_by_the_same_pattern()
    {
        var random = new Random(6);
        var pattern = DatePattern.Parse("EEE, dd MMMM yyyy hh:mm:ss.SSSSSS a", default);
        var target = new byte[pattern.BytesMax];
        for (var i = 0; i < 10_000; i++)
        {
            var micros = random.NextInt64(Calendar.MicrosMin, Calendar.MicrosMax);
            var length = pattern.Write(micros, target);
            Assert.True(pattern.TryRead(target.AsSpan(0, length), out var read));
            Assert.Equal(micros, read.Local);
        }
    }

    [Fact]
    public void Truncated_text_never_throws()
    {
        var texts = new[] { "2026-01-02 03:04:05.678+01:00", "-12345.678e-9", "true", "éé" };
        SqlType[] types =
        [
            SqlType.Int, SqlType.Double, SqlType.Decimal(10, 2), SqlType.Boolean, SqlType.Date, SqlType.Time(3), SqlType.Timestamp(3),
            SqlType.TimestampLtz(3), SqlType.Char(3), SqlType.Bytes,
        ];
        var pool = new ColumnPool(poison: true);
        foreach (var type in types)
        {
            var cast = BuiltinFunctions.Instance.PlanCast(new ArgumentInfo(SqlType.String, false, null, default), type, isTry: true)!;
            foreach (var text in texts)
            {
                var column = AggregateRun.Build(SqlType.String, Enumerable.Range(0, text.Length + 1).Select(length => (object?)text[..length]), pool);
                cast.Kernel(new EvaluationContext(pool, text.Length + 1, [], TestSession.Utc), [column]).Release();
                column.Release();
            }
        }
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void Every_function_has_a_signature_and_lists_only_words_as_names()
    {
        Assert.All(BuiltinFunctions.Instance.Scalars, function => Assert.Contains("->", function.Signature, StringComparison.Ordinal));
        Assert.All(BuiltinFunctions.Instance.Names, name => Assert.Matches("^[A-Z][A-Z0-9_]*$", name));
        Assert.Contains("COUNT", BuiltinFunctions.Instance.Names);
        Assert.True(BuiltinFunctions.Instance.TryGetScalar("upper", out _));
    }

    static ScalarCall Plan(string name, params SqlType[] types)
    {
        Assert.True(BuiltinFunctions.Instance.TryGetScalar(name, out var function));
        return function.Plan([.. types.Select(type => new ArgumentInfo(type, false, null, default))])!;
    }
}
