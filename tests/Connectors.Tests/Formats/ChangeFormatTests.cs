using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Tests;

/// <summary>The envelopes of the formats of changes: what becomes of each operation, and of what stands beside the rows.</summary>
public sealed class ChangeFormatTests
{
    static readonly Schema _product = Table.Columns(("id", SqlType.Int), ("name", SqlType.String), ("weight", SqlType.Double));

    [Theory]
    [InlineData("""{"before":null,"after":{"id":1,"name":"x","weight":1.5},"source":{},"op":"c","ts_ms":5}""", "+I 1 | x | 1.5")]
    [InlineData("""{"op":"r","after":{"weight":2,"id":1}}""", "+I 1 | NULL | 2")]
    [InlineData("""{"op":"u","before":{"id":1,"name":"x"},"after":{"id":1,"name":"y"}}""", "-U 1 | x | NULL\n+U 1 | y | NULL")]
    [InlineData("""{"op":"d","before":{"id":1,"name":"x"},"after":null}""", "-D 1 | x | NULL")]
    [InlineData("", "")]
    [InlineData("""{"op":"t","source":{"table":"p"}}""", "error: property \"op\" says \"t\", which is no change of a row")]
    [InlineData("""{"op":"upsert","after":{}}""", "error: property \"op\" says \"upsert\", which is no change of a row")]
    [InlineData("""{"after":{"id":1}}""", "error: property \"op\" is missing")]
    [InlineData("""{"op":"c","before":{"id":1}}""", "error: property \"after\" is missing")]
    [InlineData("""{"op":"d","before":null}""",
        "error: property \"before\" is missing; of a PostgreSQL table it comes only with REPLICA IDENTITY FULL")]
    [InlineData("""{"op":"u","before":{"id":1},"after":{"id":"x"}}""",
        "error: property \"after\": column \"id\" of type INT cannot hold \"x\"")]
    [InlineData("""{"op":"c","after":7}""", "error: property \"after\": JSON is no object")]
    [InlineData("""{"op":"c","after":{"id":1}} {""", "error: JSON is malformed at byte 28: text after the end of the value")]
    [InlineData("""{"schema":{},"payload":{"op":"c","after":{"id":1}}}""",
        "error: property \"op\" is missing; set 'debezium-json.schema-include' = 'true'")]
    public void Debezium(string message, string expected) =>
        Assert.Equal(expected, Messages.Decode("debezium-json", Table.Of(_product), message));

    [Theory]
    [InlineData("""{"schema":{"x":[1]},"payload":{"op":"u","before":{"id":1},"after":{"id":2}}}""", "-U 1 | NULL | NULL\n+U 2 | NULL | NULL")]
    [InlineData("""{"payload":{"op":"c","after":{"id":1}}}""", "+I 1 | NULL | NULL")]
    [InlineData("""{"schema":null,"payload":null}""", "")]
    [InlineData("""{"op":"c","after":{"id":1}}""",
        "error: property \"payload\" is missing; set 'debezium-json.schema-include' = 'false'")]
    public void Debezium_with_schema(string message, string expected) => Assert.Equal(
        expected, Messages.Decode("debezium-json", Table.Of(_product, ("debezium-json.schema-include", "true")), message));

    [Theory]
    [InlineData("""{"type":"INSERT","data":[{"id":"1","name":"x"},{"id":"2"}],"old":null}""", "+I 1 | x | NULL\n+I 2 | NULL | NULL")]
    [InlineData("""{"type":"DELETE","data":[{"id":"1","name":"x","weight":"1.5"}]}""", "-D 1 | x | 1.5")]
    [InlineData("""{"data":[{"id":"1","name":"b","weight":"2"},{"id":"2","name":"d","weight":"4"}],"old":[{"name":"a"},{"name":null,"weight":"3"}],"type":"UPDATE"}""",
        "-U 1 | a | 2\n+U 1 | b | 2\n-U 2 | NULL | 3\n+U 2 | d | 4")]
    [InlineData("""{"type":"CREATE","data":null,"isDdl":true,"sql":"CREATE TABLE p (id INT)"}""", "")]
    [InlineData("""{"type":"TRUNCATE","data":null,"isDdl":true}""", "")]
    [InlineData("""{"type":"TRUNCATE","data":null,"isDdl":false}""", "error: property \"type\" says \"TRUNCATE\", which is no change of a row")]
    [InlineData("""{"type":"INSERT","data":[]}""", "")]
    [InlineData("""{"type":"INSERT"}""", "error: property \"data\" is missing")]
    [InlineData("""{"type":"INSERT","data":{"id":1}}""", "error: property \"data\" is no array")]
    [InlineData("""{"type":"UPDATE","data":[{"id":1}]}""", "error: property \"old\" is missing")]
    [InlineData("""{"type":"UPDATE","data":[{"id":1},{"id":2}],"old":[{"id":0}]}""", "error: property \"old\" has fewer rows than \"data\"")]
    [InlineData("""{"type":"INSERT","data":[{"id":1},{"id":"x"}]}""", "error: property \"data\": column \"id\" of type INT cannot hold \"x\"")]
    [InlineData("""{"data":[{"id":1}]}""", "error: property \"type\" is missing")]
    public void Canal(string message, string expected) =>
        Assert.Equal(expected, Messages.Decode("canal-json", Table.Of(_product), message));

    [Theory]
    [InlineData("shop|store", null, "shop", "p", "+I 1 | NULL | NULL")]
    [InlineData("shop|store", null, "workshop", "p", "")]
    [InlineData("shop", "p_\\d+", "shop", "p_12", "+I 1 | NULL | NULL")]
    [InlineData("shop", "p_\\d+", "shop", "p_12x", "")]
    [InlineData(null, "p", "shop", "P", "")]
    [InlineData("caf\u00e9", null, "caf\\u00e9", "p", "+I 1 | NULL | NULL")]
    public void Canal_entries_of_other_tables_are_passed_over(
        string? databases, string? tables, string database, string table, string expected)
    {
        List<(string, string)> options = [];
        if (databases is not null)
            options.Add(("canal-json.database.include", databases));
        if (tables is not null)
            options.Add(("canal-json.table.include", tables));

        Assert.Equal(expected, Messages.Decode("canal-json", Table.Of(_product, [.. options]),
            $$"""{"type":"INSERT","database":"{{database}}","table":"{{table}}","data":[{"id":1}]}"""));
    }

    [Fact]
    public void A_filter_that_is_no_regular_expression_is_refused()
    {
        var error = Assert.Throws<SqlException>(() => Messages.Decode(
            "canal-json", Table.Of(_product, ("canal-json.table.include", "p(")), "{}"));

        Assert.Equal("option 'canal-json.table.include' must be a regular expression, not 'p('", error.Message);
    }

    [Theory]
    [InlineData("""{"type":"insert","data":{"id":1,"name":"x"}}""", "+I 1 | x | NULL")]
    [InlineData("""{"type":"bootstrap-insert","data":{"id":1}}""", "+I 1 | NULL | NULL")]
    [InlineData("""{"type":"bootstrap-start","data":{}}""", "")]
    [InlineData("""{"type":"table-alter","sql":"ALTER TABLE p"}""", "")]
    [InlineData("""{"type":"update","data":{"id":1,"name":"y","weight":2},"old":{"name":"x"}}""", "-U 1 | x | 2\n+U 1 | y | 2")]
    [InlineData("""{"type":"delete","data":{"id":1}}""", "-D 1 | NULL | NULL")]
    [InlineData("""{"type":"update","data":{"id":1}}""", "error: property \"old\" is missing")]
    [InlineData("""{"type":"merge","data":{"id":1}}""", "error: property \"type\" says \"merge\", which is no change of a row")]
    public void Maxwell(string message, string expected) =>
        Assert.Equal(expected, Messages.Decode("maxwell-json", Table.Of(_product), message));

    [Theory]
    [InlineData("""{"op_type":"I","after":{"id":1,"name":"x"}}""", "+I 1 | x | NULL")]
    [InlineData("""{"op_type":"U","before":{"id":1,"name":"x"},"after":{"id":1,"name":"y"}}""", "-U 1 | x | NULL\n+U 1 | y | NULL")]
    [InlineData("""{"op_type":"D","before":{"id":1}}""", "-D 1 | NULL | NULL")]
    [InlineData("""{"op_type":"T"}""", "error: property \"op_type\" says \"T\", which is no change of a row")]
    [InlineData("""{"op_type":"D"}""", "error: property \"before\" is missing")]
    public void Ogg(string message, string expected) =>
        Assert.Equal(expected, Messages.Decode("ogg-json", Table.Of(_product), message));

    [Fact]
    public void Debezium_metadata_stands_beside_each_row() => Assert.Equal(
        """
        -U 1 | {"a":1} | 1700000000123000 | 1600000000000000 | shop | public | p | {ts_ms=1600000000000, db=shop, schema=public, table=p, lsn=7}
        +U 2 | {"a":1} | 1700000000123000 | 1600000000000000 | shop | public | p | {ts_ms=1600000000000, db=shop, schema=public, table=p, lsn=7}
        +I 3 | NULL | NULL | NULL | NULL | NULL | NULL | NULL
        """,
        Metadata("debezium-json", [("debezium-json.schema-include", "true")],
            """{"schema":{"a":1},"payload":{"op":"u","before":{"id":1},"after":{"id":2},"ts_ms":1700000000123,"source":{"ts_ms":1600000000000,"db":"shop","schema":"public","table":"p","lsn":7}}}""",
            """{"payload":{"op":"c","after":{"id":3}}}"""));

    [Fact]
    public void Canal_metadata_stands_beside_each_row() => Assert.Equal(
        "+I 1 | shop | p | {id=4, name=12} | [id] | 1589373560798000 | 1589373560000000\n+I 2 | NULL | NULL | NULL | NULL | NULL | NULL",
        Metadata("canal-json", [],
            """{"type":"INSERT","data":[{"id":1}],"database":"shop","table":"p","sqlType":{"id":4,"name":12},"pkNames":["id"],"ts":1589373560798,"es":1589373560000}""",
            """{"type":"INSERT","data":[{"id":2}],"database":null}"""));

    [Fact]
    public void Maxwell_metadata_stands_beside_each_row() => Assert.Equal(
        "+I 1 | shop | p | [id, x] | 1596684883000000",
        Metadata("maxwell-json", [],
            """{"type":"insert","data":{"id":1},"database":"shop","table":"p","primary_key_columns":["id","x"],"ts":1596684883}"""));

    [Fact]
    public void Ogg_metadata_stands_beside_each_row() => Assert.Equal(
        "+I 1 | P | [id] | 1589377176000001 | 1589377175766000",
        Metadata("ogg-json", [],
            """{"op_type":"I","after":{"id":1},"table":"P","primary_keys":["id"],"current_ts":"2020-05-13T13:39:36.000001","op_ts":"2020-05-13 13:39:35.766000"}"""));

    [Theory]
    [InlineData("false", "error: column \"ingestion-timestamp\" of type TIMESTAMP_LTZ(3) cannot hold \"x\"")]
    [InlineData("true", "+I 1 | NULL")]
    public void Metadata_that_does_not_fit_is_malformed(string ignores, string expected)
    {
        var table = Table.Of(Table.Columns(("id", SqlType.Int), ("t", SqlType.TimestampLtz(3))), ("debezium-json.ignore-parse-errors", ignores))
            with
        { MetadataKeys = ["ingestion-timestamp"] };

        Assert.Equal(expected, Messages.Decode("debezium-json", table, """{"op":"c","after":{"id":1},"ts_ms":"x"}"""));
    }

    [Fact]
    public void Columns_and_metadata_may_be_read_in_any_order() => Assert.Equal("+I p | 1", Messages.Decode(
        "ogg-json",
        Table.Of(Table.Columns(("a", SqlType.Int), ("id", SqlType.Int), ("x", SqlType.TimestampLtz(6)), ("t", SqlType.String)))
            with
        { MetadataKeys = ["event-timestamp", "table"] },
        """{"op_type":"I","after":{"id":1},"table":"p"}""", 3, 1));

    [Fact]
    public void A_schema_is_read_and_not_written()
    {
        var table = Table.Of(_product, ("debezium-json.schema-include", "true"));

        var error = Assert.Throws<SqlException>(() => Table.FileFormat("debezium-json").CreateEncoder(table));

        Assert.Equal("option 'debezium-json.schema-include' = 'true' is not supported", error.Message);
    }

    [Fact]
    public void Ignored_errors_give_nothing_or_null()
    {
        var table = Table.Of(_product, ("debezium-json.ignore-parse-errors", "true"));

        Assert.Equal("", Messages.Decode("debezium-json", table, """{"op":"t"}"""));
        Assert.Equal("", Messages.Decode("debezium-json", table, "{"));
        Assert.Equal("+I NULL | x | NULL", Messages.Decode("debezium-json", table, """{"op":"c","after":{"id":"?","name":"x"}}"""));
    }

    [Theory]
    [InlineData("debezium-json", """
        {"before":null,"after":{"id":0,"name":null,"weight":1},"op":"c"}
        {"before":{"id":1,"name":null,"weight":1},"after":null,"op":"d"}
        {"before":null,"after":{"id":2,"name":null,"weight":1},"op":"c"}
        {"before":{"id":3,"name":null,"weight":1},"after":null,"op":"d"}

        """)]
    [InlineData("canal-json", """
        {"data":[{"id":0,"name":null,"weight":1}],"type":"INSERT"}
        {"data":[{"id":1,"name":null,"weight":1}],"type":"DELETE"}
        {"data":[{"id":2,"name":null,"weight":1}],"type":"INSERT"}
        {"data":[{"id":3,"name":null,"weight":1}],"type":"DELETE"}

        """)]
    [InlineData("maxwell-json", """
        {"data":{"id":0,"name":null,"weight":1},"type":"insert"}
        {"data":{"id":1,"name":null,"weight":1},"type":"delete"}
        {"data":{"id":2,"name":null,"weight":1},"type":"insert"}
        {"data":{"id":3,"name":null,"weight":1},"type":"delete"}

        """)]
    [InlineData("ogg-json", """
        {"before":null,"after":{"id":0,"name":null,"weight":1},"op_type":"I"}
        {"before":{"id":1,"name":null,"weight":1},"after":null,"op_type":"D"}
        {"before":null,"after":{"id":2,"name":null,"weight":1},"op_type":"I"}
        {"before":{"id":3,"name":null,"weight":1},"after":null,"op_type":"D"}

        """)]
    public void Updates_are_written_as_deletion_and_insertion(string format, string expected)
    {
        var pool = new ColumnPool();
        using var builder = new BatchBuilder(_product, pool);
        foreach (var kind in Enum.GetValues<RowKind>())
        {
            PlanValue.Append(builder[0], (int)kind);
            PlanValue.Append(builder[1], null);
            PlanValue.Append(builder[2], 1d);
            builder.EndRow(kind);
        }
        var batch = builder.Build();

        var text = Decoding.Encode(format, Table.Of(_product), batch);

        Assert.Equal(expected, text);
        Assert.Equal(text, string.Concat(Messages.EncodeAll(format, Table.Of(_product), batch)
            .Select(message => Encoding.UTF8.GetString(message!) + "\n")));
        Assert.Equal("+I 0 | NULL | 1\n-D 1 | NULL | 1\n+I 2 | NULL | 1\n-D 3 | NULL | 1", Decoding.Decode(format, Table.Of(_product), text));
        Assert.Equal("retract", Table.Format(format).DecodedChangelog(Table.Of(_product).Options).ToString());
        Assert.Equal("retract", Table.Format(format).EncodableChangelog(Table.Of(_product).Options).ToString());
        batch.Release();
    }

    static string Metadata(string format, (string, string)[] options, params string[] messages)
    {
        var known = Table.MessageFormat(format).MessageMetadata;
        var table = Table.Of(
            new Schema([new Field("id", SqlType.Int), .. known.Select((item, i) => new Field($"m{i}", item.Type))]), options)
            with
        { MetadataKeys = [.. known.Select(item => item.Key)] };
        return Messages.DecodeAll(
            Table.MessageFormat(format), new MessageTable(table), [.. messages.Select(Encoding.UTF8.GetBytes)]).Replace("\r", "", StringComparison.Ordinal);
    }
}

public abstract class ChangeMessageContract : MessageContract
{
    protected override SqlType[] Types => [.. RandomValues.Scalars, SqlType.Array(SqlType.Int), SqlType.Row(new Field("a", SqlType.Bytes))];

    protected override SqlType[] RefusedTypes => [SqlType.Map(SqlType.Int, SqlType.Int)];
}

public sealed class DebeziumJsonMessageContract : ChangeMessageContract
{
    protected override string Name => "debezium-json";
}

public sealed class CanalJsonMessageContract : ChangeMessageContract
{
    protected override string Name => "canal-json";
}

public sealed class MaxwellJsonMessageContract : ChangeMessageContract
{
    protected override string Name => "maxwell-json";

    protected override (string, string)[] Options => [("maxwell-json.timestamp-format.standard", "ISO-8601")];
}

public sealed class OggJsonMessageContract : ChangeMessageContract
{
    protected override string Name => "ogg-json";

    protected override (string, string)[] Options => [("ogg-json.encode.ignore-null-fields", "true")];
}
