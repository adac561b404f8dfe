using SqlStream.Core.Diagnostics;
using SqlStream.Parser.Syntax;

namespace SqlStream.Parser.Tests;

public sealed class SqlParserTests
{
    [Fact]
    public void Text_without_statements_has_none() =>
        Assert.Empty(Sql.Parse(" ;; -- nothing\n /* at all */ ;").StatementsOrThrow());

    [Fact]
    public void Statement_keeps_its_text_without_the_semicolon()
    {
        var statements = Sql.Parse("SELECT 1 ;\n -- two\n  SELECT 'a;b';").StatementsOrThrow();
        Assert.Equal(["SELECT 1", "SELECT 'a;b'"], statements.Select(statement => statement.Text));
        Assert.Equal(new SourceSpan(21, 12), statements[1].Span);
    }

    [Fact]
    public void Wrong_statement_leaves_the_others_alone()
    {
        var result = Sql.Parse("SELECT 1; SELEC 2; SELECT 3; SELECT ,; SELECT 5");
        Assert.Equal(["SELECT 1", "SELECT 3", "SELECT 5"], result.Statements.Select(statement => statement.Text));
        Assert.Equal([10, 36], result.Diagnostics.Select(diagnostic => diagnostic.Span.Start));
    }

    [Fact]
    public void Expression_knows_where_it_stands()
    {
        var sum = Sql.Expression("(a) + b.c * 2");
        Assert.Equal(new SourceSpan(7, 13), sum.Span);
        Assert.Equal(new SourceSpan(13, 7), Assert.IsType<BinaryExpression>(sum).Right.Span);
    }

    [Fact]
    public void Name_parts_have_spans_of_their_own()
    {
        var name = Assert.IsType<NameExpression>(Sql.Expression("t.`x y`"));
        Assert.Equal(["t", "x y"], name.Parts.Map(part => part.Text));
        Assert.Equal(new SourceSpan(9, 5), name.Parts[1].Span);
    }

    [Fact]
    public void Spans_take_no_part_in_equality() =>
        Assert.Equal(Sql.Statement("select A from t"), Sql.Statement("  SELECT `A`\nFROM  t  "));

    [Fact]
    public void Case_of_identifiers_takes_part_in_equality() =>
        Assert.NotEqual(Sql.Expression("A"), Sql.Expression("a"));

    [Fact]
    public void Chained_ands_are_one_expression_with_many_operands()
    {
        var and = Assert.IsType<LogicalExpression>(Sql.Expression("a AND b AND c"));
        Assert.Equal(3, and.Operands.Count);
    }

    [Fact]
    public void Parentheses_keep_an_and_apart()
    {
        var and = Assert.IsType<LogicalExpression>(Sql.Expression("a AND (b AND c)"));
        Assert.Equal(2, and.Operands.Count);
    }

    [Theory]
    [InlineData("AND")]
    [InlineData("OR")]
    [InlineData("+")]
    [InlineData("||")]
    [InlineData("=")]
    public void Ten_thousand_operands_are_possible(string symbol)
    {
        var text = string.Join($" {symbol} ", Enumerable.Repeat("a", 10_000));
        var expression = Sql.Expression(text);
        Assert.Equal(text, SqlPrinter.Print(expression));
        Assert.Equal(expression, Sql.Expression(text));
    }

    [Fact]
    public void Thousand_unions_are_possible()
    {
        var text = string.Join(" UNION ALL ", Enumerable.Repeat("SELECT 1", 1_000));
        Assert.Equal(text, SqlPrinter.Print(Sql.Statement(text)));
    }

    [Theory]
    [InlineData("(", "1", ")")]
    [InlineData("(SELECT ", "1", ")")]
    [InlineData("NOT ", "TRUE", "")]
    [InlineData("- ", "1", "")]
    [InlineData("CASE WHEN a THEN ", "1", " END")]
    [InlineData("f(", "1", ")")]
    [InlineData("ARRAY[", "1", "]")]
    [InlineData("", "a", "[1]")]
    [InlineData("", "a", " IS NULL")]
    [InlineData("CAST(a AS ARRAY<", "INT", ">)")]
    [InlineData("(a).", "b", ".c")]
    public void Ten_thousand_levels_are_an_error_with_a_position(string before, string inner, string after)
    {
        var error = Sql.Parse("SELECT " + string.Concat(Enumerable.Repeat(before, 10_000)) + inner + string.Concat(Enumerable.Repeat(after, 10_000)));
        var diagnostic = Assert.Single(error.Diagnostics);
        Assert.True(diagnostic.SqlState is SqlState.StatementTooComplex or SqlState.SyntaxError, diagnostic.Message);
        Assert.False(diagnostic.Span.IsNone);
    }

    [Theory]
    [InlineData("(", "1", ")")]
    [InlineData("(SELECT ", "1", ")")]
    [InlineData("NOT ", "TRUE", "")]
    [InlineData("f(", "1", ")")]
    [InlineData("CASE WHEN a THEN ", "1", " END")]
    public void Hundred_and_fifty_levels_are_possible(string before, string inner, string after)
    {
        var text = string.Concat(Enumerable.Repeat(before, 150)) + inner + string.Concat(Enumerable.Repeat(after, 150));
        Assert.Equal(Sql.Expression(text), Sql.Expression(SqlPrinter.Print(Sql.Expression(text))));
    }

    [Theory]
    [InlineData("SELECT * form t", "42601 at 1:10: syntax error at or near \"form\". Hint: Did you mean \"FROM\"?")]
    [InlineData("SELECT a form t", "42601 at 1:10: syntax error at or near \"form\". Hint: Did you mean \"FROM\"?")]
    [InlineData("DELETE form t", "42601 at 1:8: syntax error at or near \"form\". Hint: Did you mean \"FROM\"?")]
    [InlineData("SELECT a FROM t\nWHER b = 1", "42601 at 2:1: syntax error at or near \"WHER\". Hint: Did you mean \"WHERE\"?")]
    [InlineData("SELECT 'abc", "42601 at 1:8: unterminated string literal. Hint: Close it with a single quote; a quote inside is written twice, and a backslash is an ordinary character.")]
    [InlineData("SELECT 'a''b", "42601 at 1:8: unterminated string literal. Hint: Close it with a single quote; a quote inside is written twice, and a backslash is an ordinary character.")]
    [InlineData("SELECT \"a", "42601 at 1:8: unterminated quoted identifier")]
    [InlineData("SELECT /* a", "42601 at 1:8: unterminated comment. Hint: Close it with */.")]
    [InlineData("SELECT", "42601 at 1:7: syntax error at end of input")]
    public void Error_names_position_and_cure(string text, string message) => Assert.Equal(message, Sql.Error(text));

    [Theory]
    [InlineData("/**/")]
    [InlineData("/***/")]
    [InlineData("/* * / ** */")]
    [InlineData("/*/ */")]
    [InlineData("-- x\n")]
    [InlineData("--\r\n")]
    public void Comment_is_skipped(string comment) =>
        Assert.Equal("SELECT 1, 2", SqlPrinter.Print(Sql.Statement($"SELECT {comment}1{comment}, {comment} 2 {comment}")));

    [Fact]
    public void Timestamp_before_a_string_is_a_literal_and_otherwise_a_name()
    {
        Assert.Equal(new TimestampLiteral("2026-01-01 00:00:00"), Sql.Expression("timestamp '2026-01-01 00:00:00'"));
        Assert.IsType<NameExpression>(Sql.Expression("timestamp"));
    }

    [Fact]
    public void Every_keyword_that_is_not_reserved_is_a_column_name()
    {
        foreach (var word in Keywords.All.Where(word => !Keywords.IsReserved(word)))
        {
            Assert.False(Sql.Parse($"CREATE TABLE t ({word} INT)").HasErrors, word);
            Assert.False(Sql.Parse($"SELECT t.{word}, x AS {word} FROM {word} AS {word}").HasErrors, word);
        }
    }

    [Fact]
    public void Every_reserved_keyword_is_a_name_in_quotes_and_after_a_dot()
    {
        foreach (var word in Keywords.All.Where(Keywords.IsReserved))
            Assert.False(Sql.Parse($"SELECT t.{word}, `{word}` FROM `{word}`").HasErrors, word);
    }

    [Fact]
    public void Parsing_is_thread_safe() =>
        Parallel.For(0, 64, i => Assert.False(Sql.Parse($"SELECT a{i}, COUNT(*) FROM t{i} WHERE x = {i} GROUP BY a{i}").HasErrors));
}
