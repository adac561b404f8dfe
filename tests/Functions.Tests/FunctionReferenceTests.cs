using System.Text.RegularExpressions;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Functions.Tests.Support;
using SqlStream.Planner.Expressions;
using SqlStream.Testing;

namespace SqlStream.Functions.Tests;

/// <summary>docs/sql/functions.md: the signatures in its headings are those of the functions, and its examples hold. An example is
/// <c>expression -- result</c>, of an aggregate <c>F(v, ...) FROM (VALUES a, b) AS t(v) -- result</c>.</summary>
public sealed partial class FunctionReferenceTests
{
    static readonly string[] s_lines = File.ReadAllLines(Path.Combine(GoldenFolder.Root(), "..", "..", "docs", "sql", "functions.md"));

    // Rewritten by the planner, which knows their signatures.
    static readonly string[] s_rewritten = ["COALESCE", "IF", "IFNULL", "NULLIF"];

    [Fact]
    public void Every_function_is_in_the_reference_with_its_signatures_and_no_other_is()
    {
        var documented = s_lines.Where(line => line.StartsWith("#### ", StringComparison.Ordinal))
            .SelectMany(line => CodeSpan().Matches(line).Select(match => match.Groups[1].Value)).ToList();
        var names = documented.Select(NameOf).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(BuiltinFunctions.Instance.Names.Concat(s_rewritten).Order(StringComparer.Ordinal), names);
        var signatures = BuiltinFunctions.Instance.Scalars.Select(function => function.Signature)
            .Concat(BuiltinFunctions.Instance.Aggregates.Select(function => function.Signature))
            .Concat(BuiltinFunctions.Instance.Tables.Select(function => function.Signature))
            .SelectMany(signature => signature.Split('\n')).ToHashSet();
        Assert.All(documented, signature => Assert.True(s_rewritten.Contains(NameOf(signature)) || signatures.Contains(signature), signature));
    }

    [Fact]
    public void Every_example_gives_what_stands_behind_it()
    {
        var failures = new List<string>();
        var examples = 0;
        foreach (var line in Examples())
        {
            examples++;
            var at = line.LastIndexOf(" -- ", StringComparison.Ordinal);
            var (sql, expected) = (line[..at], line[(at + 4)..]);
            var actual = Run(sql);
            if (actual != expected)
                failures.Add($"{sql} -- {actual}   [the reference says {expected}]");
        }
        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.True(examples > 150);
    }

    static IEnumerable<string> Examples()
    {
        var inside = false;
        foreach (var line in s_lines)
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
                inside = line == "```sql";
            else if (inside)
                yield return line;
        }
    }

    static string Run(string sql)
    {
        try
        {
            return Aggregate().Match(sql) is { Success: true } call
                ? RunAggregate(call.Groups[1].Value, call.Groups[2].Value, call.Groups[3].Value)
                : SqlExpression.Bind(sql, TestSession.Utc).AsConstants();
        }
        catch (SqlException exception)
        {
            return $"! {exception.SqlState} {exception.Message}";
        }
    }

    static string RunAggregate(string name, string others, string list)
    {
        var values = list.Split(", ").Select(Literal).ToArray();
        var type = TypeRules.CommonType([.. values.Select(value => value.Type)])!;
        BoundLiteral[] constants = [.. others.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(Literal)];
        Assert.True(BuiltinFunctions.Instance.TryGetAggregate(name, out var function));
        var call = function.Plan(
            [new ArgumentInfo(type, false, null, default), .. constants.Select(constant => new ArgumentInfo(constant.Type, true, constant.Value, default))],
            retracting: false)!;
        var pool = new ColumnPool();
        var stored = AggregateRun.Build(type, values.Select(value => value.Value), pool);
        var cast = type.SameIgnoringNullability(call.ParameterTypes[0])
            ? stored
            : BuiltinFunctions.Instance.PlanCast(new ArgumentInfo(type, false, null, default), call.ParameterTypes[0], isTry: false)!
                .Kernel(new EvaluationContext(pool, values.Length, [], TestSession.Utc), [stored]);
        Column[] columns = [cast, .. constants.Select(constant => ColumnFactory.Constant(constant.Type, constant.Value, values.Length, pool))];
        using var result = ColumnBuilder.Create(call.ReturnType, pool);
        if (call is FixedAggregate aggregate)
        {
            var memory = new byte[aggregate.StateBytes];
            aggregate.Accumulate(new AccumulatorRows(memory, new int[values.Length], [], []), 0, columns);
            aggregate.Emit(memory, [0], 0, result);
        }
        else
        {
            var blob = (BlobAggregate)call;
            var state = new DictionaryBlobState();
            for (var row = 0; row < values.Length; row++)
                blob.Accumulate(state, columns, row, RowKind.Insert);
            blob.Emit(state, result);
        }
        return Print.Value(result.Build(), 0, TestSession.Utc);
    }

    static BoundLiteral Literal(string sql) => SqlExpression.Literal(sql, TestSession.Utc);

    static string NameOf(string signature) => Name().Match(signature).Value;

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex CodeSpan();

    [GeneratedRegex("^[A-Z][A-Z0-9_]*")]
    private static partial Regex Name();

    [GeneratedRegex(@"\A(\w+)\(v(?:, (.*))?\) FROM \(VALUES (.*)\) AS t\(v\)\z")]
    private static partial Regex Aggregate();
}
