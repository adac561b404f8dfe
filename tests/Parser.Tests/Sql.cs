using SqlStream.Core.Diagnostics;
using SqlStream.Parser.Syntax;

namespace SqlStream.Parser.Tests;

/// <summary>Short forms for tests: text in, syntax or messages out.</summary>
static class Sql
{
    public static ParseResult Parse(string text) => SqlParser.Parse(new SourceText(text));

    public static StatementSyntax Statement(string text) => Assert.Single(Parse(text).StatementsOrThrow()).Syntax;

    public static ExpressionSyntax Expression(string text)
    {
        var query = Assert.IsType<SelectQuery>(Assert.IsType<QueryStatement>(Statement("SELECT " + text)).Query);
        return Assert.IsType<ExpressionItem>(Assert.Single(query.Items)).Expression;
    }

    public static string Error(string text) => Assert.Single(Parse(text).Diagnostics).RenderShort(new SourceText(text));
}
