using System.CommandLine;
using SqlStream.Cli.Remote;
using SqlStream.Client;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Cli.Commands;

/// <summary><c>sqlstream submit FILE.sql</c>: sends a script to a server and prints the ids of its jobs.</summary>
static class SubmitCommand
{
    static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(250);

    public static Command Create()
    {
        var file = new Argument<string>("FILE.sql") { Description = "the script" };
        var name = new Option<string?>("--name") { Description = "name of its jobs; refused while a job of that name runs", HelpName = "N" };
        var wait = new Option<bool>("--wait") { Description = "waits until all its jobs have ended" };
        var catalog = new Option<string>("--catalog")
        {
            Description = "own: its tables are its own (default); server: it uses and changes the server's",
            HelpName = "own|server",
            DefaultValueFactory = _ => "own",
        };
        catalog.AcceptOnlyFromAmong("own", "server");
        var restore = new Option<string?>("--restore", "-s") { Description = "a checkpoint or savepoint to start from, as the server sees it", HelpName = "PATH" };
        var json = new Option<bool>("--json") { Description = "writes the answer as JSON" };
        var check = CommonOptions.Check();
        var connection = new ServerConnection();
        var set = CommonOptions.Set();
        var define = CommonOptions.Define();
        var parallelism = CommonOptions.Parallelism();
        var sinks = CommonOptions.Sinks();
        var verbose = CommonOptions.Verbose();
        var command = new Command("submit", "sends a script to a server; its INSERTs become jobs there") { file, name, wait, catalog, restore, check, json, set, define, parallelism, sinks, verbose };
        foreach (var option in connection.Options)
            command.Options.Add(option);
        command.SetAction(async (parsed, cancellation) =>
        {
            SourceText? source = null;
            try
            {
                source = CommonOptions.Substitute(CommonOptions.ReadFile(parsed.GetValue(file)!), parsed.GetValue(define) ?? []);
                using var client = new SqlStreamClient(connection.Address(parsed));
                var result = await client.SubmitAsync(
                    new ScriptRequest
                    {
                        Sql = source.Text,
                        Name = parsed.GetValue(name),
                        Settings = CommonOptions.Settings(parsed, set, parallelism, sinks),
                        Catalog = parsed.GetValue(catalog),
                        RestorePath = parsed.GetValue(restore),
                        Check = parsed.GetValue(check),
                    }, cancellation).ConfigureAwait(false);
                Show(result, source, parsed.GetValue(json));
                return parsed.GetValue(wait) ? await WaitAsync(client, result.Jobs, cancellation).ConfigureAwait(false) : ExitCode.Done;
            }
#pragma warning disable CA1031 // Every failure becomes a message and an exit code.
            catch (Exception e)
#pragma warning restore CA1031
            {
                var error = e is ApiException api ? RemoteErrors.Of(api) : e;
                ErrorPrinter.Print(error, source, parsed.GetValue(verbose));
                return ExitCode.Of(error);
            }
        });
        return command;
    }

    static void Show(ScriptResult result, SourceText source, bool asJson)
    {
        foreach (var warning in result.Warnings)
            Console.Error.WriteLine(ErrorPrinter.Printable(RemoteErrors.Diagnostic(warning, 0, Severity.Warning).Render(source)));
        foreach (var notice in result.Notices)
            Console.Error.WriteLine(ErrorPrinter.Printable(notice));
        if (asJson)
            JobsCommand.WriteJson(result, ApiJson.Indented.ScriptResult);
        else
            Array.ForEach([.. result.Jobs], job => Console.Out.WriteLine(job.Id));
    }

    // The jobs go on when this ends before them.
    static async Task<int> WaitAsync(SqlStreamClient client, IReadOnlyList<JobInfo> jobs, CancellationToken cancellation)
    {
        var failed = new List<JobInfo>();
        foreach (var job in jobs)
        {
            var now = await client.JobAsync(job.Id, cancellation).ConfigureAwait(false);
            using var tick = new PeriodicTimer(_tick);
            while (now.IsActive)
            {
                await tick.WaitForNextTickAsync(cancellation).ConfigureAwait(false);
                now = await client.JobAsync(job.Id, cancellation).ConfigureAwait(false);
            }
            if (now.Status != "FINISHED")
                await Console.Error.WriteLineAsync(ErrorPrinter.Printable($"job {now.Id} ({now.Name}) ended: {now.Status}" + (now.Reason is null ? "" : $" ({now.Reason})"))).ConfigureAwait(false);
            if (now.Status == "FAILED")
                failed.Add(now);
        }
        if (failed.Count == 0)
            return ExitCode.Done;
        return failed.Exists(job => job.Error is { SqlState: SqlState.IoError or SqlState.ConnectionFailure or SqlState.DiskFull }) ? ExitCode.Outside : ExitCode.JobFailed;
    }
}
