using SqlStream.Core.Columns;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Tests;

/// <summary>Random values of every type.</summary>
static class RandomValues
{
    /// <summary>A type of every kind that is not nested, and of every layout.</summary>
    public static SqlType[] Scalars { get; } =
    [
        SqlType.Boolean, SqlType.TinyInt, SqlType.SmallInt, SqlType.Int, SqlType.BigInt, SqlType.Float, SqlType.Double,
        SqlType.Decimal(9, 3), SqlType.Decimal(18, 18), SqlType.Decimal(38, 10), SqlType.Decimal(38, 38),
            SqlType.String, SqlType.Char(3), SqlType.Bytes,
        SqlType.Date, SqlType.Time(3), SqlType.Time(0), SqlType.Timestamp(0), SqlType.Timestamp(3),
            SqlType.Timestamp(6), SqlType.TimestampLtz(3), SqlType.TimestampLtz(6), SqlType.Timestamp(9), SqlType.TimestampLtz(7),
            SqlType.IntervalYearMonth, SqlType.IntervalDaySecond,
    ];

    /// <summary>A plan value; NULL now and then where the type allows it.</summary>
    public static object? Of(SqlType type, Random random)
    {
        if (type.IsNullable && random.Next(8) == 0)
            return null;
        var bits = random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
        return type switch
        {
            RowType row => (ValueList<object?>)[.. row.Fields.Select(field => Of(field.Type, random))],
            CollectionType { Kind: SqlTypeKind.Array } array =>
                (ValueList<object?>)[.. Enumerable.Range(0, random.Next(4)).Select(_ => Of(array.Element, random))],
            CollectionType or MapType => Entries(type, random),
            TemporalType { IsNanos: true } time =>
                (random.NextInt64(-62_135_596_800, 253_402_300_799) * (Int128)1_000_000_000)
                + (random.Next(1_000_000_000) / Power(9 - time.Precision) * Power(9 - time.Precision)),
            { Kind: SqlTypeKind.IntervalYearMonth } => (int)bits,
            { Kind: SqlTypeKind.IntervalDaySecond } => bits / 1000 * 1000,
            DecimalType { Layout: ColumnLayout.Int64 } compact => bits % Power(compact.Precision),
            DecimalType wide => (Int128)bits * random.NextInt64() % Power2(wide.Precision),
            TemporalType { Kind: SqlTypeKind.Time } time =>
                random.Next(86_400_000) / (time.Precision == 0 ? 1000 : 1) * (time.Precision == 0 ? 1000 : 1),
            TemporalType time => random.NextInt64(-62_135_596_800, 253_402_300_799) * 1_000_000 + (
                random.Next(1_000_000) / Power(6 - time.Precision) * Power(6 - time.Precision)),
            StringType when type.IsBinary =>
                ValueList.Create<byte>([.. Enumerable.Range(0, random.Next(20)).Select(_ => (byte)random.Next(256))]),
            StringType => Text(random),
            _ => type.Kind switch
            {
                SqlTypeKind.Boolean => (bits & 1) != 0,
                SqlTypeKind.TinyInt => (sbyte)bits,
                SqlTypeKind.SmallInt => (short)bits,
                SqlTypeKind.Int => (int)bits,
                SqlTypeKind.BigInt => bits,
                SqlTypeKind.Float => random.Next(10) == 0 ? float.NegativeInfinity
                    : BitConverter.Int32BitsToSingle((int)bits & ~0x40000000),
                SqlTypeKind.Double =>
                    random.Next(10) == 0 ? double.NaN : BitConverter.Int64BitsToDouble(bits & ~(1L << 62)),
                _ => random.Next(-719_162, 2_932_897),
            },
        };
    }

    static ValueList<PlanEntry> Entries(SqlType type, Random random)
    {
        var types = MapColumn.EntryTypes(type);
        var keys = Enumerable.Range(0, random.Next(4)).Select(_ => Of(types.Key.WithNullability(false), random)).Distinct();
        return [.. keys.Select(key => new PlanEntry(key, type is MapType ? Of(types.Value, random) : 1 + random.Next(5)))];
    }

    static string Text(Random random)
    {
        string[] pieces = ["a", "é", "€", "😀", ",", "\"", "'", "\\", "\n", "\r", "\t", "\u0001", " ", "#", "null",
            "\\N", "{", "}", ";", "1"];
        return string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => pieces[random.Next(pieces.Length)]));
    }

    static long Power(int exponent) => (long)Power2(exponent);

    static Int128 Power2(int exponent) => exponent == 0 ? 1 : 10 * Power2(exponent - 1);
}
