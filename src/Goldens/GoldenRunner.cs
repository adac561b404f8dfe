using System.Diagnostics;
using SqlStream.Core.Diagnostics;
using SqlStream.Engine;
using SqlStream.Engine.Sessions;

namespace SqlStream.Goldens;

/// <summary>What a section gave in a configuration.</summary>
/// <param name="File">The file.</param>
/// <param name="Section">The section.</param>
/// <param name="Configuration">The name of the configuration.</param>
/// <param name="Expected">What was expected, in the order in which it is compared.</param>
/// <param name="Actual">What came.</param>
/// <param name="Elapsed">How long it took.</param>
public sealed record GoldenOutcome(
    string File, GoldenSection Section, string Configuration, IReadOnlyList<string> Expected, IReadOnlyList<string> Actual, TimeSpan Elapsed)
{
    /// <summary>What came is what was expected.</summary>
    public bool Passed => Expected.SequenceEqual(Actual);
}

/// <summary>Runs the sections of golden files.</summary>
/// <param name="configurations">The names of the configurations in which sections run; a section runs in those that there are for its kind.</param>
public sealed class GoldenRunner(IReadOnlyCollection<string> configurations)
{
    /// <summary>The plain configuration.</summary>
    public const string Straight = "straight";

    /// <summary>The names of all configurations.</summary>
    public static IReadOnlyList<string> ConfigurationNames { get; } =
        [.. StreamConfiguration.All.Select(known => known.Name).Concat(QueryConfiguration.All.Select(known => known.Name)).Distinct()];

    /// <summary>The outcomes of a file, one after the other. Raises <see cref="GoldenException"/> where the file is wrong.</summary>
    public async IAsyncEnumerable<GoldenOutcome> RunAsync(string file)
    {
        var catalog = "";
        var before = new List<StreamBlock>();
        var directory = Path.GetDirectoryName(Path.GetFullPath(file))!;
        foreach (var section in GoldenSection.Read(file))
        {
            var input = string.Join('\n', section.Input).Replace("${DIR}", directory, StringComparison.Ordinal);
            switch (section.Directive.Split(' ', 2))
            {
                case ["catalog"]:
                    (catalog, before) = (input, []);
                    break;
                case ["rows", var table]:
                    before.Add(new StreamBlock(table.Trim(), section.Input, section.Line));
                    break;
                case ["stream" or "changelog"]:
                    var script = StreamScript.Parse(catalog, before, section);
                    // The order of changes is certain in one way of running alone.
                    foreach (var configuration in StreamConfiguration.All.Where(known => script.IsChangelog ? known.Name == Straight : configurations.Contains(known.Name)))
                        yield return await OutcomeAsync(file, section, configuration.Name, isOrdered: script.IsChangelog, () => new StreamRunner(script, configuration).RunAsync());
                    break;
                case ["query" or "ordered"]:
                    foreach (var configuration in QueryConfiguration.All.Where(known => configurations.Contains(known.Name)))
                    {
                        yield return await OutcomeAsync(
                            file, section, configuration.Name, section.Directive == "ordered", () => QueryRunner.RunAsync(catalog, input, configuration, Fed(before)));
                    }
                    break;
                case ["error"]:
                    yield return await OutcomeAsync(file, section, Straight, isOrdered: true, () => ErrorsAsync(catalog, input));
                    break;
                default:
                    throw new GoldenException(section.Line, $"directive '{section.Directive}' is not known: catalog, rows TABLE, stream, changelog, query, ordered and error are");
            }
        }
    }

    static async Task<GoldenOutcome> OutcomeAsync(
        string file, GoldenSection section, string configuration, bool isOrdered, Func<Task<IReadOnlyList<string>>> run)
    {
        var watch = Stopwatch.StartNew();
        IReadOnlyList<string> actual;
        try
        {
            actual = await run();
        }
        catch (SqlException exception)
        {
            actual = [.. exception.Diagnostics.Select(error => $"ERROR {error.SqlState}: {error.Message}")];
        }
        catch (FormatException exception)
        {
            // Rows came that cannot be put together, such as one that goes and never came.
            actual = ["ERROR: " + exception.Message];
        }
        var expected = section.Expected ?? [];
        return isOrdered
            ? new GoldenOutcome(file, section, configuration, expected, actual, watch.Elapsed)
            : new GoldenOutcome(
                file, section, configuration, [.. expected.Order(StringComparer.Ordinal)], [.. actual.Order(StringComparer.Ordinal)], watch.Elapsed);
    }

    // The tables of a query end with the rows that they begin with.
    static ManualConnector Fed(List<StreamBlock> before)
    {
        var connector = new ManualConnector { EndsAtOnce = true };
        connector.FeedWhenRead(before);
        return connector;
    }

    // What is wrong with statements, with the position in the first of them that is.
    static async Task<IReadOnlyList<string>> ErrorsAsync(string catalog, string input)
    {
        await using var engine = SqlStreamEngine.Open(new EngineOptions { Workers = 1, Seed = 1, Connectors = [new ManualConnector { EndsAtOnce = true }] });
        var session = engine.OpenSession();
        foreach (var text in new[] { catalog, input })
        {
            var source = new SourceText(text);
            try
            {
                foreach (var statement in Session.Parse(source))
                {
                    if (await session.ExecuteAsync(statement, source, CancellationToken.None) is Engine.Results.JobResult { Job: { } job })
                        job.Cancel();
                }
            }
            catch (SqlException exception)
            {
                return [.. exception.Diagnostics.Select(error => Describe(error, source))];
            }
        }
        return ["no error"];
    }

    static string Describe(Diagnostic error, SourceText source)
    {
        var (line, column) = source.LineColumn(error.Span.Start);
        var position = error.Span.IsNone ? "" : FormattableString.Invariant($" at {line}:{column}");
        var detail = error.Detail is null ? "" : $". Detail: {error.Detail}";
        var hint = error.Hint is null ? "" : $"{(detail.EndsWith('.') ? "" : ".")} Hint: {error.Hint}";
        return $"{error.SqlState}{position}: {error.Message}{detail}{hint}";
    }
}
