using SqlStream.Core.Columns;
using SqlStream.Core.Types;
using SqlStream.State.Codec;

namespace SqlStream.State.Tests.Codec;

/// <summary>Encoded keys come back as they were, and their bytes are in the order of the values, NULL first.</summary>
public sealed class KeyEncoderTests
{
    readonly ColumnPool _pool = new(poison: true);

    public static TheoryData<string, object?[]> Ascending => new()
    {
        { "boolean", [null, false, true] },
        { "tinyint", [null, sbyte.MinValue, (sbyte)-1, (sbyte)0, (sbyte)1, sbyte.MaxValue] },
        { "smallint", [null, short.MinValue, (short)-1, (short)0, (short)1, (short)256, short.MaxValue] },
        { "int", [null, int.MinValue, -65536, -1, 0, 1, 255, 256, int.MaxValue] },
        { "bigint", [null, long.MinValue, -1L, 0L, 1L, 1L << 32, long.MaxValue] },
        { "float", [null, float.NegativeInfinity, float.MinValue, -1f, -float.Epsilon, 0f, float.Epsilon, 1.5f, float.MaxValue, float.PositiveInfinity, float.NaN] },
        { "double", [null, double.NegativeInfinity, double.MinValue, -1d, -double.Epsilon, 0d, double.Epsilon, 1.5, double.MaxValue, double.PositiveInfinity, double.NaN] },
        { "string", [null, "", "\0", "\0\0", "\0a", "\u0001", "a", "a\0", "a\0b", "aa", "b", "\u00e4", "\U0001F600"] },
        { "decimal", [null, Int128.MinValue, (Int128)(-1), (Int128)0, (Int128)1, (Int128)long.MaxValue + 1, Int128.MaxValue] },
    };

    [Theory]
    [MemberData(nameof(Ascending))]
    public void Bytes_are_in_the_order_of_the_values(string type, object?[] values)
    {
        var keys = Encode(type, values, values);
        for (var i = 1; i < values.Length; i++)
            Assert.True(keys[i - 1].AsSpan().SequenceCompareTo(keys[i]) < 0, $"{values[i - 1]} is not before {values[i]}");
    }

    [Theory]
    [MemberData(nameof(Ascending))]
    public void Values_come_back(string type, object?[] values)
    {
        var other = values.Reverse().ToArray();
        var keys = Encode(type, values, other);
        using var first = ColumnBuilder.Create(TypeOf(type), _pool);
        using var second = ColumnBuilder.Create(TypeOf(type), _pool);
        foreach (var key in keys)
            KeyEncoder.Decode(key, [first, second]);
        var columns = new[] { first.Build(), second.Build() };
        for (var i = 0; i < values.Length; i++)
            Assert.Equal((values[i], other[i]), (PlanValue.Read(columns[0], i), PlanValue.Read(columns[1], i)));
        foreach (var column in columns)
            column.Release();
    }

    [Theory]
    [MemberData(nameof(Ascending))]
    public void The_first_column_decides_before_the_second(string type, object?[] values)
    {
        var keys = Encode(type, values, [.. values.Reverse()]);
        for (var i = 1; i < values.Length; i++)
            Assert.True(keys[i - 1].AsSpan().SequenceCompareTo(keys[i]) < 0);
    }

    [Fact]
    public void Zero_has_one_encoding_and_so_has_NaN()
    {
        var negativeNaN = BitConverter.Int64BitsToDouble(unchecked((long)0xFFF8_0000_0000_0001));
        var keys = Encode("double", [0.0, -0.0, double.NaN, negativeNaN], [0.0, 0.0, 0.0, 0.0]);
        Assert.Equal(keys[0], keys[1]);
        Assert.Equal(keys[2], keys[3]);
    }

    [Fact]
    public void Keys_that_are_concatenated_alike_stay_apart()
    {
        var keys = Encode("string", ["a", "ab", "", "\0"], ["bc", "c", "\0", ""]);
        Assert.Equal(4, keys.Select(Convert.ToHexString).Distinct().Count());
    }

    [Fact]
    public void Numbers_without_NULL_are_encoded_as_they_are_among_others()
    {
        // One BIGINT column without NULL takes another path.
        var quick = Encode("bigint", [5L, -5L]);
        var slow = Encode("bigint", [5L, -5L, null]);
        Assert.Equal(slow[..2], quick);
    }

    List<byte[]> Encode(string type, params object?[][] columns)
    {
        var built = columns.Select(values => Build(type, values)).ToArray();
        var keys = new KeyBatch();
        keys.Encode(built, columns[0].Length, []);
        var result = new List<byte[]>();
        for (var i = 0; i < keys.Count; i++)
            result.Add(keys[i].ToArray());
        foreach (var column in built)
            column.Release();
        Assert.Equal(0, _pool.Outstanding);
        return result;
    }

    Column Build(string type, object?[] values)
    {
        using var builder = ColumnBuilder.Create(TypeOf(type), _pool);
        foreach (var value in values)
            PlanValue.Append(builder, value);
        return builder.Build();
    }

    static SqlType TypeOf(string name) => name switch
    {
        "boolean" => SqlType.Boolean,
        "tinyint" => SqlType.TinyInt,
        "smallint" => SqlType.SmallInt,
        "int" => SqlType.Int,
        "bigint" => SqlType.BigInt,
        "float" => SqlType.Float,
        "double" => SqlType.Double,
        "string" => SqlType.String,
        _ => SqlType.Decimal(38, 0),
    };
}
