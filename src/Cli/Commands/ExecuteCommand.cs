using System.CommandLine;
using SqlStream.Cli.Remote;
using SqlStream.Cli.Shell;
using SqlStream.Cli.Terminals;
using SqlStream.Core.Diagnostics;
using SqlStream.Parser;

namespace SqlStream.Cli.Commands;

/// <summary><c>sqlstream -c "SQL"</c>, <c>-f FILE</c>, or SQL on standard input: runs statements, prints results, stops at the first error.</summary>
static class ExecuteCommand
{
    public static void AddTo(RootCommand root)
    {
        var command = new Option<string?>("-c") { Description = "statements to execute", HelpName = "SQL" };
        var file = new Option<string?>("-f") { Description = "a file of statements to execute", HelpName = "FILE" };
        var output = CommonOptions.Output();
        var set = CommonOptions.Set();
        var define = CommonOptions.Define();
        var parallelism = CommonOptions.Parallelism();
        var verbose = CommonOptions.Verbose();
        var check = CommonOptions.Check();
        var connection = new ServerConnection();
        foreach (var option in new Option[] { command, file, output, set, define, parallelism, check, verbose }.Concat(connection.Options))
            root.Options.Add(option);
        root.Validators.Add(result =>
        {
            if (result.GetResult(command) is not null && result.GetResult(file) is not null)
                result.AddError("-c and -f cannot be used together");
            if (result.GetValue(check) && result.GetResult(command) is null && result.GetResult(file) is null && !Console.IsInputRedirected)
                result.AddError("--check needs statements: -c, -f or standard input");
        });
        root.SetAction((parsed, cancellation) =>
        {
            var start = new ShellStart
            {
                Output = parsed.GetValue(output)!,
                Settings = () => CommonOptions.Settings(parsed, set, parallelism),
                Defines = parsed.GetValue(define) ?? [],
                IsVerbose = parsed.GetValue(verbose),
                Checks = parsed.GetValue(check),
                Server = () => connection.IsGiven(parsed.CommandResult) ? connection.Address(parsed) : null,
            };
            if (parsed.GetValue(command) is { } text)
                return RunAsync(() => new SourceText(text), start, cancellation);
            return parsed.GetValue(file) is { } path
                ? RunAsync(() => CommonOptions.ReadFile(path), start, cancellation)
                : ShellSubcommand.RunAsync(start, cancellation);
        });
    }

    /// <summary>Runs a script to its end or its first error.</summary>
    public static async Task<int> RunAsync(Func<SourceText> text, ShellStart start, CancellationToken cancellation)
    {
        SourceText? source = null;
        try
        {
            source = text();
            source = CommonOptions.Substitute(source, start.Defines);
            // Wrong SQL is told before anything is opened.
            var script = ShellText.Parse(source);
            await using var standardOutput = StandardStreams.Output();
            var screen = Console.IsOutputRedirected ? standardOutput : new PrintableWriter(standardOutput);
            await using var host = start.OpenHost(null, screen, Console.Error, waits: true);
            if (start.Checks)
            {
                await CommonOptions.CheckAsync(host, [.. script.Select(item => item.Statement).OfType<ParsedStatement>()], source).ConfigureAwait(false);
                return ExitCode.Done;
            }
            var shell = new SqlShell(host, screen, Console.Error, new ShellSettings(isScript: true) { Mode = start.Output }, start.Defines) { IsVerbose = start.IsVerbose };
            var failed = await shell.ExecuteAsync(script, source, cancellation).ConfigureAwait(false);
            shell.OutputTo(null);
            if (failed is null)
                return ExitCode.Done;
            ErrorPrinter.Print(failed.Error!, null, start.IsVerbose);
            return ExitCode.OfJobs([failed.Error]);
        }
#pragma warning disable CA1031 // Every failure becomes a message and an exit code.
        catch (Exception e)
#pragma warning restore CA1031
        {
            ErrorPrinter.Print(e, e.Data[SqlShell.SourceKey] as SourceText ?? source, start.IsVerbose);
            return ExitCode.Of(e);
        }
    }
}
