using SqlStream.Core.Diagnostics;

namespace SqlStream.Parser.Tests;

public sealed class VariableSubstitutionTests
{
    static string Apply(string text) =>
        VariableSubstitution.Apply(new SourceText(text), name => name == "A" ? "x" : null, ["A", "HOME"]).Text;

    [Theory]
    [InlineData("SELECT '${A}/${A}'", "SELECT 'x/x'")]
    [InlineData("${A}", "x")]
    [InlineData("-- ${B}\n${A} /* ${B} */", "-- ${B}\nx /* ${B} */")]
    [InlineData("'--' || '${A}'", "'--' || 'x'")]
    [InlineData("'it''s -- ${A}'", "'it''s -- x'")]
    [InlineData("/*+ OPTIONS('a' = '${A}') */", "/*+ OPTIONS('a' = 'x') */")]
    [InlineData("$A $ {A} $", "$A $ {A} $")]
    public void Variables_are_replaced_outside_comments(string text, string expected) =>
        Assert.Equal(expected, Apply(text));

    [Fact]
    public void Undefined_variables_are_all_reported_with_position()
    {
        var exception = Assert.Throws<SqlException>(() => Apply("SELECT ${HOMR},\n ${Base}, ${A}, ${"));
        var source = new SourceText("SELECT ${HOMR},\n ${Base}, ${A}, ${");
        Assert.Equal(
            [
                "42704 at 1:8: variable \"HOMR\" is not defined. Hint: Did you mean \"HOME\"?",
                "42704 at 2:2: variable \"Base\" is not defined",
                "42601 at 2:17: unterminated variable. Hint: Close it with a brace, as in ${NAME}.",
            ],
            exception.Diagnostics.Select(diagnostic => diagnostic.RenderShort(source)));
    }
}
