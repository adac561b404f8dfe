using SqlStream.Core.Diagnostics;

namespace SqlStream.Core.Tests.Diagnostics;

public sealed class DiagnosticTests
{
    [Fact]
    public void A_message_shows_the_place_in_the_text()
    {
        var source = new SourceText("SELECT a\nFROM t\nWHERE prce > 10");
        var error = new Diagnostic("42703", "column \"prce\" does not exist", new SourceSpan(22, 4), Hint: "Did you mean \"price\"?");
        Assert.Equal(
            """
            ERROR 42703: column "prce" does not exist
              line 3: WHERE prce > 10
                            ^^^^
            HINT: Did you mean "price"?
            """,
            error.Render(source));
    }

    [Fact]
    public void A_line_of_any_length_is_cut_around_the_place()
    {
        var text = new string('x', 100_000) + "!" + new string('y', 100_000);
        var shown = new Diagnostic("42601", "m", new SourceSpan(100_000, 1)).Render(new SourceText(text));
        Assert.InRange(shown.Length, 1, 500);
        Assert.Contains('!', shown);
    }

    [Theory]
    [InlineData("prce", "price")]
    [InlineData("PRICE", "price")]
    [InlineData("pirce", "price")]
    [InlineData("zzz", null)]
    public void The_nearest_name_is_found_within_a_third_of_its_length(string name, string? expected) =>
        Assert.Equal(expected, NearestName.Find(name, ["price", "quantity", "at"]));
}
