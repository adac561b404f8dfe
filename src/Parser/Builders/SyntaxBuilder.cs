using Antlr4.Runtime;
using Antlr4.Runtime.Tree;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using static SqlStream.Parser.Generated.SqlStreamParser;

namespace SqlStream.Parser.Builders;

/// <summary>What all builders share: spans, names, texts. Builders are static: a parse tree in, a syntax tree out. What
/// the grammar cannot see (a number with too many digits) is a <see cref="SqlException"/>.</summary>
static class SyntaxBuilder
{
    public static SourceSpan Span(ParserRuleContext context)
    {
        var start = context.Start.StartIndex;
        var end = context.Stop is null ? start : Math.Max(start, context.Stop.StopIndex + 1);
        return new SourceSpan(start, end - start);
    }

    public static SourceSpan Span(IToken token) =>
        new(token.StartIndex, Math.Max(0, token.StopIndex + 1 - token.StartIndex));

    public static SourceSpan Span(ITerminalNode node) => Span(node.Symbol);

    public static ValueList<TResult> Map<TContext, TResult>(TContext[] contexts, Func<TContext, TResult> build)
    {
        if (contexts.Length == 0)
            return [];
        var built = new TResult[contexts.Length];
        for (var i = 0; i < built.Length; i++)
            built[i] = build(contexts[i]);
        return ValueList.Create<TResult>(built);
    }

    public static Identifier Name(IdentifierContext context) => Name(context.Start);

    public static Identifier Name(ColumnNameContext context) => Name(context.Start);

    public static Identifier Name(NameContext context) => Name(context.Start);

    public static QualifiedName Path(QualifiedNameContext context) =>
        new([Name(context.identifier()), .. Map(context.name(), Name)]) { Span = Span(context) };

    public static QualifiedName Path(ColumnPathContext context) =>
        new([Name(context.columnName()), .. Map(context.name(), Name)]) { Span = Span(context) };

    public static ValueList<Identifier> Names(ColumnListContext? context) =>
        context is null ? [] : Map(context.columnName(), Name);

    public static StringLiteral Text(TextContext context) => new(TextValue.Decode(context)) { Span = Span(context) };

    public static string? Comment(CommentContext? context) => context is null ? null : Text(context.text()).Value;

    public static bool Has(ParserRuleContext context, int tokenType) => context.GetToken(tokenType, 0) is not null;

    public static int SmallNumber(ITerminalNode node) =>
        int.TryParse(node.GetText(), out var value)
            ? value
            : throw new SqlException(SyntaxErrors.NumberOutOfRange(Span(node), node.GetText()));

    static Identifier Name(IToken token) => new(Unquote(token)) { Span = Span(token) };

    static string Unquote(IToken token)
    {
        var text = token.Text;
        if (token.Type != QUOTED_IDENTIFIER)
            return text;
        var quote = text[0];
        var inner = text[1..^1].Replace($"{quote}{quote}", $"{quote}");
        return inner.Length > 0 ? inner : throw new SqlException(SyntaxErrors.EmptyIdentifier(Span(token)));
    }
}
