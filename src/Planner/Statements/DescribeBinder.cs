using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Binding;
using SqlStream.Planner.Catalog;

namespace SqlStream.Planner.Statements;

/// <summary>DESCRIBE of tables, views, catalogs, databases and functions.</summary>
sealed class DescribeBinder(BindContext context)
{
    static readonly Schema s_properties = new([new Field("info name", SqlType.String), new Field("info value", SqlType.String)]);

    /// <summary>The plan, or null after reporting errors.</summary>
    public DescribePlan? Bind(DescribeStatement describe) => describe.Kind switch
    {
        ObjectKind.Catalog => Catalog(describe),
        ObjectKind.Database => Database(describe),
        ObjectKind.Function => Function(describe),
        _ => new NameResolver(context).Find(describe.Name) is { } found
            ? new DescribePlan(
                TableDescription.ColumnsOf(found, describe.Extended), TableDescription.Rows(found, describe.Extended))
            : null,
    };

    DescribePlan? Catalog(DescribeStatement describe)
    {
        var span = context.SpanOf(describe.Name);
        if (describe.Name.Parts.Count > 1)
        {
            context.Report(BindErrors.InvalidName(span, describe.Name.ToString()));
            return null;
        }
        if (new NameResolver(context).Catalog(describe.Name.Last.Text, span) is not { } catalog)
            return null;
        var rows = new List<(string, string?)> { ("name", catalog.Name), ("type", catalog.Type), ("comment", catalog.Comment) };
        if (describe.Extended)
        {
            rows.Add(("default database", catalog.DefaultDatabase));
            rows.AddRange(Options(catalog.Options.Where(option => option.Key != "type")));
        }
        return Plan(rows);
    }

    DescribePlan? Database(DescribeStatement describe)
    {
        if (new NameResolver(context).Database(describe.Name) is not { } database)
            return null;
        var rows = new List<(string, string?)> { ("name", database.Name), ("catalog", database.Catalog), ("comment", database.Comment) };
        if (describe.Extended)
            rows.AddRange(Options(database.Options));
        return Plan(rows);
    }

    DescribePlan? Function(DescribeStatement describe)
    {
        var name = describe.Name.Last.Text;
        var functions = context.Planner.Functions;
        if (UserFunction(describe.Name) is { } user)
        {
            return Plan(
            [
                ("name", user.Name.Name), ("class name", user.ClassName), ("function language", user.Language ?? "JAVA"),
                ("system function", user.IsSystem ? "true" : "false"), ("temporary", user.IsTemporary ? "true" : "false"),
                .. user.Resources.Select(resource => ($"resource:{resource.Kind.ToLowerInvariant()}", (string?)resource.Path)),
            ]);
        }
        var isScalar = functions.TryGetScalar(name, out var scalar);
        TableFunction? table = null;
        if (!isScalar && !functions.TryGetAggregate(name, out _) && !functions.TryGetTable(name, out table) && !CallFactory.Rewritten.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            var known = functions.Names.Concat(CallFactory.Rewritten);
            context.Report(AlterErrors.UndefinedFunction(
                context.SpanOf(describe.Name), name, Core.Diagnostics.NearestName.Hint(name.ToUpperInvariant(), known)));
            return null;
        }
        var rows = new List<(string, string?)>
        {
            ("name", name.ToUpperInvariant()),
            ("kind", table is not null ? "table" : isScalar || !functions.TryGetAggregate(name, out _) ? "scalar" : "aggregate"),
            ("system function", "true"),
        };
        if (describe.Extended)
        {
            rows.Add(("deterministic", (isScalar && !scalar!.IsDeterministic) || table is { IsDeterministic: false } ? "false" : "true"));
            rows.Add(("signatures", isScalar ? scalar!.Signature : functions.TryGetAggregate(name, out var aggregate) ? aggregate.Signature : table?.Signature));
        }
        return Plan(rows);
    }

    FunctionDefinition? UserFunction(QualifiedName name)
    {
        var catalog = context.Planner.Catalog;
        if (name.Parts.Count == 1 && new ObjectName(FunctionDefinition.SystemScope, FunctionDefinition.SystemScope, name.Last.Text) is var system
            && catalog.FindFunction(system, temporary: true) is { } hiding)
            return hiding;
        var (parts, last) = (name.Parts, name.Last.Text);
        var own = new ObjectName(
            parts.Count == 3 ? parts[0].Text : context.CurrentCatalog, parts.Count >= 2 ? parts[^2].Text : context.CurrentDatabase, last);
        return catalog.FindFunction(own, temporary: true) ?? catalog.FindFunction(own, temporary: false);
    }

    static IEnumerable<(string, string?)> Options(IEnumerable<(string Key, string Value)> options) =>
        options.OrderBy(option => option.Key, StringComparer.Ordinal).Select(option => ($"option:{option.Key}", (string?)option.Value));

    static DescribePlan Plan(List<(string Name, string? Value)> rows) =>
        new(s_properties, [.. rows.Select(row => (ValueList<object?>)[row.Name, row.Value])]);
}
