using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Tests;

public sealed class CsvFormatTests
{
    static readonly (string, SqlType)[] _ab = [("a", SqlType.Int), ("b", SqlType.String)];

    [Theory]
    [InlineData("1,x\n2,y\n", "+I 1 | x\n+I 2 | y")]
    [InlineData("1,x\r\n2,y\r\n", "+I 1 | x\n+I 2 | y")]
    [InlineData("1,x\n2,y", "+I 1 | x\n+I 2 | y")]
    [InlineData("1,x\n\n\r\n2,y\n", "+I 1 | x\n+I 2 | y")]
    [InlineData("1,\"x,\"\"y\"\"\nz\"\n2,\"\"\n", "+I 1 | x,\"y\"\nz\n+I 2 | ")]
    [InlineData("1,\"x\r\ny\"\r\n2,z\n", "+I 1 | x\r\ny\n+I 2 | z")]
    [InlineData("1,x\"y\"\n2,z\n", "+I 1 | x\"y\"\n+I 2 | z")]
    [InlineData("\"1\",x\n", "+I 1 | x")]
    [InlineData(" 1 , x \n", "+I 1 |  x ")]
    [InlineData(",\n", "+I NULL | ")]
    [InlineData("1,x,\n", "+I 1 | x")]
    public void Records_are_rows(string csv, string rows) => Assert.Equal(rows, Decode(csv, _ab));

    [Theory]
    [InlineData("1\n", "the row has 1 field instead of 2")]
    [InlineData("1,x,y\n", "the row has more than 2 fields")]
    [InlineData("1,x,,\n", "the row has more than 2 fields")]
    [InlineData("z,x\n", "column \"a\" of type INT cannot hold \"z\"")]
    [InlineData("3000000000,x\n", "column \"a\" of type INT cannot hold \"3000000000\"")]
    [InlineData("\"\",x\n", "column \"a\" of type INT cannot hold \"\"")]
    [InlineData("1,\"x\" y\n", "field 2 goes on behind its closing quote")]
    [InlineData("1,\"x\n", "the quoted field 2 does not end")]
    public void Each_kind_of_malformed_row_has_its_message(string csv, string message) =>
        Assert.Equal("error: " + message, Decode(csv, _ab));

    [Fact]
    public void Bytes_that_are_no_utf8_are_malformed() => Assert.Equal(
        "error: the row is not valid UTF-8", Decoding.Decode("csv", Table.Of(Table.Columns(_ab)), [.. "1,"u8, 0xFF]));

    [Theory]
    [InlineData("csv.field-delimiter", ";", "1;x,y\n", "+I 1 | x,y")]
    [InlineData("csv.field-delimiter", "\\t", "1\tx\n", "+I 1 | x")]
    [InlineData("csv.quote-character", "'", "1,'x,''\"'\n", "+I 1 | x,'\"")]
    [InlineData("csv.disable-quote-character", "true", "1,\"x\"\n", "+I 1 | \"x\"")]
    [InlineData("csv.escape-character", "\\", "1,x\\,\\\\\\\"y\n2,\"a\\\"b\"\n", "+I 1 | x,\\\"y\n+I 2 | a\"b")]
    [InlineData("csv.null-literal", "n/a", "n/a,n/a\n1,\"n/a\"\n", "+I NULL | NULL\n+I 1 | n/a")]
    [InlineData("csv.null-literal", "", "1,\n2,\"\"\n", "+I 1 | NULL\n+I 2 | ")]
    [InlineData("csv.allow-comments", "true", "# it's \"one\n1,x\n#2,y\n", "+I 1 | x")]
    [InlineData("csv.ignore-parse-errors", "true", "z,x\n1\n2,y\n", "+I NULL | x\n+I 1 | NULL\n+I 2 | y")]
    [InlineData("csv.trim-spaces", "true", " 1 , x y \n2, \" z \" \n", "+I 1 | x y\n+I 2 |  z ")]
    [InlineData("csv.ignore-trailing-unmappable", "true", "1,x,y,z\n", "+I 1 | x")]
    [InlineData("csv.allow-trailing-comma", "false", "1,x,\n", "error: the row has more than 2 fields")]
    [InlineData("csv.empty-string-as-null", "true", "1,\n2,\"\"\n", "+I 1 | NULL\n+I 2 | NULL")]
    public void Options_change_how_records_are_read(string key, string value, string csv, string rows) =>
        Assert.Equal(rows, Decode(csv, _ab, (key, value)));

    [Fact]
    public void A_column_that_is_not_null_needs_a_value() => Assert.Equal(
        "+I 1 | \nerror: column \"a\" is NOT NULL and has no value",
            Decode("1,\n,x\n", [("a", SqlType.Int.WithNullability(false)), ("b", SqlType.String)]));

    [Fact]
    public void A_line_of_one_column_may_be_empty() =>
        Assert.Equal("+I \n+I x", Decode("\nx\n", [("a", SqlType.String)]));

    [Fact]
    public void Times_are_read_in_the_sql_form() => Assert.Equal(
        "+I 1500000 | 1500000 | 1500000 | 1 | 3723004",
        Decode("1970-01-01 00:00:01.5,1970-01-01 00:00:01.5Z,1970-01-01 00:00:01.5,1970-01-02,01:02:03.004\n",
            [("a", SqlType.Timestamp(3)), ("b", SqlType.TimestampLtz(3)), ("c", SqlType.TimestampLtz(6)),
                ("d", SqlType.Date), ("e", SqlType.Time(3))]));

    [Fact]
    public void Fields_are_quoted_where_they_must_be()
    {
        var table = Table.Of(Table.Columns(_ab), ("csv.null-literal", "null"), ("csv.header", "true"));
        var batch = Decoding.Batch(table, new ColumnPool(), [1, "plain"], [2, "a,b"], [3, "say \"x\"\n"], [4, null],
            [5, "null"], [6, ""], [7, " x"]);

        Assert.Equal("a,b\n1,plain\n2,\"a,b\"\n3,\"say \"\"x\"\"\n\"\n4,null\n5,\"null\"\n6,\n7,\" x\"\n",
            Decoding.Encode("csv", table, batch));
        batch.Release();
    }

    [Fact]
    public void What_csv_without_quotes_cannot_hold_is_an_error()
    {
        var table = Table.Of(Table.Columns(_ab), ("csv.disable-quote-character", "true"));
        var batch = Decoding.Batch(table, new ColumnPool(), [1, "a,b"]);

        var error = Assert.Throws<SqlException>(() => Decoding.Encode("csv", table, batch));

        Assert.Equal("column \"b\" holds \"a,b\", which CSV without quotes cannot hold", error.Message);
        batch.Release();
    }

    [Theory]
    [InlineData("csv.field-delimiter", "ab")]
    [InlineData("csv.field-delimiter", "é")]
    [InlineData("csv.field-delimiter", "\n")]
    [InlineData("csv.quote-character", ",")]
    public void Characters_that_cannot_work_are_refused(string key, string value) => Assert.Equal(
        SqlState.InvalidParameterValue,
        Assert.Throws<SqlException>(() =>
            Table.FileFormat("csv").CreateDecoder(Table.Of(Table.Columns(_ab), (key, value)), [0])).SqlState);

    [Fact]
    public void Truncated_files_never_throw()
    {
        var bytes = Encoding.UTF8.GetBytes("1,\"x,\"\"é\"\"\r\n\"\r\n2,y,\n\"3\",😀");
        for (var length = 0; length <= bytes.Length; length++)
            Decoding.Decode("csv", Table.Of(Table.Columns(_ab)), bytes.AsSpan(0, length));
    }

    static string Decode(string csv, (string, SqlType)[] columns, params (string, string)[] options) =>
        Decoding.Decode("csv", Table.Of(Table.Columns(columns), options), csv);
}

public sealed class CsvMessageTests
{
    static readonly ConnectorTable _table = Table.Of(Table.Columns(("a", SqlType.Int), ("b", SqlType.String)));

    [Theory]
    [InlineData("1,x", "+I 1 | x")]
    [InlineData("1,x\r\n", "+I 1 | x")]
    [InlineData("1,\"x\ny\"", "+I 1 | x\ny")]
    [InlineData("1,x\n2,y", "error: the message has text after the end of its record")]
    [InlineData("", "")]
    public void A_message_is_one_record(string message, string expected) => Assert.Equal(expected, Messages.Decode("csv", _table, message));
}
