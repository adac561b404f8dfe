using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Tests;

public sealed class ChangelogJsonFormatTests
{
    static readonly Schema _schema = Table.Columns(("a", SqlType.Int));

    [Theory]
    [InlineData("""{"op":"+I","data":{"a":1}}""", "+I 1")]
    [InlineData("""{"data":{"a":1},"op":"-U"}""", "-U 1")]
    [InlineData("""{"op":"+U","ts":[1],"data":{"a":1}}""", "+U 1")]
    [InlineData("""{"op":"+U","op":"-D","data":{"a":1},"data":{}}""", "-D NULL")]
    [InlineData("""{"op":"+X","data":{"a":1}}""", "error: property \"op\" must be \"+I\", \"-U\", \"+U\" or \"-D\", not \"+X\"")]
    [InlineData("""{"data":{"a":1}}""", "error: property \"op\" is missing")]
    [InlineData("""{"op":"+I"}""", "error: property \"data\" is missing")]
    [InlineData("""{"op":"+I","data":7}""", "error: property \"data\": JSON is no object")]
    [InlineData("""{"op":"+I","data":{"a":"x"}}""", "error: property \"data\": column \"a\" of type INT cannot hold \"x\"")]
    [InlineData("""{"op":"+I","data":{"a":1}} x""", "error: JSON is malformed at byte 27: text after the end of the value")]
    [InlineData(" \n", "")]
    public void Lines_are_changes(string line, string row) =>
        Assert.Equal(row, Decoding.Decode("changelog-json", Table.Of(_schema), line));

    [Fact]
    public void A_change_that_the_mode_excludes_is_malformed() => Assert.Equal(
        "error: a change -U does not fit changelog mode upsert",
        Decoding.Decode("changelog-json", Table.Of(_schema, ("changelog-json.mode", "I,UA,D")), """{"op":"-U","data":{"a":1}}"""));

    [Theory]
    [InlineData(null, "retract")]
    [InlineData("I", "append-only")]
    [InlineData("I,UA,D", "upsert")]
    [InlineData("I,UB,UA,D", "retract")]
    public void The_mode_is_an_option(string? mode, string expected)
    {
        var options = mode is null ? new TableOptions([]) : Table.Of(_schema, ("changelog-json.mode", mode)).Options;

        Assert.Equal(expected, Table.Format("changelog-json").DecodedChangelog(options).ToString());
        Assert.Equal(expected, Table.Format("changelog-json").EncodableChangelog(options).ToString());
    }

    [Fact]
    public void Changes_are_written_as_they_are_read()
    {
        var pool = new ColumnPool();
        using var builder = new BatchBuilder(_schema, pool);
        foreach (var kind in Enum.GetValues<RowKind>())
        {
            PlanValue.Append(builder[0], (int)kind);
            builder.EndRow(kind);
        }
        var batch = builder.Build();

        var text = Decoding.Encode("changelog-json", Table.Of(_schema), batch);

        Assert.Equal("""
            {"op":"+I","data":{"a":0}}
            {"op":"-U","data":{"a":1}}
            {"op":"+U","data":{"a":2}}
            {"op":"-D","data":{"a":3}}

            """, text);
        Assert.Equal(string.Join("\n", Rows.Text(batch)), Decoding.Decode("changelog-json", Table.Of(_schema), text));
        batch.Release();
    }
}
