using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Tests;

public sealed class AvroConfluentMessageContract : MessageContract, IDisposable
{
    readonly RegistryDouble _registry = new();

    protected override string Name => "avro-confluent";

    protected override SqlType[] Types => AvroMessageContract.AvroTypes;

    protected override SqlType[] RefusedTypes => [SqlType.IntervalDaySecond, SqlType.Map(SqlType.Int, SqlType.Int)];

    protected override (string, string)[] Options =>
    [
        ("avro-confluent.url", _registry.Url), ("avro-confluent.subject", "s"), ("avro-confluent.timestamp_mapping.legacy", "false"),
    ];

    public void Dispose() => _registry.Dispose();

    protected override object? Value(SqlType type, Random random) => AvroMessageContract.AvroValue(type, random);
}

public sealed class AvroConfluentFormatTests : IDisposable
{
    static readonly Schema _schema = Table.Columns(("a", SqlType.Int), ("b", SqlType.String));

    readonly RegistryDouble _registry = new();

    public void Dispose() => _registry.Dispose();

    [Fact]
    public void Each_message_is_read_by_its_own_schema()
    {
        var one = _registry.Add("""{"type":"record","name":"x","fields":[{"name":"a","type":"int"}]}""");
        var two = _registry.Add("""{"type":"record","name":"x","fields":[{"name":"b","type":"string"},{"name":"z","type":"long"},{"name":"a","type":["int","null"]}]}""");

        Assert.Equal("+I 1 | NULL\n+I NULL | x\n+I 2 | NULL", Decode(Message(one, "02"), Message(two, "0278" + "08" + "02"), Message(one, "04")));
        Assert.Equal([$"GET schemas/ids/{one}", $"GET schemas/ids/{two}"], _registry.Requests);
    }

    [Fact]
    public void What_was_prepared_is_not_asked_for_again()
    {
        var id = _registry.Add("""{"type":"record","name":"x","fields":[{"name":"a","type":"int"}]}""");
        var decoder = Table.MessageFormat("avro-confluent").CreateMessageDecoder(new MessageTable(Tables()), [0, 1]);
        using var rows = new BatchBuilder(_schema, new ColumnPool());

        Assert.True(decoder.NeedsPreparing);
        decoder.Prepare(Message(id, "02"), CancellationToken.None);
        _registry.Always = (500, "");

        Assert.Null(decoder.Decode(Message(id, "02"), rows));
        Assert.Equal(1, rows.Rows);
        Assert.Single(_registry.Requests);
    }

    [Theory]
    [InlineData("", "the message does not begin with a zero and the number of a schema")]
    [InlineData("00000000", "the message does not begin with a zero and the number of a schema")]
    [InlineData("0100000064", "the message does not begin with a zero and the number of a schema")]
    [InlineData("0000000001", "schema 1 is not in the registry")]
    public void Messages_without_a_schema_are_malformed(string hex, string expected) =>
        Assert.Equal("error: " + expected, Decode(Convert.FromHexString(hex)));

    [Fact]
    public void A_schema_that_is_not_there_is_asked_for_once()
    {
        Assert.Equal("error: schema 7 is not in the registry\nerror: schema 7 is not in the registry", Decode(Message(7, "02"), Message(7, "02")));
        Assert.Single(_registry.Requests);
    }

    [Fact]
    public void Schemas_of_other_kinds_and_malformed_ones_make_malformed_messages()
    {
        var other = _registry.Add("other", """{"schemaType":"PROTOBUF","schema":"syntax = \"proto3\";"}""");
        var wrong = _registry.Add("{", """{"schema":"{\"type\":\"recorder\"}"}""");

        Assert.Equal(
            $"error: schema {other} of the registry is no Avro schema\nerror: schema {wrong} of the registry is malformed: schema \"recorder\" is not defined",
            Decode(Message(other, "02"), Message(wrong, "02")));
    }

    [Fact]
    public void Schemas_that_refer_to_others_bring_them()
    {
        const string schema = """{"type":"record","name":"x","fields":[{"name":"a","type":"n.number"}]}""";
        _registry.Versions["subjects/num/versions/3"] =
            JsonSerializer.Serialize(new { schema = """{"type":"record","name":"number","namespace":"n","fields":[{"name":"v","type":"int"}]}""" });
        var id = _registry.Add(schema, JsonSerializer.Serialize(new { schema, references = new[] { new { name = "n.number", subject = "num", version = 3 } } }));
        var table = Table.Of(Table.Columns(("a", SqlType.Row(new Field("v", SqlType.Int)))), ("avro-confluent.url", _registry.Url));

        Assert.Equal("+I [1]", Messages.Decode("avro-confluent", table, Message(id, "02")));
    }

    [Fact]
    public void A_registry_that_is_away_is_no_malformed_message()
    {
        var url = _registry.Url;
        _registry.Dispose();

        var error = Assert.Throws<ExternalException>(() => Decode(Message(7, "02")));

        Assert.Equal(Retry.Backoff, error.Retry);
        Assert.StartsWith($"schema registry \"{url}/\" cannot be used: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(500, "", "it answers with status 500")]
    [InlineData(200, "<html>", "'<' is an invalid start of a value")]
    [InlineData(404, "<html>", "there is no registry at the address")]
    public void A_registry_that_answers_otherwise_is_tried_again(int status, string body, string reason)
    {
        _registry.Always = (status, body);

        var error = Assert.Throws<ExternalException>(() => Decode(Message(7, "02")));

        Assert.Equal(Retry.Backoff, error.Retry);
        Assert.StartsWith($"schema registry \"{_registry.Url}/\" cannot be used: {reason}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_registry_that_does_not_answer_is_waited_for_no_longer_than_said()
    {
        _registry.IsSilent = true;

        var error = Assert.Throws<ExternalException>(() => Messages.Decode(
            "avro-confluent", Tables(("avro-confluent.request-timeout", "100 ms")), Message(7, "02")));

        Assert.EndsWith("no answer within 0.1 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_address_is_tried_where_one_fails()
    {
        using var other = new RegistryDouble();
        other.Always = (503, "");
        var id = _registry.Add("""{"type":"record","name":"x","fields":[{"name":"a","type":"int"}]}""");

        Assert.Equal("+I 1 | NULL", Messages.Decode(
            "avro-confluent", Table.Of(_schema, ("avro-confluent.url", $"{other.Url}/, {_registry.Url}")), Message(id, "02")));
        Assert.Single(other.Requests);
    }

    [Fact]
    public void Names_and_tokens_are_shown_to_the_registry()
    {
        var id = _registry.Add("""{"type":"record","name":"x","fields":[{"name":"a","type":"int"}]}""");
        var basic = $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes("joe:s:é"))}";

        Check(basic, ("avro-confluent.basic-auth.user-info", "joe:s:é"));
        Check(basic, ("avro-confluent.basic-auth.credentials-source", "URL"),
            ("avro-confluent.url", _registry.Url.Replace("//", "//joe:s%3A%C3%A9@", StringComparison.Ordinal)));
        Check("Bearer t", ("avro-confluent.bearer-auth.token", "t"));

        void Check(string header, params (string, string)[] options)
        {
            _registry.Authorization = header;
            Assert.Equal("+I 1 | NULL", Messages.Decode("avro-confluent", Tables(options), Message(id, "02")));
        }
    }

    [Fact]
    public void Access_refused_is_for_the_user_to_mend()
    {
        _registry.Authorization = "Basic x";

        var error = Assert.Throws<SqlException>(() => Decode(Message(7, "02")));

        Assert.Equal(SqlState.InsufficientPrivilege, error.SqlState);
        Assert.Equal("The registry says: Unauthorized", error.Diagnostics[0].Detail);
    }

    [Theory]
    [InlineData(false, "t-value")]
    [InlineData(true, "t-key")]
    public void The_schema_is_registered_under_the_subject_of_the_topic(bool isKey, string subject)
    {
        var batch = Decoding.Batch(Tables(), new ColumnPool(), [1, "x"], [2, null]);

        var messages = Messages.EncodeAll(Table.MessageFormat("avro-confluent"), new MessageTable(Tables(), "t", isKey), batch);

        Assert.Equal([$"POST subjects/{subject}/versions"], _registry.Requests);
        Assert.Equal(["00000000640202020278".ToUpperInvariant(), "0000000064020400"], messages.Select(message => Convert.ToHexString(message!)));
        Assert.Contains("\"name\":\"b\",\"type\":[\"null\",\"string\"],\"default\":null", _registry.SchemaOf(100), StringComparison.Ordinal);
        batch.Release();
    }

    [Fact]
    public void A_given_schema_is_registered_and_written()
    {
        const string schema = """{"type":"record","name":"x","fields":[{"name":"b","type":["string","null"]},{"name":"extra","type":"int","default":9},{"name":"a","type":"long"}]}""";
        var table = Tables(("avro-confluent.schema", schema), ("avro-confluent.subject", "a/b"));
        var batch = Decoding.Batch(table, new ColumnPool(), [1, "x"], [2, null]);

        var messages = Messages.EncodeAll("avro-confluent", table, batch);

        Assert.Equal(["POST subjects/a%2Fb/versions"], _registry.Requests);
        Assert.Equal(["0000000064" + "000278" + "12" + "02", "0000000064" + "02" + "12" + "04"], messages.Select(message => Convert.ToHexString(message!)));
        batch.Release();
    }

    [Theory]
    [InlineData("""{"type":"record","name":"x","fields":[{"name":"a","type":"int"}]}""", "column \"b\" is not in the schema of format 'avro-confluent'")]
    [InlineData("""{"type":"record","name":"x","fields":[{"name":"a","type":"int"},{"name":"b","type":"int"}]}""",
        "column \"b\" of type STRING cannot be written as int by format 'avro-confluent'")]
    [InlineData("""{"type":"record","name":"x","fields":[{"name":"a","type":"int"},{"name":"b","type":"string"},{"name":"c","type":"int"}]}""",
        "field \"c\" of the schema of format 'avro-confluent' has neither a column nor a default")]
    [InlineData("\"int\"", "the schema of format 'avro-confluent' is int, no record")]
    [InlineData("{", "option 'avro-confluent.schema' must be an Avro schema, not '{'")]
    public void A_given_schema_must_fit_the_table(string schema, string expected)
    {
        var table = Tables(("avro-confluent.schema", schema), ("avro-confluent.subject", "s"));

        var error = Assert.Throws<SqlException>(
            () => Table.MessageFormat("avro-confluent").CreateMessageEncoder(new MessageTable(table), [0, 1]));

        Assert.Equal(expected, error.Message);
    }

    [Theory]
    [InlineData(409, SqlState.DatatypeMismatch, "the schema of subject \"s\" is not compatible with those before it")]
    [InlineData(422, SqlState.InvalidParameterValue, null)]
    public void A_schema_that_the_registry_refuses_is_for_the_user_to_mend(int status, string state, string? expected)
    {
        _registry.Always = (status, """{"error_code":1,"message":"because"}""");
        var batch = Decoding.Batch(Tables(), new ColumnPool(), [1, "x"]);

        var error = Assert.Throws<SqlException>(() => Messages.EncodeAll("avro-confluent", Tables(("avro-confluent.subject", "s")), batch));

        Assert.Equal(state, error.SqlState);
        Assert.Equal(expected ?? $"schema registry \"{_registry.Url}/\" does not take the schema of subject \"s\"", error.Message);
        Assert.Equal("The registry says: because", error.Diagnostics[0].Detail);
        batch.Release();
    }

    [Theory]
    [InlineData("avro-confluent.url", "localhost:8081", "option 'avro-confluent.url' must be an address such as http://localhost:8081, not 'localhost:8081'")]
    [InlineData("avro-confluent.basic-auth.user-info", "joe", "option 'avro-confluent.basic-auth.user-info' must be name:password")]
    [InlineData("avro-confluent.ssl.keystore.location", "x", "option 'avro-confluent.ssl.keystore.location' = 'x' is not supported")]
    [InlineData("avro-confluent.request-timeout", "0 s", "option 'avro-confluent.request-timeout' must be longer than 0 and at most 10 min, not '0 s'")]
    public void Options_are_checked_before_anything_is_asked(string key, string value, string expected)
    {
        var error = Assert.Throws<SqlException>(
            () => Table.MessageFormat("avro-confluent").CreateMessageDecoder(new MessageTable(Tables((key, value))), [0]));

        Assert.Equal(expected, error.Message);
        Assert.Empty(_registry.Requests);
    }

    [Fact]
    public void The_address_is_required()
    {
        var error = Assert.Throws<SqlException>(
            () => Table.MessageFormat("avro-confluent").CreateMessageDecoder(new MessageTable(Table.Of(_schema)), [0]));

        Assert.Equal("option 'avro-confluent.url' is required", error.Message);
    }

    ConnectorTable Tables(params (string, string)[] options) => Table.Of(_schema, [("avro-confluent.url", _registry.Url), .. options]);

    string Decode(params byte[][] messages) =>
        Messages.DecodeAll(Table.MessageFormat("avro-confluent"), new MessageTable(Tables()), messages);

    static byte[] Message(int id, string hex)
    {
        byte[] message = [0, 0, 0, 0, 0, .. Convert.FromHexString(hex)];
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), id);
        return message;
    }
}
