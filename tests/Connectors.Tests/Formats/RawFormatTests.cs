using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Tests;

public sealed class RawFormatTests
{
    public static TheoryData<SqlType, string, string, string> Values => new()
    {
        { SqlType.Int, "big-endian", "01020304", "+I 16909060" },
        { SqlType.Int, "little-endian", "01020304", "+I 67305985" },
        { SqlType.BigInt, "big-endian", "ffffffffffffff00", "+I -256" },
        { SqlType.SmallInt, "little-endian", "ff7f", "+I 32767" },
        { SqlType.TinyInt, "big-endian", "80", "+I -128" },
        { SqlType.Boolean, "big-endian", "00", "+I False" },
        { SqlType.Boolean, "big-endian", "02", "+I True" },
        { SqlType.Float, "big-endian", "3fc00000", "+I 1.5" },
        { SqlType.Double, "little-endian", "000000000000f83f", "+I 1.5" },
        { SqlType.Bytes, "big-endian", "00ff0a", "+I 0x00ff0a" },
        { SqlType.Bytes, "big-endian", "", "+I 0x" },
        { SqlType.String, "big-endian", "c3a90a", "+I é\n" },
        { SqlType.String, "big-endian", "c3", "error: the row is not valid UTF-8" },
        { SqlType.Int, "big-endian", "010203", "error: column \"v\" of type INT needs 4 bytes, not 3" },
        { SqlType.Boolean, "big-endian", "", "error: column \"v\" of type BOOLEAN needs 1 byte, not 0" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void A_message_is_the_value(SqlType type, string endianness, string hex, string expected) => Assert.Equal(
        expected, Messages.Decode("raw", Table.Of(Table.Columns(("v", type)), ("raw.endianness", endianness)), Convert.FromHexString(hex)));

    [Theory]
    [InlineData("ISO-8859-1", "e9", "+I é")]
    [InlineData("windows-1252", "80", "+I €")]
    [InlineData("US-ASCII", "e9", "error: column \"v\": the bytes are no text in the character set")]
    [InlineData("UTF-16BE", "20ac", "+I €")]
    [InlineData("UTF-16LE", "ac20", "+I €")]
    [InlineData("UTF-16LE", "00d8", "error: column \"v\": the bytes are no text in the character set")]
    [InlineData("UTF-16LE", "ac", "error: column \"v\": the bytes are no text in the character set")]
    [InlineData("UTF-16", "20ac", "+I €")]
    [InlineData("UTF-16", "feff20ac", "+I €")]
    [InlineData("UTF-16", "fffeac20", "+I €")]
    public void Strings_are_in_the_character_set(string charset, string hex, string expected) => Assert.Equal(
        expected, Messages.Decode("raw", Table.Of(Table.Columns(("v", SqlType.String)), ("raw.charset", charset)), Convert.FromHexString(hex)));

    [Theory]
    [InlineData("\\n", "a\nb", "+I a\n+I b")]
    [InlineData("\\n", "a\nb\n", "+I a\n+I b")]
    [InlineData("\\n", "a\n\nb\r\n", "+I a\n+I \n+I b\r")]
    [InlineData("\n", "a\nb", "+I a\n+I b")]
    [InlineData("||", "a|b||c", "+I a|b\n+I c")]
    [InlineData("||", "", "+I ")]
    public void A_delimiter_cuts_a_message_into_rows(string delimiter, string message, string expected) => Assert.Equal(
        expected, Messages.Decode("raw", Table.Of(Table.Columns(("v", SqlType.String)), ("raw.line-delimiter", delimiter)), message));

    [Fact]
    public void One_bad_value_makes_the_whole_message_bad() => Assert.Equal("error: the row is not valid UTF-8", Messages.Decode(
        "raw", Table.Of(Table.Columns(("v", SqlType.String)), ("raw.line-delimiter", "\\n")), (byte[])[(byte)'a', (byte)'\n', 0xFF]));

    [Fact]
    public void Null_is_a_message_without_a_payload()
    {
        var table = Table.Of(Table.Columns(("v", SqlType.String)));
        var pool = new ColumnPool();
        var batch = Decoding.Batch(table, pool, [null], [""]);

        Assert.Equal([null, []], Messages.EncodeAll("raw", table, batch));
        Assert.Equal("+I NULL", Messages.Decode("raw", table, (byte[]?)null));
        Assert.Equal("error: column \"v\" is NOT NULL and has no value",
            Messages.Decode("raw", Table.Of(Table.Columns(("v", SqlType.String.WithNullability(false)))), (byte[]?)null));
        batch.Release();
    }

    [Theory]
    [InlineData(null, "a\r\n\nb", "+I a\n+I \n+I b")]
    [InlineData("\\n", "a\r\nb", "+I a\r\n+I b")]
    [InlineData(";", "a;b\n;", "+I a\n+I b\n")]
    public void A_line_of_a_file_is_a_value(string? delimiter, string text, string expected) => Assert.Equal(expected, Decoding.Decode(
        "raw", Table.Of(Table.Columns(("v", SqlType.String)), delimiter is null ? [] : [("raw.line-delimiter", delimiter)]), text));

    [Fact]
    public void Lines_in_a_wide_character_set_end_at_whole_characters()
    {
        var table = Table.Of(Table.Columns(("v", SqlType.String)), ("raw.charset", "UTF-16LE"));

        // U+0A41 U+000A: the bytes of a line feed also stand across the two characters.
        Assert.Equal("+I \u4100\u000b\u0a41\n+I b",
            Decoding.Decode("raw", table, Encoding.Unicode.GetBytes("\u4100\u000b\u0a41\nb\r\n")));
    }

    [Fact]
    public void A_wide_character_that_holds_the_byte_of_a_return_is_kept() => Assert.Equal("+I a\u0d00\n+I b", Decoding.Decode(
        "raw", Table.Of(Table.Columns(("v", SqlType.String)), ("raw.charset", "UTF-16LE")), Encoding.Unicode.GetBytes("a\u0d00\nb\r\n")));

    [Fact]
    public void Lines_are_written_with_their_ends()
    {
        var table = Table.Of(Table.Columns(("v", SqlType.String)));
        var batch = Decoding.Batch(table, new ColumnPool(), ["a"], [null], ["b"]);

        Assert.Equal("a\n\nb\n", Decoding.Encode("raw", table, batch));
        batch.Release();
    }

    [Fact]
    public void A_value_with_a_line_end_cannot_be_written_to_a_file()
    {
        var table = Table.Of(Table.Columns(("v", SqlType.String)));
        var batch = Decoding.Batch(table, new ColumnPool(), ["a\nb"]);

        var error = Assert.Throws<SqlException>(() => Decoding.Encode("raw", table, batch));

        Assert.Equal("column \"v\" holds \"a\nb\", in which the end of a line stands", error.Message);
        batch.Release();
    }

    [Fact]
    public void A_character_that_the_set_lacks_cannot_be_written()
    {
        var table = Table.Of(Table.Columns(("v", SqlType.String)), ("raw.charset", "ISO-8859-1"));
        var batch = Decoding.Batch(table, new ColumnPool(), ["€"]);

        var error = Assert.Throws<SqlException>(() => Messages.EncodeAll("raw", table, batch));

        Assert.Equal(SqlState.CharacterNotInRepertoire, error.SqlState);
        Assert.Equal("column \"v\" holds \"€\", which the character set cannot hold", error.Message);
        batch.Release();
    }

    [Fact]
    public void Numbers_have_no_lines()
    {
        var error = Assert.Throws<SqlException>(
            () => Table.FileFormat("raw").CreateDecoder(Table.Of(Table.Columns(("v", SqlType.Int))), [0]));

        Assert.Equal("format 'raw' in files cannot hold column \"v\" of type INT", error.Message);
    }

    [Fact]
    public void Two_columns_are_refused()
    {
        var table = Table.Of(Table.Columns(("a", SqlType.Int), ("b", SqlType.Int)));

        var error = Assert.Throws<SqlException>(() => Table.MessageFormat("raw").CreateMessageDecoder(new MessageTable(table), [0]));

        Assert.Equal("format 'raw' holds one column, and table \"default_catalog.default_database.t\" has 2", error.Message);
    }

    [Fact]
    public void Messages_name_the_option_as_it_was_written()
    {
        var options = Table.Of(Schema.Empty, ("key.raw.charset", "klingon"), ("raw.charset", "UTF-8")).Options.Under("key.");
        var table = new ConnectorTable("t", Table.Columns(("v", SqlType.String)), [], [], options);

        var error = Assert.Throws<SqlException>(
            () => Table.MessageFormat("raw").CreateMessageDecoder(new MessageTable(table, IsKey: true), [0]));

        Assert.Equal(
            "option 'key.raw.charset' must be a character set such as UTF-8, UTF-16LE or ISO-8859-1, not 'klingon'", error.Message);
    }
}
