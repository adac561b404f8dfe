using SqlStream.Core.Types;
using SqlStream.Parser;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Binding;

namespace SqlStream.Planner.Statements;

/// <summary>SHOW CREATE: the statement that makes the object again.</summary>
sealed class ShowCreateBinder(BindContext context)
{
    /// <summary>The plan, or null after reporting errors.</summary>
    public ShowPlan? Bind(ShowCreate show)
    {
        if (show.Kind == ObjectKind.Catalog)
            return Catalog(show);
        if (new NameResolver(context).Find(show.Name) is not { } found)
            return null;
        var kind = show.Kind == ObjectKind.Table ? "table" : "view";
        if (found.Kind != kind)
            context.Report(CreateErrors.WrongKind(context.SpanOf(show.Name), found, kind));
        return Plan(kind, DdlText.Of(found));
    }

    ShowPlan? Catalog(ShowCreate show)
    {
        var span = context.SpanOf(show.Name);
        if (show.Name.Parts.Count == 1)
            return new NameResolver(context).Catalog(show.Name.Last.Text, span) is { } catalog ? Plan("catalog", DdlText.Of(catalog)) : null;
        context.Report(BindErrors.InvalidName(span, show.Name.ToString()));
        return null;
    }

    static ShowPlan Plan(string kind, string text) => new(new Schema([new Field($"create {kind}", SqlType.String)]), [[SqlTokens.MaskSecrets(text)]]);
}
