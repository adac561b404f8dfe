using System.Text;
using System.Text.RegularExpressions;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Binding;
using SqlStream.Planner.Catalog;

namespace SqlStream.Planner.Statements;

/// <summary>SHOW over the catalog: one column of names, filtered and in order.</summary>
sealed class ShowBinder(BindContext context)
{
    ICatalog Catalog => context.Planner.Catalog;

    /// <summary>The plan, or null after reporting errors.</summary>
    public ShowPlan? Bind(ShowStatement show)
    {
        switch (show.Kind)
        {
            case ShowKind.Tables:
                return Objects(show, "table name", _ => true);
            case ShowKind.Views:
                return Objects(show, "view name", found => found is ViewDefinition);
            case ShowKind.Functions:
                return Names("function name", context.Planner.Functions.Names.Concat(CallFactory.Rewritten), show.Filter);
            case ShowKind.Catalogs:
                return Names("catalog name", Catalog.Databases.Select(database => database.Catalog), show.Filter);
            case ShowKind.Databases:
                return Names("database name", Databases(show), show.Filter);
            case ShowKind.CurrentCatalog:
                return Names("current catalog name", [context.CurrentCatalog], null);
            case ShowKind.CurrentDatabase:
                return Names("current database name", [context.CurrentDatabase], null);
            case ShowKind.Columns:
                return show.From is not null && new NameResolver(context).Find(show.From) is { } found
                    ? Filtered(new ShowPlan(TableDescription.Columns, TableDescription.Rows(found)), show.Filter)
                    : null;
            default:
                context.Report(BindErrors.NotSupported(context.SpanOf(show), $"SHOW {show.Kind.ToString().ToUpperInvariant()}"));
                return null;
        }
    }

    IEnumerable<string> Databases(ShowStatement show) => Catalog.Databases
        .Where(database => database.Catalog == (show.From is null ? context.CurrentCatalog : show.From.Last.Text))
        .Select(database => database.Database);

    ShowPlan? Objects(ShowStatement show, string column, Func<CatalogObject, bool> wanted)
    {
        var (catalog, database) = (context.CurrentCatalog, context.CurrentDatabase);
        if (show.From is { } from)
        {
            database = from.Last.Text;
            catalog = from.Parts.Count > 1 ? from.Parts[^2].Text : catalog;
            if (!new NameResolver(context).HasDatabase(catalog, database, context.SpanOf(from)))
                return null;
        }
        var names = Catalog.Objects
            .Where(found => found.Name.Catalog == catalog && found.Name.Database == database && wanted(found))
            .Select(found => found.Name.Name);
        return Names(column, names, show.Filter);
    }

    static ShowPlan Names(string column, IEnumerable<string> names, ShowFilter? filter)
    {
        var rows = names.Distinct().Order(StringComparer.Ordinal).Select(name => (ValueList<object?>)[name]);
        return Filtered(new ShowPlan(new Schema([new Field(column, SqlType.String)]), [.. rows]), filter);
    }

    static ShowPlan Filtered(ShowPlan plan, ShowFilter? filter)
    {
        if (filter is null)
            return plan;
        var pattern = LikePattern(filter);
        return plan with { Rows = [.. plan.Rows.Where(row => pattern.IsMatch((string)row[0]!) != filter.Negated)] };
    }

    // As in MySQL: % is any text, _ any character, a backslash makes both ordinary.
    static Regex LikePattern(ShowFilter filter)
    {
        var pattern = new StringBuilder(@"\A");
        for (var i = 0; i < filter.Pattern.Length; i++)
        {
            var character = filter.Pattern[i];
            if (character == '\\' && i + 1 < filter.Pattern.Length)
                pattern.Append(Regex.Escape(filter.Pattern[++i].ToString()));
            else if (character == '%')
                pattern.Append(".*");
            else if (character == '_')
                pattern.Append('.');
            else
                pattern.Append(Regex.Escape(character.ToString()));
        }
        var options = RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking;
        return new Regex(pattern.Append(@"\z").ToString(), filter.IgnoreCase ? options | RegexOptions.IgnoreCase : options);
    }
}
