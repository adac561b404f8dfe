using System.CommandLine;
using SqlStream.Goldens;

namespace SqlStream.Cli.Commands;

/// <summary><c>sqlstream test PATH...</c>: runs golden files of queries.</summary>
static class TestCommand
{
    public static Command Create()
    {
        var paths = new Argument<string[]>("PATH") { Description = "files, or directories whose files *.test are run", Arity = ArgumentArity.OneOrMore };
        var rewrite = new Option<bool>("--rewrite") { Description = "writes what came into the files, instead of comparing" };
        var configurations = new Option<string[]>("--config")
        {
            Description = "how to run: 'straight' (as it is), 'all' (batches of one row, several subtasks, checkpoints, restarts in the middle), or a name that 'all' prints",
            AllowMultipleArgumentsPerToken = false,
        };
        var junit = new Option<string?>("--junit") { Description = "writes the outcomes as JUnit XML to a file", HelpName = "FILE" };
        var command = new Command("test", "runs golden files: queries, the rows that are fed to them, and what they must give") { paths, rewrite, configurations, junit };
        command.SetAction((parsed, _) => RunAsync(
            parsed.GetValue(paths)!, parsed.GetValue(rewrite), parsed.GetValue(configurations) ?? [], parsed.GetValue(junit)));
        return command;
    }

    static async Task<int> RunAsync(string[] paths, bool rewrite, string[] wanted, string? junit)
    {
        var names = wanted.Length == 0 ? [GoldenRunner.Straight] : wanted.Contains("all") ? [.. GoldenRunner.ConfigurationNames] : wanted;
        if (names.FirstOrDefault(name => !GoldenRunner.ConfigurationNames.Contains(name)) is { } unknown)
            return Fail($"configuration '{unknown}' does not exist; there are 'all', {string.Join(", ", GoldenRunner.ConfigurationNames.Select(name => $"'{name}'"))}");
        var files = new List<string>();
        foreach (var path in paths)
        {
            if (Directory.Exists(path))
                files.AddRange(Directory.EnumerateFiles(path, "*.test", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
            else if (File.Exists(path))
                files.Add(path);
            else
                return Fail($"{path} is neither a file nor a directory");
        }
        if (files.Count == 0)
            return Fail($"no files *.test in {string.Join(", ", paths)}");
        var runner = new GoldenRunner(rewrite ? [GoldenRunner.Straight] : names);
        var outcomes = new List<GoldenOutcome>();
        var errors = new List<(string File, GoldenException Error)>();
        foreach (var file in files)
        {
            try
            {
                await RunFileAsync(runner, file, rewrite, outcomes);
            }
            catch (GoldenException exception)
            {
                errors.Add((file, exception));
                Console.Error.WriteLine($"{file}:{exception.Line}: {exception.Message}");
            }
        }
        if (junit is not null)
            GoldenReport.WriteJUnit(junit, outcomes, errors);
        var failed = outcomes.Count(outcome => !rewrite && !outcome.Passed) + errors.Count;
        Console.WriteLine(rewrite ? $"{outcomes.Count} sections written" : $"{outcomes.Count + errors.Count - failed} passed, {failed} failed");
        return failed == 0 ? ExitCode.Done : ExitCode.UserError;
    }

    static async Task RunFileAsync(GoldenRunner runner, string file, bool rewrite, List<GoldenOutcome> outcomes)
    {
        var answers = new Dictionary<GoldenSection, IReadOnlyList<string>>();
        var (passed, failed) = (0, 0);
        await foreach (var outcome in runner.RunAsync(file))
        {
            outcomes.Add(outcome);
            if (rewrite)
            {
                answers[outcome.Section] = outcome.Actual;
                continue;
            }
            (passed, failed) = outcome.Passed ? (passed + 1, failed) : (passed, failed + 1);
            if (!outcome.Passed)
                Console.Write(GoldenReport.Failure(outcome));
        }
        if (rewrite)
            GoldenSection.Rewrite(file, answers);
        else
            Console.WriteLine($"{(failed == 0 ? "ok    " : "FAILED")} {file} ({passed} passed{(failed == 0 ? "" : $", {failed} failed")})");
    }

    static int Fail(string message)
    {
        Console.Error.WriteLine($"ERROR: {message}");
        return ExitCode.Usage;
    }
}
