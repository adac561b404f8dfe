using SqlStream.Connectors;
using SqlStream.Core.Diagnostics;
using SqlStream.Planner.Statements;

namespace SqlStream.Planner.Tests;

/// <summary>tests/golden/{logical,optimized,physical,errors}. Directives: <c>catalog</c> carries out statements;
/// <c>logical</c>, <c>optimized</c>, <c>physical</c> and <c>syntax</c> are stages of EXPLAIN; <c>error</c> gives the
/// messages, <c>warning</c> those of a statement that is planned; <c>result</c> the rows of SHOW and DESCRIBE. SQLSTREAM_REWRITE=1 writes the outputs anew.</summary>
public sealed class PlanGoldenTests
{
    static readonly string[] s_folders = ["logical", "optimized", "physical", "errors"];

    // The others are planned with doubles, whose options nobody has to know.
    static readonly string[] s_withConnectors = ["errors/kafka.test", "errors/lookup_joins.test", "physical/lookup_join.test", "errors/hints.test", "physical/state_ttl.test", "errors/determinism.test"];

    public static TheoryData<string> Files() => [.. s_folders
        .SelectMany(folder => Directory.GetFiles(GoldenFile.Folder(folder), "*.test").Select(path => $"{folder}/{Path.GetFileName(path)}"))
        .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Golden_file_holds(string name)
    {
        var file = GoldenFile.Read(GoldenFile.Folder(name));
        Assert.NotEmpty(file.Sections);
        var session = s_withConnectors.Contains(name) ? new PlanSession(new BuiltinConnectors()) : new PlanSession();
        var outputs = file.Sections.ConvertAll(section => Run(session, section));
        if (Environment.GetEnvironmentVariable("SQLSTREAM_REWRITE") == "1")
        {
            file.Rewrite(outputs);
            return;
        }
        for (var i = 0; i < outputs.Count; i++)
        {
            var where = $"{name}:{file.Sections[i].Line}\n";
            Assert.Equal(where + file.Sections[i].Output, where + outputs[i]);
        }
    }

    static string Run(PlanSession session, GoldenFile.Section section)
    {
        switch (section.Directive)
        {
            case "catalog":
                session.Run(section.Input);
                return "";
            case "logical" or "optimized" or "physical" or "syntax":
                var plan = session.Run($"EXPLAIN {section.Directive.ToUpperInvariant()} {section.Input}");
                return string.Join('\n', Assert.IsType<ExplainPlan>(plan).Lines());
            case "result":
                return Rows(Assert.IsAssignableFrom<ResultPlan>(session.Run(section.Input)));
            case "error":
                return Errors(session, section.Input);
            case "warning":
                return Warnings(session, section.Input);
            default:
                return $"directive {section.Directive} does not exist";
        }
    }

    static string Rows(ResultPlan plan)
    {
        var rows = plan.Rows.Select(row => string.Join(" | ", row.Select(value => value?.ToString() ?? "NULL")));
        return string.Join('\n', rows.Prepend(string.Join(" | ", plan.Columns.Fields.Select(field => field.Name))));
    }

    static string Errors(PlanSession session, string sql)
    {
        try
        {
            return $"no error: {session.Run(sql)}";
        }
        catch (SqlException exception)
        {
            return Short(exception.Diagnostics, sql);
        }
    }

    static string Warnings(PlanSession session, string sql)
    {
        try
        {
            return Short(session.Run(sql).Warnings, sql);
        }
        catch (SqlException exception)
        {
            return Short(exception.Diagnostics, sql);
        }
    }

    static string Short(IEnumerable<Diagnostic> diagnostics, string sql)
    {
        var source = new SourceText(sql);
        return string.Join('\n', diagnostics.Select(diagnostic => diagnostic.RenderShort(source)));
    }
}
