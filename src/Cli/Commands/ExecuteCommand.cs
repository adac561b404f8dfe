using System.CommandLine;
using SqlStream.Cli.Output;
using SqlStream.Core.Diagnostics;
using SqlStream.Engine;
using SqlStream.Engine.Sessions;
using SqlStream.Execution;

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
        foreach (var option in new Option[] { command, file, output, set, define, parallelism, verbose })
            root.Options.Add(option);
        root.Validators.Add(result =>
        {
            if (result.GetResult(command) is not null && result.GetResult(file) is not null)
                result.AddError("-c and -f cannot be used together");
        });
        root.SetAction((parsed, cancellation) => RunAsync(
            () => Text(parsed.GetValue(command), parsed.GetValue(file)),
            parsed.GetValue(define) ?? [],
            () => CommonOptions.Settings(parsed, set, parallelism),
            parsed.GetValue(output)!,
            parsed.GetValue(verbose),
            cancellation));
    }

    static SourceText Text(string? command, string? file)
    {
        if (command is not null)
            return new SourceText(command);
        if (file is not null)
            return CommonOptions.ReadFile(file);
        if (!Console.IsInputRedirected)
        {
            throw new SqlException(SqlState.FeatureNotSupported, "the interactive shell is not supported yet",
                "Use -c \"SQL\", -f FILE, SQL on standard input, or 'sqlstream run FILE'; --help lists the commands.");
        }
        return CommonOptions.ReadStandardInput();
    }

    static async Task<int> RunAsync(
        Func<SourceText> text, string[] defines, Func<Dictionary<string, string>> settings, string output, bool verbose, CancellationToken cancellation)
    {
        SourceText? source = null;
        try
        {
            source = text();
            source = CommonOptions.Substitute(source, defines);
            var statements = Session.Parse(source);
            var values = settings();
            values.TryAdd("table.dml-sync", "true");
            await using var standardOutput = StandardStreams.Output();
            await using var engine = SqlStreamEngine.Open(new EngineOptions { Output = standardOutput, Error = Console.Error, Settings = values });
            var session = engine.OpenSession();
            var executor = new StatementExecutor(session, ResultWriters.Create(output, session, standardOutput), standardOutput);
            foreach (var statement in statements)
            {
                if (await executor.ExecuteAsync(statement, source, cancellation).ConfigureAwait(false) is { Status: JobStatus.Failed } failed)
                {
                    ErrorPrinter.Print(failed.Error!, source, verbose);
                    return ExitCode.OfJobs([failed.Error]);
                }
            }
            return ExitCode.Done;
        }
#pragma warning disable CA1031 // Every failure becomes a message and an exit code.
        catch (Exception e)
#pragma warning restore CA1031
        {
            ErrorPrinter.Print(e, source, verbose);
            return ExitCode.Of(e);
        }
    }
}
