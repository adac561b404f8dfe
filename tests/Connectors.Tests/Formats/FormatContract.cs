using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Tests;

/// <summary>What every format owes: what it wrote it reads back, whatever the type; rows cut off anywhere are errors,
/// not exceptions; what it cannot hold it says before the job starts.</summary>
public abstract class FormatContract
{
    static readonly bool s_isLong = Environment.GetEnvironmentVariable("SQLSTREAM_LONG") == "1";

    SqlType[] _types => [.. RandomValues.Scalars, .. NestedTypes];

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
                [.. Enumerable.Range(0, 50).Select(_ => _types.Select(type => RandomValues.Of(type, random)).ToArray())]);

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
            table, pool, [.. Enumerable.Range(0, 2).Select(_ => _types.Select(type => RandomValues.Of(type, random)).ToArray())]);
        var bytes = Encoding.UTF8.GetBytes(Decoding.Encode(Name, table, batch));
        batch.Release();
        for (var length = 0; length <= bytes.Length; length++)
            Decoding.Decode(Name, table, bytes.AsSpan(0, length));
        for (var i = 0; i < (s_isLong ? 30_000 : 1000); i++)
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
            foreach (var action in new Action[] { () => Table.FileFormat(Name).CreateDecoder(table, [0]), () =>
                Table.FileFormat(Name).CreateEncoder(table) })
            {
                var error = Assert.Throws<SqlException>(action);
                Assert.Equal(SqlState.FeatureNotSupported, error.SqlState);
                Assert.Equal($"format '{Name}' cannot hold column \"c\" of type {type.Name}", error.Message);
            }
        }
    }
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
