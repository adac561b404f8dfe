using System.Globalization;
using SqlStream.Connectors.Formats.Avro;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Tests;

public sealed class AvroMessageContract : MessageContract
{
    public static SqlType[] AvroTypes =>
    [
        .. RandomValues.Scalars.Where(type => !type.IsInterval), SqlType.Array(SqlType.String), SqlType.Map(SqlType.String, SqlType.Timestamp(6)),
        SqlType.Multiset(SqlType.String), SqlType.BigInt.WithNullability(false),
        SqlType.Array(SqlType.Int.WithNullability(false)).WithNullability(false),
        SqlType.Row(new Field("a", SqlType.Int), new Field("b", SqlType.Row(new Field("a", SqlType.Bytes)))),
        SqlType.Map(SqlType.String, SqlType.Array(SqlType.Row(new Field("x", SqlType.Boolean), new Field("y", SqlType.Map(SqlType.String, SqlType.Double))))),
    ];

    protected override string Name => "avro";

    protected override SqlType[] Types => AvroTypes;

    protected override SqlType[] RefusedTypes =>
        [SqlType.IntervalDaySecond, SqlType.IntervalYearMonth, SqlType.Map(SqlType.Int, SqlType.Int), SqlType.Multiset(SqlType.Int)];

    protected override object? Value(SqlType type, Random random) => AvroValue(type, random);

    /// <summary>Nanoseconds in 64 bits reach from 1677 to 2262.</summary>
    public static object? AvroValue(SqlType type, Random random)
    {
        var value = RandomValues.Of(type, random);
        return type is TemporalType { IsNanos: true } time && value is not null
            ? (Int128)(random.NextInt64() / (long)Math.Pow(10, 9 - time.Precision) * (long)Math.Pow(10, 9 - time.Precision))
            : value;
    }
}

public sealed class AvroFormatTests
{
    const string Ab = """{"type":"record","name":"w","fields":[{"name":"a","type":"int"},{"name":"b","type":"string"}]}""";

    // Expectations by hand: zigzag(1) = 02, zigzag(-1) = 01; a string is its length and its bytes.
    [Theory]
    [InlineData(Ab, "a INT|b STRING", "020278", "+I 1 | x")]
    [InlineData(Ab, "b STRING|a INT", "020278", "+I x | 1")]
    [InlineData(Ab, "b STRING", "020278", "+I x")]
    [InlineData(Ab, "a BIGINT|b BYTES", "010278", "+I -1 | 0x78")]
    [InlineData(Ab, "a DOUBLE|c INT", "020278", "+I 1 | NULL")]
    [InlineData(Ab, "a FLOAT", "020278", "+I 1")]
    [InlineData(Ab, "a STRING", "020278", "error: Avro is malformed or does not fit, near byte 0: column \"a\" of type STRING cannot be read from the writer's int")]
    [InlineData(Ab, "c INT NOT NULL", "020278", "error: Avro is malformed or does not fit, near byte 3: column \"c\" is not in the writer's schema and has no default")]
    [InlineData(Ab, "a INT", "0202", "error: Avro is malformed or does not fit, near byte 2: the bytes end too early")]
    [InlineData(Ab, "a INT", "0201", "error: Avro is malformed or does not fit, near byte 2: a length is negative")]
    [InlineData(Ab, "a INT", "02027800", "error: there are bytes after the end of the value")]
    [InlineData(Ab, "a INT", "80808080100278", "error: Avro is malformed or does not fit, near byte 5: an int has more than 32 bits")]
    [InlineData(Ab, "a INT", "ffffffffffffffffffff0278", "error: Avro is malformed or does not fit, near byte 10: a number has more than 64 bits")]
    [InlineData(Ab, "b STRING", "0202ff", "error: Avro is malformed or does not fit, near byte 3: column \"b\": the string is not valid UTF-8")]
    [InlineData("""["null",{"type":"record","name":"w","fields":[]}]""", "a INT|b INT", "00", "error: the writer's schema is [null, record w], no record")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":["string","null","long"]}]}""", "a BIGINT", "0403", "+I -2")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":["string","null","long"]}]}""", "a BIGINT", "02", "+I NULL")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":["string","null","long"]}]}""", "a BIGINT", "000278",
        "error: Avro is malformed or does not fit, near byte 1: column \"a\" of type BIGINT cannot be read from the writer's string")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":["null","int"]}]}""", "a INT", "04",
        "error: Avro is malformed or does not fit, near byte 1: a union has no branch 2")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":["null","int"]}]}""", "a INT NOT NULL", "00",
        "error: Avro is malformed or does not fit, near byte 1: column \"a\" is NOT NULL and has no value")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":{"type":"enum","name":"e","symbols":["X","Y"]}}]}""", "a STRING", "02", "+I Y")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":{"type":"enum","name":"e","symbols":["X","Y"]}}]}""", "a STRING", "04",
        "error: Avro is malformed or does not fit, near byte 1: column \"a\": the enum e has no symbol 2")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":{"type":"fixed","name":"f","size":2}}]}""", "a BYTES", "00ff", "+I 0x00ff")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":{"type":"array","items":"int"}}]}""", "a ARRAY<INT>", "040204010400", "error: Avro is malformed or does not fit, near byte 5: the bytes end too early")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":{"type":"array","items":"int"}}]}""", "a ARRAY<INT>", "04020401020800", "+I [1, 2, 4]")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":{"type":"array","items":"int"}},{"name":"b","type":"int"}]}""", "b INT", "0304020406", "error: Avro is malformed or does not fit, near byte 5: the bytes end too early")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":{"type":"array","items":"int"}},{"name":"b","type":"int"}]}""", "b INT", "030402040006", "+I 3")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":{"type":"map","values":"int"}}]}""", "a MAP<STRING,INT>", "040278020278040000", "error: there are bytes after the end of the value")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":{"type":"map","values":"int"}}]}""", "a MAP<STRING,INT>", "0602780202790402780600", "+I {y=2, x=3}")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":{"type":"int","logicalType":"date"}}]}""", "a DATE", "02", "+I 1")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":{"type":"int","logicalType":"time-millis"}}]}""", "a TIME(0)", "de5d", "+I 5000")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":{"type":"long","logicalType":"time-micros"}}]}""", "a TIME(3)", "a09c01", "+I 10")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":{"type":"long","logicalType":"timestamp-millis"}}]}""", "a TIMESTAMP(3)", "01", "+I -1000")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":{"type":"long","logicalType":"timestamp-micros"}}]}""", "a TIMESTAMP(3)", "01", "+I -1000")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":{"type":"long","logicalType":"local-timestamp-micros"}}]}""", "a TIMESTAMP_LTZ(6)", "01", "+I -1")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":{"type":"long","logicalType":"timestamp-nanos"}}]}""", "a TIMESTAMP(9)", "01", "+I -1")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":"long"}]}""", "a TIMESTAMP(3)", "02", "+I 1000")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}}]}""", "a DECIMAL(5,1)", "02ff", "+I 0")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}}]}""", "a DECIMAL(5,1)", "0401f9", "+I 51")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}}]}""", "a DECIMAL(3,1)", "0603ffff", "+I NULL")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":{"type":"bytes","logicalType":"decimal","precision":38,"scale":2}}]}""", "a DECIMAL(3,1)", "2080000000000000000000000000000000", "+I NULL")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":{"type":"bytes","logicalType":"decimal","precision":38,"scale":2}}]}""", "a DECIMAL(3,1)", "22ff80000000000000000000000000000000", "+I NULL")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":{"type":"fixed","name":"f","size":3,"logicalType":"decimal","precision":4,"scale":2}}]}""", "a DECIMAL(20,3)", "fffe0c", "+I -5000")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"a","type":{"type":"fixed","name":"f","size":16,"logicalType":"uuid"}}]}""", "a STRING", "000102030405060708090a0b0c0d0e0f", "+I 00010203-0405-0607-0809-0a0b0c0d0e0f")]
    [InlineData("\"string\"", "a STRING", "0278", "+I x")]
    [InlineData("long", "a BIGINT", "02", "+I 1")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"v","type":"int"},{"name":"a","type":["null","w"]}]}""", "v INT", "02020402060400", "error: Avro is malformed or does not fit, near byte 6: a union has no branch 2")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"v","type":"int"},{"name":"a","type":["null","w"]}]}""", "v INT", "020204020600", "+I 1")]
    [InlineData("""{"type":"record","name":"w","fields":[{"name":"v","type":"int"},{"name":"a","type":["null","w"]}]}""", "a ROW<v BIGINT>", "02020400", "+I [2]")]
    public void A_writers_record_fills_the_columns(string writer, string columns, string hex, string expected) =>
        Assert.Equal(expected, Read(writer, null, Columns(columns), hex));

    [Theory]
    [InlineData("""{"type":"record","name":"r","fields":[{"name":"x","type":"int","aliases":["a"]}]}""", "x INT", "+I 1")]
    [InlineData("""{"type":"record","name":"r","fields":[{"name":"x","type":"long","default":7}]}""", "x BIGINT", "+I 7")]
    [InlineData("""{"type":"record","name":"r","fields":[{"name":"x","type":["null","string"],"default":null}]}""", "x STRING", "+I NULL")]
    [InlineData("""{"type":"record","name":"r","fields":[{"name":"x","type":{"type":"record","name":"i","fields":[{"name":"p","type":"double"},{"name":"q","type":{"type":"array","items":"bytes"}}]},"default":{"p":1.5,"q":["\u00ff"]}}]}""",
        "x ROW<p DOUBLE,q ARRAY<BYTES>>", "+I [1.5, [0xff]]")]
    [InlineData("""{"type":"record","name":"r","fields":[{"name":"x","type":{"type":"map","values":"int"},"default":{"k":3}}]}""", "x MAP<STRING,INT>", "+I {k=3}")]
    [InlineData("""{"type":"record","name":"r","fields":[{"name":"x","type":"r","default":{}}]}""", "x ROW<v BIGINT>",
        "error: Avro is malformed or does not fit, near byte 3: the default of column \"x\" does not fit its schema")]
    [InlineData("""{"type":"record","name":"r","fields":[{"name":"x","type":"int","default":"no"}]}""", "x INT",
        "error: Avro is malformed or does not fit, near byte 3: the default of column \"x\" does not fit its schema")]
    public void A_readers_schema_knows_other_names_and_defaults(string reader, string columns, string expected) =>
        Assert.Equal(expected, Read(Ab, reader, Columns(columns), "020278"));

    [Fact]
    public void A_readers_enum_has_a_default_for_symbols_that_it_lacks()
    {
        const string writer = """{"type":"record","name":"r","fields":[{"name":"x","type":{"type":"enum","name":"e","symbols":["A","B"]}}]}""";

        Assert.Equal("+I Z", Read(writer, writer.Replace("\"A\",\"B\"]", "\"A\",\"Z\"],\"default\":\"Z\"", StringComparison.Ordinal), Columns("x STRING"), "02"));
        Assert.Equal(
            "error: Avro is malformed or does not fit, near byte 1: column \"x\": the reader's enum does not know \"B\"",
            Read(writer, writer.Replace(",\"B\"", "", StringComparison.Ordinal), Columns("x STRING"), "02"));
    }

    [Theory]
    [InlineData("""{"type":"record","name":"r"}""", "a schema has no \"fields\"")]
    [InlineData("""{"type":"recorder"}""", "schema \"recorder\" is not defined")]
    [InlineData("""["int","int"]""", "a union holds two schemas of one kind")]
    [InlineData("""[["int"]]""", "a union holds a union")]
    [InlineData("""{"type":"record","name":"r","fields":[{"name":"a","type":"int"},{"name":"a","type":"int"}]}""", "record \"r\" has two fields \"a\"")]
    [InlineData("""{"type":"fixed","name":"f","size":-1}""", "the size of fixed \"f\" must be a number of bytes up to 1048576")]
    [InlineData("""{"type":"record","name":"r","fields":[{"name":"a","type":{"type":"fixed","name":"r","size":1}}]}""", "schema \"r\" is defined twice")]
    public void Malformed_schemas_are_refused(string schema, string expected)
    {
        Assert.Null(AvroSchemaParser.Parse(schema, out var problem));
        Assert.Equal(expected, problem);
    }

    [Fact]
    public void Names_are_found_in_their_namespaces()
    {
        const string schema = """
            {"type":"record","name":"r","namespace":"n","fields":[
             {"name":"a","type":{"type":"fixed","name":"f","size":1}},
             {"name":"b","type":"f"},{"name":"c","type":"n.f"},{"name":"d","type":{"type":"fixed","name":"m.f","size":2}}]}
            """;

        var parsed = AvroSchemaParser.Parse(schema, out _)!;

        Assert.Equal(["n.f", "n.f", "n.f", "m.f"], parsed.Fields.Select(field => field.Schema.Name));
        Assert.Equal([1, 1, 1, 2], parsed.Fields.Select(field => field.Schema.Size));
    }

    [Fact]
    public void Deep_recursion_and_counts_of_nothing_end()
    {
        const string recursive = """{"type":"record","name":"w","fields":[{"name":"v","type":"int"},{"name":"a","type":["null","w"]}]}""";
        const string nothings = """{"type":"record","name":"w","fields":[{"name":"v","type":"int"},{"name":"a","type":{"type":"array","items":"null"}}]}""";

        Assert.EndsWith("more than 200 levels",
            Read(recursive, null, Columns("v INT"), "02" + string.Concat(Enumerable.Repeat("0202", 100_000))), StringComparison.Ordinal);
        Assert.EndsWith("a block has more elements than the bytes can hold",
            Read(nothings, null, Columns("v INT"), "02feffffffffffffff7f00"), StringComparison.Ordinal);
    }

    [Fact]
    public void Times_out_of_range_are_malformed()
    {
        const string writer = """{"type":"record","name":"w","fields":[{"name":"a","type":{"type":"long","logicalType":"timestamp-millis"}}]}""";

        Assert.EndsWith("column \"a\" of type TIMESTAMP(3) cannot hold 9223372036854775807",
            Read(writer, null, Columns("a TIMESTAMP(3)"), "feffffffffffffffff01"), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_are_none_are_refused()
    {
        var error = Assert.Throws<SqlException>(() => Messages.Decode("avro", Table.Of(Table.Columns(("a b", SqlType.Int))), []));

        Assert.Equal("format 'avro' cannot hold column \"a b\": \"a b\" is no name there", error.Message);
    }

    [Fact]
    public void A_time_beyond_nanoseconds_cannot_be_written()
    {
        var table = Table.Of(Table.Columns(("a", SqlType.Timestamp(9))));
        var batch = Decoding.Batch(table, new ColumnPool(), [(Int128)long.MaxValue + 1]);

        Assert.Equal(SqlState.DatetimeFieldOverflow, Assert.Throws<SqlException>(() => Messages.EncodeAll("avro", table, batch)).SqlState);
        batch.Release();
    }

    [Theory]
    [InlineData("true", "timestamp-millis", "timestamp-millis")]
    [InlineData("false", "local-timestamp-millis", "timestamp-millis")]
    public void Timestamps_are_local_where_it_is_asked_for(string legacy, string local, string instant)
    {
        var schema = Table.Columns(("a", SqlType.Timestamp(3).WithNullability(false)), ("b", SqlType.TimestampLtz(3)));

        Assert.Equal(
            $$$"""{"type":"record","name":"record","namespace":"org.apache.flink.avro.generated","fields":[{"name":"a","type":{"type":"long","logicalType":"{{{local}}}"}},{"name":"b","type":["null",{"type":"long","logicalType":"{{{instant}}}"}],"default":null}]}""",
            AvroTypes.ToJson(schema, legacy == "true"));
    }

    [FactIfOracle("avro")]
    public void Another_reader_reads_what_is_written()
    {
        var random = new Random(31);
        var pool = new ColumnPool();
        var schema = new Schema([.. AvroMessageContract.AvroTypes.Select((type, i) => new Field($"c{i}", type))]);
        var table = Table.Of(schema);
        var batch = Decoding.Batch(table, pool, [.. Enumerable.Range(0, 200).Select(
            _ => schema.Fields.Select(field => AvroMessageContract.AvroValue(field.Type, random)).ToArray())]);

        var messages = Messages.EncodeAll("avro", table, batch);
        var input = AvroTypes.ToJson(schema, true) + "\n" + string.Concat(messages.Select(message => Convert.ToHexStringLower(message!) + "\n"));
        var read = Oracle.RunPython("avro_rows.py", input);

        var expected = string.Concat(Enumerable.Range(0, batch.StoredRows).Select(row => string.Join(" | ",
            Enumerable.Range(0, batch.Width).Select(column => Text(PlanValue.Read(batch[column], row), schema[column].Type))) + "\n"));
        Assert.Equal(expected, read);
        batch.Release();
    }

    static string Text(object? value, SqlType type) => (value, type) switch
    {
        (null, _) => "NULL",
        (float number, _) => "f" + BitConverter.DoubleToUInt64Bits(number).ToString("x16", CultureInfo.InvariantCulture),
        (double number, _) => "f" + BitConverter.DoubleToUInt64Bits(number).ToString("x16", CultureInfo.InvariantCulture),
        (ValueList<byte> bytes, _) => "0x" + Convert.ToHexStringLower(bytes.AsSpan()),
        (ValueList<object?> values, RowType row) =>
            Braces(values.Select((item, i) => $"{row.Fields[i].Name}={Text(item, row.Fields[i].Type)}")),
        (ValueList<object?> values, CollectionType array) => $"[{string.Join(", ", values.Select(item => Text(item, array.Element)))}]",
        (ValueList<PlanEntry> entries, _) =>
            Braces(entries.Select(entry => $"{entry.Key}={Text(entry.Value, MapColumn.EntryTypes(type).Value)}")),
        (IFormattable number, _) => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    static string Braces(IEnumerable<string> entries) => "{" + string.Join(", ", entries.Order(StringComparer.Ordinal)) + "}";

    static string Read(string writer, string? reader, Schema columns, string hex)
    {
        var written = AvroSchemaParser.Parse(writer, out var problem);
        Assert.Null(problem);
        var wanted = AvroSchemaParser.Parse(reader ?? AvroTypes.ToJson(columns, true), out problem)!;
        Assert.Null(problem);
        using var rows = new BatchBuilder(columns, new ColumnPool());
        if (AvroResolver.Resolve(written!, wanted, columns.Fields).Read(Convert.FromHexString(hex), rows) is { } wrong)
        {
            Assert.Equal(0, rows.Rows);
            return "error: " + wrong;
        }
        var batch = rows.Build();
        var text = string.Join("\n", Rows.Text(batch));
        batch.Release();
        return text;
    }

    static Schema Columns(string text) => new([.. text.Split('|').Select(column =>
    {
        var (name, type) = (column[..column.IndexOf(' ', StringComparison.Ordinal)], column[(column.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        return new Field(name, TypeOf(type));
    })]);

    static SqlType TypeOf(string text) => text switch
    {
        _ when text.EndsWith(" NOT NULL", StringComparison.Ordinal) => TypeOf(text[..^9]).WithNullability(false),
        "INT" => SqlType.Int,
        "BIGINT" => SqlType.BigInt,
        "FLOAT" => SqlType.Float,
        "DOUBLE" => SqlType.Double,
        "STRING" => SqlType.String,
        "BYTES" => SqlType.Bytes,
        "DATE" => SqlType.Date,
        "TIME(0)" => SqlType.Time(0),
        "TIME(3)" => SqlType.Time(3),
        "TIMESTAMP(3)" => SqlType.Timestamp(3),
        "TIMESTAMP(9)" => SqlType.Timestamp(9),
        "TIMESTAMP_LTZ(6)" => SqlType.TimestampLtz(6),
        "DECIMAL(5,1)" => SqlType.Decimal(5, 1),
        "DECIMAL(3,1)" => SqlType.Decimal(3, 1),
        "DECIMAL(20,3)" => SqlType.Decimal(20, 3),
        "ARRAY<INT>" => SqlType.Array(SqlType.Int),
        "MAP<STRING,INT>" => SqlType.Map(SqlType.String, SqlType.Int),
        "ROW<v BIGINT>" => SqlType.Row(new Field("v", SqlType.BigInt)),
        "ROW<p DOUBLE,q ARRAY<BYTES>>" => SqlType.Row(new Field("p", SqlType.Double), new Field("q", SqlType.Array(SqlType.Bytes))),
        _ => throw new ArgumentException(text),
    };
}
