using System.Text;
using System.Text.RegularExpressions;
using SqlStream.Core.Diagnostics;
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
    public StatementPlan? Bind(ShowStatement show)
    {
        switch (show.Kind)
        {
            case ShowKind.Tables:
                return Objects(show, "table name", _ => true);
            case ShowKind.Views:
                return Objects(show, "view name", found => found is ViewDefinition);
            case ShowKind.Functions:
                return Names("function name", context.Planner.Functions.Names.Concat(CallFactory.Rewritten).Concat(UserFunctions), show.Filter);
            case ShowKind.UserFunctions:
                return Names("function name", UserFunctions, show.Filter);
            case ShowKind.Catalogs:
                return Names("catalog name", Catalog.Catalogs.Select(catalog => catalog.Name), show.Filter);
            case ShowKind.Databases:
                return Databases(show);
            case ShowKind.CurrentCatalog:
                return Names("current catalog name", [context.CurrentCatalog], null);
            case ShowKind.CurrentDatabase:
                return Names("current database name", [context.CurrentDatabase], null);
            case ShowKind.Columns:
                return Columns(show);
            case ShowKind.Partitions:
                return Partitions(show);
            default:
                context.Report(BindErrors.NotSupported(context.SpanOf(show), $"SHOW {show.Kind.ToString().ToUpperInvariant()}"));
                return null;
        }
    }

    ShowPlan? Databases(ShowStatement show)
    {
        var name = context.CurrentCatalog;
        if (show.From is { } from)
        {
            if (from.Parts.Count > 1)
            {
                context.Report(BindErrors.InvalidName(context.SpanOf(from), from.ToString()));
                return null;
            }
            name = from.Last.Text;
            if (new NameResolver(context).Catalog(name, context.SpanOf(from)) is null)
                return null;
        }
        var databases = Catalog.Databases.Where(database => database.Catalog == name).Select(database => database.Name);
        return Names("database name", databases, show.Filter);
    }

    ShowPlan? Columns(ShowStatement show)
    {
        if (show.From is null)
        {
            context.Report(CreateErrors.NoTableNamed(context.SpanOf(show), "SHOW COLUMNS"));
            return null;
        }
        return new NameResolver(context).Find(show.From) is { } found
            ? Filtered(new ShowPlan(TableDescription.ColumnsOf(found, false), TableDescription.Rows(found, false)), show.Filter)
            : null;
    }

    // Which partitions there are only the outside can say.
    ShowPartitionsPlan? Partitions(ShowStatement show)
    {
        if (show.From is null)
            context.Report(CreateErrors.NoTableNamed(context.SpanOf(show), "SHOW PARTITIONS"));
        else if (new NameResolver(context).Find(show.From) is { } found)
            return Partitions(show, found, context.SpanOf(show.From));
        return null;
    }

    ShowPartitionsPlan? Partitions(ShowStatement show, CatalogObject found, SourceSpan span)
    {
        if (new PartitionedTable(context).Find("SHOW PARTITIONS", found, span) is not var (table, connector, connected)
            || new PartitionBinder(context).BindConstants(show.Partition, table) is not { } wanted)
            return null;
        return new ShowPartitionsPlan(
            connector, connected, table.PartitionKeys.Map(key => wanted.TryGetValue(key, out var value) ? new PartitionWish(value) : null));
    }

    ShowPlan? Objects(ShowStatement show, string column, Func<CatalogObject, bool> wanted)
    {
        var (catalog, database) = (context.CurrentCatalog, context.CurrentDatabase);
        if (show.From is { } from)
        {
            if (new NameResolver(context).Database(from) is not { } found)
                return null;
            (catalog, database) = (found.Catalog, found.Name);
        }
        var names = Catalog.Objects
            .Where(found => found.Name.Catalog == catalog && found.Name.Database == database && wanted(found))
            .Select(found => found.Name.Name);
        return Names(column, names, show.Filter);
    }

    IEnumerable<string> UserFunctions => context.Planner.Catalog.Functions
        .Where(function => function.IsSystem || (function.Name.Catalog == context.CurrentCatalog && function.Name.Database == context.CurrentDatabase))
        .Select(function => function.Name.Name)
        .Distinct(StringComparer.OrdinalIgnoreCase);

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
