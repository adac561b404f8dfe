using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Core.Tests.Connect;

public sealed class OptionTests
{
    [Theory]
    [InlineData("100ms", 100)]
    [InlineData("1 s", 1000)]
    [InlineData("10 min", 600_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("250", 250)]
    public void Durations_are_read_as_flink_writes_them(string text, double milliseconds)
    {
        Assert.True(Durations.TryParse(text, out var value));
        Assert.Equal(milliseconds, value.TotalMilliseconds);
        Assert.True(Durations.TryParse(Durations.Format(value), out var again));
        Assert.Equal(value, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("-1 s")]
    [InlineData("1 fortnight")]
    [InlineData("99999999999999 d")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(Durations.TryParse(text, out _));

    [Theory]
    [InlineData("64 kb", 65_536)]
    [InlineData("128MB", 134_217_728)]
    [InlineData("7", 7)]
    public void Sizes_are_read_as_flink_writes_them(string text, long bytes)
    {
        Assert.True(MemorySizes.TryParse(text, out var value));
        Assert.Equal(bytes, value);
    }

    [Fact]
    public void A_misspelt_option_is_refused_with_the_nearest_name_and_its_position()
    {
        var options = new TableOptions([new TableOption("fromat", "json", new SourceSpan(7, 8))]);
        var error = Assert.Throws<SqlException>(() => options.EnsureKnown([new OptionDefinition("format", null, "")], "connector 'x'"));
        Assert.Equal("42704 at 1:8: option 'fromat' of connector 'x' does not exist. Hint: Did you mean \"format\"?", error.Diagnostics[0].RenderShort(new SourceText("WITH ( 'fromat'='json')")));
    }

    [Fact]
    public void Options_of_a_family_match_by_their_pattern()
    {
        var field = new OptionDefinition("fields.#.kind", null, "");
        Assert.True(field.Matches("fields.id.kind"));
        Assert.False(field.Matches("fields..kind"));
        Assert.True(new OptionDefinition("properties.*", null, "").Matches("properties.group.id"));
    }
}
