using System.CommandLine;
using SqlStream.Cli.Demo;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Cli.Commands;

/// <summary><c>sqlstream demo</c>: the main job from end to end with nothing installed: a broker, a generator, a filter, computed columns, a windowed
/// aggregation from topic to topic exactly once, a crash and a recovery, shown step by step and checked against a plain recomputation.</summary>
static class DemoCommand
{
    public static Command Create()
    {
        var directory = new Option<string?>("--dir") { Description = "where the demo works (default: a temporary directory, deleted at the end)", HelpName = "DIR" };
        var rows = new Option<int>("--rows") { Description = "rows to generate", DefaultValueFactory = _ => 1_000_000, HelpName = "N", CustomParser = result => CommonOptions.WholeNumber(result) ?? 0 };
        var command = new Command("demo", "runs the main job from end to end, with a crash and a recovery") { directory, rows };
        command.SetAction(parsed =>
        {
            try
            {
                return Run(parsed.GetValue(directory), parsed.GetValue(rows));
            }
#pragma warning disable CA1031 // Every failure becomes a message and an exit code.
            catch (Exception e)
#pragma warning restore CA1031
            {
                ErrorPrinter.Print(e, null, verbose: false);
                return ExitCode.Of(e);
            }
        });
        return command;
    }

    static int Run(string? given, int rows)
    {
        if (rows < 10_000)
            throw new SqlException(SqlState.InvalidParameterValue, "--rows must be at least 10000, so that there is a middle to crash in");
        var directory = given ?? Directory.CreateTempSubdirectory("sqlstream-demo-").FullName;
        Directory.CreateDirectory(directory);
        try
        {
            using var steps = new DemoSteps(Path.GetFullPath(directory), rows);
            return steps.Run();
        }
        finally
        {
            if (given is null)
                Directory.Delete(directory, recursive: true);
        }
    }
}
