using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Tests;

/// <summary>What every format owes: what it wrote it reads back, whatever the type; rows cut off anywhere are errors,
/// not exceptions; what it cannot hold it says before the job starts.</summary>
public abstract class FormatContract
{
    static readonly SqlType[] _scalars =
    [
        SqlType.Boolean, SqlType.TinyInt, SqlType.SmallInt, SqlType.Int, SqlType.BigInt, SqlType.Float, SqlType.Double,
        SqlType.Decimal(9, 3), SqlType.Decimal(18, 18), SqlType.Decimal(38, 10), SqlType.Decimal(38, 38),
            SqlType.String, SqlType.Char(3), SqlType.Bytes,
        SqlType.Date, SqlType.Time(3), SqlType.Time(0), SqlType.Timestamp(0), SqlType.Timestamp(3),
            SqlType.Timestamp(6), SqlType.TimestampLtz(3), SqlType.TimestampLtz(6), SqlType.Timestamp(9), SqlType.TimestampLtz(7),
            SqlType.IntervalYearMonth, SqlType.IntervalDaySecond,
    ];

    SqlType[] _types => [.. _scalars, .. NestedTypes];

    /// <summary>The nested types that are tried.</summary>
    protected abstract SqlType[] NestedTypes { get; }

    /// <summary>Types that it refuses.</summary>
    protected abstract SqlType[] RefusedTypes { get; }

    protected abstract string Name { get; }

    /// <summary>Options under which NULL and all values are told apart.</summary>
    protected virtual (string, string)[] Options => [];

    [Fact]
    public void What_was_written_is_read_back()
    {
        var table = Table.Of(new Schema([.. _types.Select((type, i) => new Field($"c{i} \"é,", type))]), Options);
        var random = new Random(7);
        var pool = new ColumnPool(poison: true);
        for (var round = 0; round < 20; round++)
        {
            var batch = Decoding.Batch(table, pool,
                [.. Enumerable.Range(0, 50).Select(_ => _types.Select(type => Value(type, random)).ToArray())]);

            var text = Decoding.Encode(Name, table, batch);

            Assert.Equal(string.Join("\n", Rows.Text(batch)), Decoding.Decode(Name, table, text));
            batch.Release();
        }
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void Rows_cut_off_or_damaged_anywhere_never_throw()
    {
        var table = Table.Of(new Schema([.. _types.Select((type, i) => new Field($"c{i}", type))]), Options);
        var random = new Random(8);
        var pool = new ColumnPool();
        var batch = Decoding.Batch(
            table, pool, [.. Enumerable.Range(0, 2).Select(_ => _types.Select(type => Value(type, random)).ToArray())]);
        var bytes = Encoding.UTF8.GetBytes(Decoding.Encode(Name, table, batch));
        batch.Release();
        for (var length = 0; length <= bytes.Length; length++)
            Decoding.Decode(Name, table, bytes.AsSpan(0, length));
        for (var i = 0; i < 3000; i++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            Decoding.Decode(Name, table, damaged);
        }
    }

    [Fact]
    public void Types_that_it_cannot_hold_are_refused_by_name()
    {
        foreach (var type in RefusedTypes.Append(SqlType.Null))
        {
            var table = Table.Of(Table.Columns(("ok", SqlType.Int), ("c", type)), Options);
            foreach (var action in new Action[] { () => Table.Format(Name).CreateDecoder(table, [0]), () =>
                Table.Format(Name).CreateEncoder(table) })
            {
                var error = Assert.Throws<SqlException>(action);
                Assert.Equal(SqlState.FeatureNotSupported, error.SqlState);
                Assert.Equal($"format '{Name}' cannot hold column \"c\" of type {type.Name}", error.Message);
            }
        }
    }

    static object? Value(SqlType type, Random random)
    {
        if (random.Next(8) == 0)
            return null;
        var bits = random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
        return type switch
        {
            RowType row => (ValueList<object?>)[.. row.Fields.Select(field => Value(field.Type, random))],
            CollectionType { Kind: SqlTypeKind.Array } array =>
                (ValueList<object?>)[.. Enumerable.Range(0, random.Next(4)).Select(_ => Value(array.Element, random))],
            CollectionType or MapType => Entries(MapColumn.EntryTypes(type), random),
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

    static ValueList<PlanEntry> Entries((SqlType Key, SqlType Value) types, Random random)
    {
        var keys = Enumerable.Range(0, random.Next(4)).Select(_ => Value(types.Key.WithNullability(false), random)).OfType<string>().Distinct();
        return [.. keys.Select(key => new PlanEntry(key, types.Value.IsNullable ? Value(types.Value, random) : 1 + random.Next(5)))];
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

/// <summary>JSON holds everything but maps whose keys are no strings.</summary>
public abstract class JsonFormatContract : FormatContract
{
    protected override SqlType[] NestedTypes =>
    [
        SqlType.Array(SqlType.String), SqlType.Array(SqlType.Array(SqlType.Decimal(10, 2))), SqlType.Map(SqlType.String, SqlType.Timestamp(9)),
        SqlType.Multiset(SqlType.String), SqlType.Row(new Field("a", SqlType.Int), new Field("b \"", SqlType.Row(new Field("a", SqlType.Bytes)))),
        SqlType.Map(SqlType.String, SqlType.Array(SqlType.Row(new Field("x", SqlType.Boolean), new Field("y", SqlType.Map(SqlType.String, SqlType.Double))))),
    ];

    protected override SqlType[] RefusedTypes =>
    [
        SqlType.Map(SqlType.Int, SqlType.Int), SqlType.Multiset(SqlType.Int), SqlType.Array(SqlType.Map(SqlType.Date, SqlType.Int)),
    ];
}

public sealed class JsonContract : JsonFormatContract
{
    protected override string Name => "json";
}

public sealed class JsonIsoContract : JsonFormatContract
{
    protected override string Name => "json";

    protected override (string, string)[] Options =>
        [("json.timestamp-format.standard", "ISO-8601"), ("json.encode.ignore-null-fields", "true")];
}

public sealed class ChangelogJsonContract : JsonFormatContract
{
    protected override string Name => "changelog-json";
}

/// <summary>CSV holds arrays and rows of plain values.</summary>
public abstract class CsvFormatContract : FormatContract
{
    protected override SqlType[] NestedTypes =>
    [
        SqlType.Array(SqlType.Int), SqlType.Array(SqlType.Timestamp(3)), SqlType.Row(new Field("a", SqlType.Int), new Field("b", SqlType.Boolean)),
    ];

    protected override SqlType[] RefusedTypes =>
    [
        SqlType.Map(SqlType.String, SqlType.Int), SqlType.Multiset(SqlType.String), SqlType.Array(SqlType.Array(SqlType.Int)),
        SqlType.Row(new Field("a", SqlType.Array(SqlType.Int))),
    ];
}

public sealed class CsvContract : CsvFormatContract
{
    protected override string Name => "csv";

    protected override (string, string)[] Options => [("csv.null-literal", "null")];
}

public sealed class CsvEscapeContract : CsvFormatContract
{
    protected override string Name => "csv";

    protected override (string, string)[] Options => [("csv.null-literal", "\\N"), ("csv.escape-character", "\\"),
        ("csv.field-delimiter", "1"), ("csv.quote-character", "'"), ("csv.array-element-delimiter", "~|")];
}
