namespace SqlStream.Parser.Tests;

/// <summary>SQL text while it is being written: whole statements, kinds of tokens, secrets.</summary>
public sealed class SqlTokensTests
{
    [Theory]
    [InlineData("SELECT 1;", true)]
    [InlineData("SELECT 1; -- done", true)]
    [InlineData("SELECT 1", false)]
    [InlineData("SELECT ';", false)]
    [InlineData("SELECT ';'", false)]
    [InlineData("SELECT 1; SELECT 2", false)]
    [InlineData("/* ; ", false)]
    [InlineData("-- ;", false)]
    [InlineData("", false)]
    [InlineData(";", true)]
    [InlineData("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1;", false)]
    [InlineData("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT CASE WHEN b THEN 1 END; END;", true)]
    public void A_text_is_complete_when_its_last_statement_has_its_semicolon(string text, bool isComplete) =>
        Assert.Equal(isComplete, SqlTokens.IsComplete(text));

    [Fact]
    public void Every_piece_has_its_kind_and_place()
    {
        const string text = "SELECT a -- c\n, `b`, 'x''y', 1.5 /* d */ FROM \"t";
        var pieces = SqlTokens.Scan(text).Select(token => $"{token.Kind} {text.Substring(token.Span.Start, token.Span.Length)}");
        Assert.Equal(
            ["Keyword SELECT", "Name a", "Comment -- c", "Symbol ,", "QuotedName `b`", "Symbol ,", "Text 'x''y'", "Symbol ,", "Number 1.5", "Comment /* d */", "Keyword FROM", "Open \"t"],
            pieces);
    }

    [Theory]
    [InlineData("SET 'a' = 'b'", "SET 'a' = 'b'")]
    [InlineData("WITH ('properties.sasl.password' = 'it''s', 'x' = 'y')", "WITH ('properties.sasl.password' = '******', 'x' = 'y')")]
    [InlineData("WITH ('properties.sasl.jaas.config'='m password=\"p\";')", "WITH ('properties.sasl.jaas.config'='******')")]
    [InlineData("WITH ('avro-confluent.basic-auth.user-info' = 'u:p', 'avro-confluent.bearer-auth.token' = 't'", "WITH ('avro-confluent.basic-auth.user-info' = '******', 'avro-confluent.bearer-auth.token' = '******'")]
    [InlineData("WITH ('url' = 'https://me:secret@host:1/x?y=z')", "WITH ('url' = 'https://me:******@host:1/x?y=z')")]
    [InlineData("WITH ('url' = 'jdbc:postgresql://h/d?user=u&password=p&ssl=true')", "WITH ('url' = 'jdbc:postgresql://h/d?user=u&password=******&ssl=true')")]
    [InlineData("WITH ('url' = 'Host=h;Pwd=a b;Database=d')", "WITH ('url' = 'Host=h;Pwd=******;Database=d')")]
    [InlineData("/*+ OPTIONS('password' = 'p') */", "/*+ OPTIONS('password' = '******') */")]
    [InlineData("WITH ('password' = 'not yet closed", "WITH ('password' = '******")]
    public void Secrets_are_hidden(string text, string masked) => Assert.Equal(masked, SqlTokens.MaskSecrets(text));

    [Fact]
    public void Positions_stay_where_they_have_to() =>
        Assert.Equal("WITH ('password' = '****', 'url' = 'http://u:***@h', 'a' = 'b')", SqlTokens.MaskSecrets("WITH ('password' = 'long', 'url' = 'http://u:abc@h', 'a' = 'b')", keepsPositions: true));
}
