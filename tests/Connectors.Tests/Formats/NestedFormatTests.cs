using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Tests;

public sealed class NestedFormatTests
{
    static readonly (string, SqlType)[] _nested =
    [
        ("a", SqlType.Array(SqlType.Int)),
        ("m", SqlType.Map(SqlType.String, SqlType.Int)),
        ("r", SqlType.Row(new Field("x", SqlType.Int), new Field("y", SqlType.Row(new Field("z", SqlType.String))))),
    ];

    [Theory]
    [InlineData("""{"a":[1,null,3],"m":{"k":1,"l":null},"r":{"x":1,"y":{"z":"q"}}}""", "[1, NULL, 3] | {k=1, l=NULL} | [1, [q]]")]
    [InlineData("""{"a":[],"m":{},"r":{}}""", "[] | {} | [NULL, NULL]")]
    [InlineData("""{"a":null,"m":null,"r":null}""", "NULL | NULL | NULL")]
    [InlineData("{}", "NULL | NULL | NULL")]
    [InlineData("""{"r":{"y":{"other":[{}],"z":"1"},"w":2,"x":"7"}}""", "NULL | NULL | [7, [1]]")]
    [InlineData("""{"m":{"k":1,"l":2,"k":3,"":4},"a":[1],"a":[2]}""", "[2] | {l=2, k=3, =4} | NULL")]
    [InlineData("""{"m":{"\u006b":1,"k":2}}""", "NULL | {k=2} | NULL")]
    [InlineData(""" { "a" : [ 1 , 2 ] , "m" : { "k" : 1 } } """, "[1, 2] | {k=1} | NULL")]
    public void Objects_and_arrays_are_nested_values(string json, string row) => Assert.Equal("+I " + row, Decode(json));

    [Theory]
    [InlineData("""{"a":[1,"x"]}""", "column \"a\" of type INT cannot hold \"x\"")]
    [InlineData("""{"a":{"b":1}}""", "column \"a\" of type ARRAY<INT> cannot hold \"{\"b\":1}\"")]
    [InlineData("""{"a":1}""", "column \"a\" of type ARRAY<INT> cannot hold \"1\"")]
    [InlineData("""{"m":[1]}""", "column \"m\" of type MAP<STRING, INT> cannot hold \"[1]\"")]
    [InlineData("""{"r":{"y":{"z":"a"},"x":true}}""", "column \"r.x\" of type INT cannot hold \"true\"")]
    [InlineData("""{"a":[1,]}""", "JSON is malformed at byte 8: a value expected")]
    [InlineData("""{"a":[1 2]}""", "JSON is malformed at byte 8: ',' or ']' expected")]
    [InlineData("""{"m":{"k":1,}}""", "JSON is malformed at byte 12: a property name expected")]
    [InlineData("""{"m":{"k":1""", "JSON ends too early: ',' or '}' expected")]
    public void Each_kind_of_malformed_value_has_its_message(string json, string message) => Assert.Equal("error: " + message, Decode(json));

    [Theory]
    [InlineData("""{"a":[1,"x",3],"m":{"k":1},"r":{"x":"q","y":{"z":"a"}}}""", "NULL | {k=1} | [NULL, [a]]")]
    [InlineData("""{"a":7,"m":{"k":[1,{}]},"r":[]}""", "NULL | NULL | NULL")]
    public void What_does_not_fit_is_null_if_errors_are_ignored(string json, string row) =>
        Assert.Equal("+I " + row, Decode(json, ("json.ignore-parse-errors", "true")));

    [Fact]
    public void A_missing_field_of_a_row_is_named_by_its_path() => Assert.Equal(
        "error: field \"r.y.z\" is missing",
        Decode("""{"a":[],"m":{},"r":{"x":1,"y":{}}}""", ("json.fail-on-missing-field", "true")));

    [Fact]
    public void A_part_that_is_not_null_needs_a_value() => Assert.Equal(
        "error: column \"a\" is NOT NULL and has no value",
        Decoding.Decode("json", Table.Of(Table.Columns(("a", SqlType.Array(SqlType.Int.WithNullability(false))))), """{"a":[1,null]}"""));

    [Theory]
    [InlineData("FAIL", null, null)]
    [InlineData("DROP", null, """{"m":{"k":1}}""")]
    [InlineData("LITERAL", null, """{"m":{"null":0,"k":1}}""")]
    [InlineData("LITERAL", "none", """{"m":{"none":0,"k":1}}""")]
    public void A_null_key_is_an_error_or_dropped_or_a_literal(string mode, string? literal, string? json)
    {
        (string, string)[] options = [("json.map-null-key.mode", mode), .. literal is null ? Array.Empty<(string, string)>() : [("json.map-null-key.literal", literal)]];
        var table = Table.Of(Table.Columns(("m", SqlType.Map(SqlType.String, SqlType.Int))), options);
        var batch = Decoding.Batch(table, new ColumnPool(), [(ValueList<PlanEntry>)[new(null, 0), new("k", 1)]]);

        if (json is null)
        {
            var error = Assert.Throws<SqlException>(() => Decoding.Encode("json", table, batch));
            Assert.Equal("a MAP in column \"m\" has a NULL key, which format 'json' cannot hold", error.Message);
        }
        else
        {
            Assert.Equal(json + "\n", Decoding.Encode("json", table, batch));
        }
        batch.Release();
    }

    [Fact]
    public void Nested_values_are_written_as_objects_and_arrays()
    {
        var table = Table.Of(Table.Columns(_nested), ("json.encode.ignore-null-fields", "true"));
        var batch = Decoding.Batch(table, new ColumnPool(),
            [(ValueList<object?>)[1, null], (ValueList<PlanEntry>)[new("k\"", 1), new("l", null)], (ValueList<object?>)[null, (ValueList<object?>)["z"]]],
            [null, null, (ValueList<object?>)[1, null]]);

        Assert.Equal("""
            {"a":[1,null],"m":{"k\"":1,"l":null},"r":{"y":{"z":"z"}}}
            {"r":{"x":1}}

            """.ReplaceLineEndings("\n"), Decoding.Encode("json", table, batch));
        batch.Release();
    }

    static readonly (string, SqlType)[] _flat =
    [
        ("a", SqlType.Array(SqlType.Int)),
        ("s", SqlType.Array(SqlType.String)),
        ("r", SqlType.Row(new Field("x", SqlType.Int), new Field("y", SqlType.String))),
    ];

    [Theory]
    [InlineData("1;2;3,x;y,7;q", "[1, 2, 3] | [x, y] | [7, q]")]
    [InlineData("1;;3,;,;", "[1, NULL, 3] | [, ] | [NULL, ]")]
    [InlineData(",,", "NULL | NULL | NULL")]
    [InlineData("\"\",\"\",1;", "[] | [] | [1, ]")]
    public void Elements_stand_within_a_field_of_csv(string csv, string row) =>
        Assert.Equal("+I " + row, Decoding.Decode("csv", Table.Of(Table.Columns(_flat)), csv + "\n"));

    [Theory]
    [InlineData("1;x,,", "column \"a\" of type ARRAY<INT> cannot hold \"1;x\"")]
    [InlineData(",,1", "column \"r\" of type ROW<`x` INT, `y` STRING> cannot hold \"1\"")]
    [InlineData(",,1;a;b", "column \"r\" of type ROW<`x` INT, `y` STRING> cannot hold \"1;a;b\"")]
    public void Fields_of_csv_that_do_not_fit_are_malformed(string csv, string message) =>
        Assert.Equal("error: " + message, Decoding.Decode("csv", Table.Of(Table.Columns(_flat)), csv + "\n"));

    [Fact]
    public void An_element_in_which_the_delimiter_stands_is_an_error()
    {
        var table = Table.Of(Table.Columns(("s", SqlType.Array(SqlType.String))));
        var batch = Decoding.Batch(table, new ColumnPool(), [(ValueList<object?>)["a;b"]]);

        var error = Assert.Throws<SqlException>(() => Decoding.Encode("csv", table, batch));

        Assert.Equal("column \"s\" holds the element \"a;b\", in which the delimiter of elements stands", error.Message);
        batch.Release();
    }

    static string Decode(string json, params (string, string)[] options) =>
        Decoding.Decode("json", Table.Of(Table.Columns(_nested), options), json);
}
