using SqlStream.Core.Diagnostics;
using SqlStream.Parser;
using SqlStream.Parser.Syntax;

namespace SqlStream.EndToEnd.Tests.Reduction;

/// <summary>Makes a query that shows a failure small: part by part from the top of its syntax tree down, each part takes the smallest form with which the
/// query still fails in the same way, until none does any more.</summary>
/// <param name="failure">What is wrong with a query: its kind, or null where nothing is or one of both sides does not take it.</param>
/// <param name="trialsMax">How many queries are tried at the most.</param>
sealed class QueryReducer(Func<string, Task<string?>> failure, int trialsMax = 3_000)
{
    readonly HashSet<string> _tried = [];

    /// <summary>How many queries were tried.</summary>
    public int Trials { get; private set; }

    /// <summary>The smallest query found that fails as one does; that one itself if it fails otherwise once it is printed.</summary>
    public async Task<string> ReduceAsync(string query)
    {
        if (await failure(query) is not { } kind || Parse(query) is not { } parsed || !await FailsAsync(parsed, kind))
            return query;
        var current = parsed;
        while (await StepAsync(current, kind) is { } smaller)
            current = smaller;
        return Print(current);
    }

    /// <summary>The query of a text, or null where it is none.</summary>
    public static QuerySyntax? Parse(string text)
    {
        var result = SqlParser.Parse(new SourceText(text));
        return !result.HasErrors && result.Statements is [{ Syntax: QueryStatement statement }] ? statement.Query : null;
    }

    /// <summary>A query as both dialects read it.</summary>
    public static string Print(QuerySyntax query) => SqlPrinter.Print(query).Replace(" AS DOUBLE)", " AS DOUBLE PRECISION)", StringComparison.Ordinal);

    // Once over the whole tree; null if nothing of it can go.
    async Task<QuerySyntax?> StepAsync(QuerySyntax query, string kind)
    {
        SyntaxNode current = query;
        foreach (var (path, _) in SyntaxEdit.All(query, SmallerForms.IsClosed).ToList())
        {
            // What stood there may be gone with what was around it.
            while (SyntaxEdit.At(current, path) is { } part && await SmallerAsync(current, path, part, kind) is { } smaller)
                current = smaller;
        }
        return ReferenceEquals(current, query) ? null : (QuerySyntax)current;
    }

    async Task<SyntaxNode?> SmallerAsync(SyntaxNode root, IReadOnlyList<SyntaxStep> path, SyntaxNode part, string kind)
    {
        foreach (var form in SmallerForms.Of(part))
        {
            SyntaxNode smaller;
            try
            {
                smaller = SyntaxEdit.Replace(root, path, form);
            }
            catch (Exception exception) when (exception is ArgumentException or InvalidCastException or System.Reflection.TargetInvocationException)
            {
                // A form of another kind than stands there.
                continue;
            }
            if (smaller is QuerySyntax query && await FailsAsync(query, kind))
                return smaller;
        }
        return null;
    }

    async Task<bool> FailsAsync(QuerySyntax query, string kind)
    {
        string text;
        try
        {
            text = Print(query);
        }
        catch (Exception exception) when (exception is NullReferenceException or IndexOutOfRangeException)
        {
            // Something that has to be there was left out.
            return false;
        }
        if (Trials >= trialsMax || !_tried.Add(text) || Parse(text) is null)
            return false;
        Trials++;
        return await failure(text) == kind;
    }
}
