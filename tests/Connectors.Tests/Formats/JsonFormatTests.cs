using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Tests;

public sealed class JsonFormatTests
{
    static readonly (string, SqlType)[] _ab = [("a", SqlType.BigInt), ("b", SqlType.String)];

    [Theory]
    [InlineData("""{"a":1,"b":"x"}""", "+I 1 | x")]
    [InlineData("""{"b":"x","a":1}""", "+I 1 | x")]
    [InlineData("""  { "a" : 1 , "b" : "x" }  """, "+I 1 | x")]
    [InlineData("""{"a":1}""", "+I 1 | NULL")]
    [InlineData("{}", "+I NULL | NULL")]
    [InlineData("""{"a":null,"b":null}""", "+I NULL | NULL")]
    [InlineData("""{"other":{"a":[1,{"a":2}]},"a":1,"x":[],"b":"y","z":{}}""", "+I 1 | y")]
    [InlineData("""{"a":1,"a":2,"b":"x","b":"y"}""", "+I 2 | y")]
    [InlineData("""{"a":"12","b":12.50}""", "+I 12 | 12.50")]
    [InlineData("""{"a":" 12 ","b":true}""", "+I 12 | true")]
    [InlineData("""{"a":1.9,"b":{"x": 1}}""", "+I 1 | {\"x\": 1}")]
    [InlineData("""{"a":1e3,"b":[1, 2]}""", "+I 1000 | [1, 2]")]
    [InlineData("""{"\u0061":1,"b":"\u00e9\n\"\\\/\ud83d\ude00"}""", "+I 1 | é\n\"\\/😀")]
    [InlineData("""{"a":-9223372036854775808,"b":"ü€😀"}""", "+I -9223372036854775808 | ü€😀")]
    [InlineData("", "")]
    [InlineData("   ", "")]
    public void Objects_are_rows(string json, string rows) => Assert.Equal(rows, Decode(json, _ab));

    [Theory]
    [InlineData("""{"a":1""", "JSON ends too early: ',' or '}' expected")]
    [InlineData("""{"a":""", "JSON ends too early: a value expected")]
    [InlineData("""{"a""", "JSON ends too early: the string does not end")]
    [InlineData("""{"a" 1}""", "JSON is malformed at byte 5: ':' expected")]
    [InlineData("""{"a":1,}""", "JSON is malformed at byte 7: a property name expected")]
    [InlineData("""{"a":01}""", "JSON is malformed at byte 5: a number begins with 0")]
    [InlineData("""{"a":1.}""", "JSON is malformed at byte 7: a digit expected")]
    [InlineData("""{"a":-}""", "JSON is malformed at byte 6: a digit expected")]
    [InlineData("""{"a":tru}""", "JSON is malformed at byte 5: a value expected")]
    [InlineData("""{"a":1} {"a":2}""", "JSON is malformed at byte 8: text after the end of the value")]
    [InlineData("""{"c":[1,2}""", "JSON is malformed at byte 9: ',' or ']' expected")]
    [InlineData("""{"c":{"d":1]}""", "JSON is malformed at byte 11: ',' or '}' expected")]
    [InlineData("[1]", "JSON is no object")]
    [InlineData("hello", "JSON is no object")]
    [InlineData("{\"b\":\"x\u0001\"}", "JSON is malformed at byte 7: a control character must be escaped in a string")]
    [InlineData("""{"a":"x"}""", "column \"a\" of type BIGINT cannot hold \"x\"")]
    [InlineData("""{"a":9223372036854775808}""", "column \"a\" of type BIGINT cannot hold \"9223372036854775808\"")]
    [InlineData("""{"a":true}""", "column \"a\" of type BIGINT cannot hold \"true\"")]
    [InlineData("""{"a":[1]}""", "column \"a\" of type BIGINT cannot hold \"[1]\"")]
    [InlineData("""{"b":"\ud83d"}""", "column \"b\" of type STRING cannot hold \"\\ud83d\"")]
    [InlineData("""{"b":"\x"}""", "column \"b\" of type STRING cannot hold \"\\x\"")]
    public void Each_kind_of_malformed_row_has_its_message(string json, string message) =>
        Assert.Equal("error: " + message, Decode(json, _ab));

    [Fact]
    public void Bytes_that_are_no_utf8_are_malformed() => Assert.Equal(
        "error: the row is not valid UTF-8",
        Decoding.Decode("json", Table.Of(Table.Columns(_ab)), [.. "{\"b\":\""u8, 0xC3, 0x28, .. "\"}"u8]));

    [Fact]
    public void Nesting_has_a_limit()
    {
        var deep = new string('[', 1001) + new string(']', 1001);

        Assert.Equal(
            "error: JSON is malformed at byte 1006: more than 1000 levels", Decode("{\"c\":" + deep + "}", _ab));
        Assert.Equal("+I 1 | NULL", Decode("{\"c\":" + deep[1..^1] + ",\"a\":1}", _ab));
    }

    [Theory]
    [InlineData("true", "True")]
    [InlineData("\"TRUE\"", "True")]
    [InlineData("\"false\"", "False")]
    [InlineData("\"yes\"", "error: column \"a\" of type BOOLEAN cannot hold \"yes\"")]
    [InlineData("1", "error: column \"a\" of type BOOLEAN cannot hold \"1\"")]
    public void Booleans(string json, string value) => AssertValue(SqlType.Boolean, json, value);

    [Theory]
    [InlineData("1.005", "101")]
    [InlineData("1.0049999", "100")]
    [InlineData("-1.005", "-101")]
    [InlineData("\"12.3\"", "1230")]
    [InlineData("1e2", "10000")]
    [InlineData("1e-3", "0")]
    [InlineData("5e-3", "1")]
    [InlineData("999.99", "99999")]
    [InlineData("999.995", "NULL")]
    [InlineData("1000", "NULL")]
    [InlineData("1e99999999999", "NULL")]
    [InlineData("0e99999999999", "0")]
    [InlineData("\"1,5\"", "error: column \"a\" of type DECIMAL(5, 2) cannot hold \"1,5\"")]
    public void Decimals_round_half_up_and_are_null_where_they_do_not_fit(string json, string value) =>
        AssertValue(SqlType.Decimal(5, 2), json, value);

    [Theory]
    [InlineData("12345678901234567890123456789012345678", "12345678901234567890123456789012345678")]
    [InlineData("99999999999999999999999999999999999999", "99999999999999999999999999999999999999")]
    [InlineData("100000000000000000000000000000000000000", "NULL")]
    [InlineData("0.5", "1")]
    public void Wide_decimals(string json, string value) => AssertValue(SqlType.Decimal(38, 0), json, value);

    [Theory]
    [InlineData("1.5", "1.5")]
    [InlineData("-0.1", "-0.1")]
    [InlineData("1e300", "1E+300")]
    [InlineData("123456789012345678901234567890", "1.2345678901234568E+29")]
    [InlineData("\"NaN\"", "NaN")]
    [InlineData("\"-Infinity\"", "-Infinity")]
    [InlineData("\"\"", "error: column \"a\" of type DOUBLE cannot hold \"\"")]
    public void Doubles(string json, string value) => AssertValue(SqlType.Double, json, value);

    [Theory]
    [InlineData("127", "127")]
    [InlineData("128", "error: column \"a\" of type TINYINT cannot hold \"128\"")]
    [InlineData("1.5", "error: column \"a\" of type TINYINT cannot hold \"1.5\"")]
    public void Tinyints(string json, string value) => AssertValue(SqlType.TinyInt, json, value);

    [Theory]
    [InlineData("\"1970-01-02\"", "1")]
    [InlineData("\"1969-12-31\"", "-1")]
    [InlineData("\"2024-02-29\"", "19782")]
    [InlineData("\"0001-01-01\"", "-719162")]
    [InlineData("\"9999-12-31\"", "2932896")]
    [InlineData("\"2023-02-29\"", "error: column \"a\" of type DATE cannot hold \"2023-02-29\"")]
    [InlineData("\"2023-1-1\"", "error: column \"a\" of type DATE cannot hold \"2023-1-1\"")]
    [InlineData("19782", "error: column \"a\" of type DATE cannot hold \"19782\"")]
    public void Dates(string json, string value) => AssertValue(SqlType.Date, json, value);

    [Theory]
    [InlineData("SQL", "\"1970-01-01 00:00:01\"", "1000000")]
    [InlineData("SQL", "\"1970-01-01 00:00:00.1234567\"", "123000")]
    [InlineData("SQL", "\"1969-12-31 23:59:59.999\"", "-1000")]
    [InlineData("SQL", "\"1970-01-01T00:00:01\"",
        "error: column \"a\" of type TIMESTAMP(3) cannot hold \"1970-01-01T00:00:01\"")]
    [InlineData("SQL", "\"1970-01-01 24:00:00\"",
        "error: column \"a\" of type TIMESTAMP(3) cannot hold \"1970-01-01 24:00:00\"")]
    [InlineData("ISO-8601", "\"1970-01-01T00:00:01.5\"", "1500000")]
    [InlineData("ISO-8601", "\"1970-01-01T00:01\"", "60000000")]
    [InlineData("ISO-8601", "\"1970-01-01 00:00:01\"",
        "error: column \"a\" of type TIMESTAMP(3) cannot hold \"1970-01-01 00:00:01\"")]
    public void Timestamps(string standard, string json, string value) =>
        AssertValue(SqlType.Timestamp(3), json, value, ("json.timestamp-format.standard", standard));

    [Theory]
    [InlineData("SQL", "\"1970-01-01 00:00:01Z\"", "1000000")]
    [InlineData("ISO-8601", "\"1970-01-01T00:00:01Z\"", "1000000")]
    [InlineData("ISO-8601", "\"1970-01-01T00:00:01\"",
        "error: column \"a\" of type TIMESTAMP_LTZ(3) cannot hold \"1970-01-01T00:00:01\"")]
    public void Instants(string standard, string json, string value) =>
        AssertValue(SqlType.TimestampLtz(3), json, value, ("json.timestamp-format.standard", standard));

    [Theory]
    [InlineData("\"AQL/\"", "0x0102ff")]
    [InlineData("\"\"", "0x")]
    [InlineData("\"*\"", "error: column \"a\" of type BYTES cannot hold \"*\"")]
    public void Binary_strings_are_base64(string json, string value) => AssertValue(SqlType.Bytes, json, value);

    [Fact]
    public void With_ignore_parse_errors_fields_become_null_and_rows_are_passed_over() => Assert.Equal(
        "+I NULL | x\n+I 2 | y",
        Decode("{\"a\":\"?\",\"b\":\"x\"}\n{\"a\":1\n{\"a\":2,\"b\":\"y\"}\n", _ab,
            ("json.ignore-parse-errors", "true")));

    [Fact]
    public void With_fail_on_missing_field_a_missing_field_is_malformed() => Assert.Equal(
        "error: field \"b\" is missing", Decode("""{"a":1}""", _ab, ("json.fail-on-missing-field", "true")));

    [Theory]
    [InlineData("{}", "error: column \"a\" is NOT NULL and has no value")]
    [InlineData("{\"a\":null}", "error: column \"a\" is NOT NULL and has no value")]
    [InlineData("{\"a\":1000}", "error: column \"a\" of type DECIMAL(2, 0) cannot hold \"1000\"")]
    [InlineData("{\"a\":99}", "+I 99")]
    public void A_column_that_is_not_null_needs_a_value(string json, string row) =>
        Assert.Equal(row, Decode(json, [("a", SqlType.Decimal(2, 0).WithNullability(false))]));

    [Fact]
    public void Changing_orders_of_properties_are_read_right() => Assert.Equal(
        "+I 1 | x\n+I 2 | y\n+I 3 | z\n+I 4 | NULL",
        Decode("""
            {"a":1,"b":"x"}
            {"b":"y","a":2}
            {"c":0,"b":"z","a":3}
            {"aa":0,"a":4}
            """, _ab));

    [Fact]
    public void Rows_are_written_one_a_line()
    {
        var table = Table.Of(Table.Columns(("a", SqlType.Int), ("b \"q\"", SqlType.String), ("c", SqlType.Double),
            ("d", SqlType.Decimal(5, 2)), ("e", SqlType.Timestamp(3))));
        var pool = new ColumnPool();
        var batch = Decoding.Batch(
            table, pool, [1, "x\n\"\\\u0001ü", 1.5, 5L, 1_500_000L], [null, null, double.NaN, -5L, null]);

        Assert.Equal(
            """{"a":1,"b \"q\"":"x\n\"\\\u0001ü","c":1.5,"d":0.05,"e":"1970-01-01 00:00:01.500"}""" + "\n"
            + """{"a":null,"b \"q\"":null,"c":"NaN","d":-0.05,"e":null}""" + "\n",
            Decoding.Encode("json", table, batch));
        batch.Release();
    }

    [Fact]
    public void Null_fields_are_left_out_if_wanted()
    {
        var table = Table.Of(Table.Columns(_ab), ("json.encode.ignore-null-fields", "true"));
        var batch = Decoding.Batch(table, new ColumnPool(), [null, "x"], [null, null]);

        Assert.Equal("{\"b\":\"x\"}\n{}\n", Decoding.Encode("json", table, batch));
        batch.Release();
    }

    [Fact]
    public void Two_options_that_contradict_are_refused()
    {
        var table = Table.Of(
            Table.Columns(_ab), ("json.fail-on-missing-field", "true"), ("json.ignore-parse-errors", "true"));

        var error = Assert.Throws<SqlException>(() => Table.FileFormat("json").CreateDecoder(table, [0]));

        Assert.Equal(
            "options 'json.fail-on-missing-field' and 'json.ignore-parse-errors' exclude each other", error.Message);
    }

    [Fact]
    public void Truncated_rows_never_throw()
    {
        var bytes = Encoding.UTF8.GetBytes("""{"a":-12.5e3,"b":"x\n\ud83d\ude00é","c":[{"d":null},[true,false],"\u00e9"]}""");
        for (var length = 0; length <= bytes.Length; length++)
            Decoding.Decode("json", Table.Of(Table.Columns(_ab)), bytes.AsSpan(0, length));
    }

    static string Decode(string json, (string, SqlType)[] columns, params (string, string)[] options) =>
        Decoding.Decode("json", Table.Of(Table.Columns(columns), options), json);

    static void AssertValue(SqlType type, string json, string value, params (string, string)[] options)
    {
        var row = Decode($"{{\"a\":{json}}}", [("a", type)], options);
        Assert.Equal(value.StartsWith("error", StringComparison.Ordinal) ? value : "+I " + value, row);
    }
}
