using System.Globalization;
using System.Numerics;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Tests.Support;

namespace SqlStream.Functions.Tests;

/// <summary>DECIMAL arithmetic against BigInteger, over random types and values.</summary>
public sealed class DecimalArithmeticTests
{
    [Theory]
    [InlineData("+")]
    [InlineData("-")]
    [InlineData("*")]
    [InlineData("/")]
    [InlineData("%")]
    public void Results_agree_with_exact_arithmetic_rounded_half_up(string op)
    {
        var random = new Random(20260304);
        for (var round = 0; round < 400; round++)
        {
            var left = RandomType(random);
            var right = RandomType(random);
            var call = Plan(op, left, right);
            var result = (DecimalType)call.ReturnType;
            var a = Enumerable.Range(0, 40).Select(_ => RandomValue(random, left)).ToArray();
            var b = Enumerable.Range(0, 40).Select(_ => RandomValue(random, right)).Select(value => op is "/" or "%" && value == 0 ? 1 : value).ToArray();
            var actual = Run(call, left, right, a, b);
            for (var i = 0; i < a.Length; i++)
            {
                var expected = Expected(op, a[i], left.Scale, b[i], right.Scale, result);
                Assert.True(expected == actual[i], $"{left} {op} {right} -> {result}: {a[i]} {op} {b[i]} gave {actual[i]}, not {expected}");
            }
        }
    }

    [Fact]
    public void Rescaling_agrees_with_exact_arithmetic()
    {
        var random = new Random(7);
        for (var round = 0; round < 400; round++)
        {
            var from = RandomType(random);
            var to = RandomType(random);
            var call = BuiltinFunctions.Instance.PlanCast(new ArgumentInfo(from, false, null, default), to, isTry: true)!;
            var values = Enumerable.Range(0, 40).Select(_ => RandomValue(random, from)).ToArray();
            var pool = new ColumnPool();
            var result = call.Kernel(new EvaluationContext(pool, values.Length, [], TestSession.Utc), [Build(from, values, pool)]);
            for (var i = 0; i < values.Length; i++)
            {
                var exact = values[i] * BigInteger.Pow(10, to.Scale);
                var expected = Limit(DivideHalfUp(exact, BigInteger.Pow(10, from.Scale)), to);
                Assert.Equal(expected, Read(result, i));
            }
        }
    }

    [Fact]
    public void Text_round_trips()
    {
        var random = new Random(8);
        for (var round = 0; round < 2000; round++)
        {
            var type = RandomType(random);
            var value = RandomValue(random, type);
            var text = value.ToString(CultureInfo.InvariantCulture).TrimStart('-').PadLeft(type.Scale + 1, '0');
            text = (value < 0 ? "-" : "") + (type.Scale == 0 ? text : text[..^type.Scale] + "." + text[^type.Scale..]);
            Assert.Equal(text, SqlExpression.Bind($"CAST('{text}' AS {type})", TestSession.Utc).AsConstants());
        }
    }

    static ScalarCall Plan(string op, SqlType left, SqlType right)
    {
        Assert.True(BuiltinFunctions.Instance.TryGetScalar(op, out var function));
        return function.Plan([new ArgumentInfo(left, false, null, default), new ArgumentInfo(right, false, null, default)])!;
    }

    static BigInteger?[] Run(ScalarCall call, SqlType left, SqlType right, BigInteger[] a, BigInteger[] b)
    {
        var pool = new ColumnPool(poison: true);
        var first = Build(left, a, pool);
        var second = Build(right, b, pool);
        var result = call.Kernel(new EvaluationContext(pool, a.Length, [], TestSession.Utc), [first, second]);
        var values = Enumerable.Range(0, a.Length).Select(i => Read(result, i)).ToArray();
        first.Release();
        second.Release();
        result.Release();
        Assert.Equal(0, pool.Outstanding);
        return values;
    }

    static Column Build(SqlType type, BigInteger[] values, ColumnPool pool)
    {
        using var builder = ColumnBuilder.Create(type, pool);
        foreach (var value in values)
        {
            if (type.Layout == ColumnLayout.Int64)
                ((FixedColumnBuilder<long>)builder).Append((long)value);
            else
                ((FixedColumnBuilder<Int128>)builder).Append((Int128)value);
        }
        return builder.Build();
    }

    static BigInteger? Read(Column column, int row) => PlanValue.Read(column, row) switch
    {
        null => null,
        long value => value,
        Int128 value => value,
        var other => throw new ArgumentException($"{other} is no DECIMAL"),
    };

    static BigInteger? Expected(string op, BigInteger a, int leftScale, BigInteger b, int rightScale, DecimalType result)
    {
        var scale = Math.Max(leftScale, rightScale);
        var left = a * BigInteger.Pow(10, scale - leftScale);
        var right = b * BigInteger.Pow(10, scale - rightScale);
        var (numerator, denominator) = op switch
        {
            "+" => (left + right, BigInteger.Pow(10, scale)),
            "-" => (left - right, BigInteger.Pow(10, scale)),
            "*" => (a * b, BigInteger.Pow(10, leftScale + rightScale)),
            "/" => (left, right),
            _ => (BigInteger.Remainder(left, right), BigInteger.Pow(10, scale)),
        };
        return Limit(DivideHalfUp(numerator * BigInteger.Pow(10, result.Scale), denominator), result);
    }

    static BigInteger? Limit(BigInteger value, DecimalType type) =>
        BigInteger.Abs(value) < BigInteger.Pow(10, type.Precision) ? value : null;

    static BigInteger DivideHalfUp(BigInteger numerator, BigInteger denominator)
    {
        var sign = numerator.Sign * denominator.Sign;
        var (quotient, remainder) = BigInteger.DivRem(BigInteger.Abs(numerator), BigInteger.Abs(denominator));
        return sign * (remainder * 2 >= BigInteger.Abs(denominator) ? quotient + 1 : quotient);
    }

    static DecimalType RandomType(Random random)
    {
        var precision = random.Next(3) == 0 ? 38 : random.Next(1, 39);
        return new DecimalType(precision, random.Next(precision + 1));
    }

    static BigInteger RandomValue(Random random, DecimalType type)
    {
        var digits = random.Next(type.Precision + 1);
        var limit = BigInteger.Pow(10, digits);
        BigInteger value = 0;
        for (var i = 0; i < digits; i++)
            value = (value * 10) + random.Next(10);
        if (random.Next(10) == 0)
            value = limit - 1;
        return random.Next(2) == 0 ? value : -value;
    }
}
