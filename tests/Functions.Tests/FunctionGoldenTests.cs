using SqlStream.Core.Diagnostics;
using SqlStream.Functions.Tests.Support;
using SqlStream.Goldens;
using SqlStream.Testing;

namespace SqlStream.Functions.Tests;

/// <summary>tests/golden/functions: one <c>expression => value</c> or <c>expression => ! SQLSTATE message</c> a line,
/// below the directive
/// <c>function</c> and, where it is not UTC, the time zone. Every line runs with its literals as constants, as columns
/// with NULLs between
/// the values, and in every mix of the two.</summary>
public sealed class FunctionGoldenTests
{
    const string Arrow = " => ";

    public static TheoryData<string> Files() => [.. GoldenFolder.Files("functions")];

    [Theory]
    [MemberData(nameof(Files))]
    public void Golden_file_holds(string name)
    {
        var failures = new List<string>();
        var lines = 0;
        foreach (var section in GoldenSection.Read(Path.Combine(GoldenFolder.Root(), name)))
        {
            var words = section.Directive.Split(' ', 2);
            Assert.Equal("function", words[0]);
            var session = TestSession.In(words.Length > 1 ? words[1] : "UTC");
            foreach (var line in section.Input)
            {
                if (line.StartsWith('#'))
                    continue;
                lines++;
                var at = line.LastIndexOf(Arrow, StringComparison.Ordinal);
                Assert.True(at > 0, $"{name}: no \"{Arrow}\" in {line}");
                var (sql, expected) = (line[..at], line[(at + Arrow.Length)..]);
                foreach (var (mode, actual) in Run(sql, session))
                {
                    if (actual != expected)
                        failures.Add($"{sql}{Arrow}{actual}   [{mode}; expected {expected}]");
                }
            }
        }
        Assert.True(lines > 0);
        Assert.True(failures.Count == 0, $"{name}\n" + string.Join('\n', failures));
    }

    [Fact]
    public void Every_function_has_a_golden_that_names_it()
    {
        var text = string.Concat(GoldenFolder.Files("functions").Select(file => File.ReadAllText(Path.Combine(GoldenFolder.Root(), file))))
            .ToUpperInvariant();
        var missing = BuiltinFunctions.Instance.Scalars.Select(function => function.Name)
            .Where(name => !text.Contains(name == "NEGATE" ? "-(" : name, StringComparison.Ordinal));
        Assert.Empty(missing);
    }

    static IEnumerable<(string Mode, string Value)> Run(string sql, Core.Functions.SessionContext session)
    {
        SqlExpression expression;
        string? refused = null;
        try
        {
            expression = SqlExpression.Bind(sql, session);
        }
        catch (SqlException exception)
        {
            refused = Message(exception);
            expression = null!;
        }
        if (refused is not null)
        {
            yield return ("bound", refused);
            yield break;
        }
        var constants = OrError(expression.AsConstants);
        yield return ("constants", constants);
        var count = Math.Min(4, expression.Literals);
        for (uint selection = 1; selection < 1u << count; selection++)
        {
            var chosen = selection;
            yield return ($"columns {chosen:b}", OrError(() => expression.AsColumns(chosen)));
        }
        // Where the only rows that count are NULL, nothing may be raised; an array of NULLs is not NULL, though.
        if (constants.StartsWith('!') && count > 0 && !sql.Contains("ARRAY[", StringComparison.Ordinal))
            Assert.DoesNotContain("!", OrError(() => expression.AsColumns(uint.MaxValue, onlyNullsActive: true)), StringComparison.Ordinal);
    }

    static string OrError(Func<string> run)
    {
        try
        {
            return run();
        }
        catch (SqlException exception)
        {
            return Message(exception);
        }
    }

    static string Message(SqlException exception) => $"! {exception.SqlState} {exception.Message}";
}
