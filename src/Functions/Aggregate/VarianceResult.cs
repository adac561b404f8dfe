using System.Numerics;
using SqlStream.Core.Columns;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Aggregate;

/// <summary>Appends a variance or its root in the type of the result.</summary>
static class VarianceResult
{
    /// <summary>Appends a number; NULL where a DECIMAL has no room for it, an error where an integer has none.</summary>
    public static void Append(ColumnBuilder builder, SqlType type, double value)
    {
        switch (builder)
        {
            case FixedColumnBuilder<double> doubles: doubles.Append(value); break;
            case FixedColumnBuilder<float> floats: floats.Append((float)value); break;
            case FixedColumnBuilder<Int128> decimals: AppendDecimal(decimals, value * Math.Pow(10, ((DecimalType)type).Scale)); break;
            default: AppendInteger(builder, type, double.IsFinite(value) ? new BigInteger(Math.Truncate(value)) : BigInteger.Pow(2, 100)); break;
        }
    }

    /// <summary>Appends the quotient of two integers, exactly.</summary>
    public static void Append(ColumnBuilder builder, SqlType type, BigInteger numerator, BigInteger denominator)
    {
        if (builder is not FixedColumnBuilder<Int128> decimals)
        {
            AppendInteger(builder, type, numerator / denominator);
            return;
        }
        var (quotient, remainder) = BigInteger.DivRem(numerator * BigInteger.Pow(10, ((DecimalType)type).Scale), denominator);
        if (remainder * 2 >= denominator)
            quotient++;
        if (quotient < (BigInteger)Decimals.PowerOfTen(DecimalType.PrecisionMax))
            decimals.Append((Int128)quotient);
        else
            decimals.AppendNull();
    }

    static void AppendDecimal(FixedColumnBuilder<Int128> builder, double scaled)
    {
        var rounded = Math.Round(scaled, MidpointRounding.AwayFromZero);
        if (Math.Abs(rounded) < 1e38)
            builder.Append((Int128)rounded);
        else
            builder.AppendNull();
    }

    static void AppendInteger(ColumnBuilder builder, SqlType type, BigInteger value)
    {
        var fits = builder switch
        {
            FixedColumnBuilder<long> => value <= long.MaxValue,
            FixedColumnBuilder<int> => value <= int.MaxValue,
            FixedColumnBuilder<short> => value <= short.MaxValue,
            _ => value <= sbyte.MaxValue,
        };
        if (!fits)
            throw FunctionErrors.OutOfRange(type);
        switch (builder)
        {
            case FixedColumnBuilder<long> longs: longs.Append((long)value); break;
            case FixedColumnBuilder<int> ints: ints.Append((int)value); break;
            case FixedColumnBuilder<short> shorts: shorts.Append((short)value); break;
            default: ((FixedColumnBuilder<sbyte>)builder).Append((sbyte)value); break;
        }
    }
}
