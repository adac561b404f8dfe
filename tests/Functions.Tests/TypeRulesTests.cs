using SqlStream.Core.Types;

namespace SqlStream.Functions.Tests;

public sealed class TypeRulesTests
{
    [Theory]
    [InlineData(32, 8, 38, 8, 38, 6)]
    [InlineData(30, 20, 30, 20, 38, 8)]
    [InlineData(2, 1, 2, 1, 8, 6)]
    public void Quotients_keep_six_digits_after_the_point(int p1, int s1, int p2, int s2, int precision, int scale) =>
        Assert.Equal(new DecimalType(precision, scale), TypeRules.DivideType(new DecimalType(p1, s1), new DecimalType(p2, s2)));

    [Theory]
    [InlineData(4, 3, 19, 0, 23, 3)]
    [InlineData(30, 10, 30, 10, 38, 6)]
    [InlineData(38, 2, 38, 3, 38, 5)]
    public void Products_have_the_digits_of_both_factors(int p1, int s1, int p2, int s2, int precision, int scale) =>
        Assert.Equal(new DecimalType(precision, scale), TypeRules.MultiplyType(new DecimalType(p1, s1), new DecimalType(p2, s2)));

    [Theory]
    [InlineData(5, 2, 5, 2, 6, 2)]
    [InlineData(38, 8, 32, 8, 38, 7)]
    public void Sums_have_one_digit_more(int p1, int s1, int p2, int s2, int precision, int scale) =>
        Assert.Equal(new DecimalType(precision, scale), TypeRules.AddType(new DecimalType(p1, s1), new DecimalType(p2, s2)));

    [Fact]
    public void Common_type_of_integers_and_a_decimal_holds_both() =>
        Assert.Equal(SqlType.Decimal(21, 2), TypeRules.CommonType([SqlType.Int, SqlType.BigInt, SqlType.Decimal(2, 2)]));

    [Fact]
    public void Common_type_is_nullable_if_one_is() =>
        Assert.Equal(SqlType.BigInt, TypeRules.CommonType([SqlType.Int.WithNullability(false), SqlType.BigInt]));

    [Fact]
    public void Null_yields_to_the_other_type() =>
        Assert.Equal(SqlType.Int, TypeRules.CommonType([SqlType.Null, SqlType.Int.WithNullability(false)]));

    [Fact]
    public void Strings_of_different_lengths_have_a_varchar_in_common() =>
        Assert.Equal(SqlType.Varchar(5), TypeRules.CommonType([SqlType.Char(3), SqlType.Char(5)]));

    [Fact]
    public void Decimal_and_float_have_double_in_common() =>
        Assert.Equal(SqlType.Double, TypeRules.CommonType([SqlType.Float, SqlType.Decimal(10, 2)]));

    [Fact]
    public void Numbers_and_strings_have_nothing_in_common() =>
        Assert.Null(TypeRules.CommonType([SqlType.Int, SqlType.String]));

    [Fact]
    public void Narrowing_needs_a_cast()
    {
        Assert.False(TypeRules.CanCastImplicitly(SqlType.BigInt, SqlType.Int));
        Assert.True(TypeRules.CanCastImplicitly(SqlType.Int, SqlType.BigInt));
        Assert.False(TypeRules.CanCastImplicitly(SqlType.String, SqlType.Int));
    }

    [Theory]
    [InlineData(10, 2, 38, 2, 38, 6)]
    [InlineData(10, 8, 38, 8, 38, 8)]
    public void Aggregates_of_decimals_have_38_digits(int p, int s, int sumPrecision, int sumScale, int avgPrecision, int avgScale)
    {
        Assert.Equal(SqlType.Decimal(sumPrecision, sumScale), TypeRules.SumType(SqlType.Decimal(p, s)));
        Assert.Equal(SqlType.Decimal(avgPrecision, avgScale), TypeRules.AverageType(SqlType.Decimal(p, s)));
    }
}
