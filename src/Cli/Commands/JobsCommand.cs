using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SqlStream.Cli.Output;
using SqlStream.Cli.Remote;
using SqlStream.Cli.Shell;
using SqlStream.Client;
using SqlStream.Core.Connect;
using SqlStream.Core.Time;

namespace SqlStream.Cli.Commands;

/// <summary><c>sqlstream jobs ...</c>: works on the jobs of a server, or of the process that owns a data directory.</summary>
static class JobsCommand
{
    public static Command Create()
    {
        var command = new Command("jobs", "works on the jobs of a server, or of the process that owns a data directory");
        command.Subcommands.Add(List());
        command.Subcommands.Add(Show());
        command.Subcommands.Add(Checkpoints());
        command.Subcommands.Add(Stop());
        command.Subcommands.Add(Simple("cancel", "ends a job without a checkpoint", (client, id, stop) => client.CancelJobAsync(id, stop)));
        command.Subcommands.Add(Simple("restart", "starts a job again from its last checkpoint; one that runs is stopped first", (client, id, stop) => client.RestartJobAsync(id, stop)));
        command.Subcommands.Add(Savepoint());
        command.Subcommands.Add(Checkpoint());
        command.Subcommands.Add(Delete());
        return command;
    }

    /// <summary>Writes an answer as JSON.</summary>
    public static void WriteJson<T>(T value, JsonTypeInfo<T> type) => Console.Out.WriteLine(JsonSerializer.Serialize(value, type));

    /// <summary>A line a job, for a listing.</summary>
    public static IReadOnlyList<string?[]> Rows(IReadOnlyList<JobInfo> jobs) => [.. jobs.Select(Row)];

    static Command List() => Made("list", "lists all jobs, those that have ended too", [], async (client, _, asJson, stop) =>
    {
        var jobs = await client.JobsAsync(stop).ConfigureAwait(false);
        if (asJson)
            WriteJson(jobs, ApiJson.Indented.JobList);
        else
            TableWriter.PrintListing(Console.Out, JobTexts.Columns, Rows(jobs.Jobs));
    });

    static Command Show()
    {
        var id = Id();
        return Made("show", "tells about a job, with its tasks and rates", [id], async (client, parsed, asJson, stop) =>
        {
            var job = await client.JobAsync(parsed.GetValue(id)!, stop).ConfigureAwait(false);
            if (asJson)
            {
                WriteJson(job, ApiJson.Indented.JobInfo);
                return;
            }
            PrintLines(Lines(job));
            if (!job.IsActive)
                return;
            var plan = await client.PlanAsync(job.Id, stop).ConfigureAwait(false);
            TableWriter.PrintListing(Console.Out, ["task", "operator", "subtasks", "rows in", "rows in/s", "rows out", "rows out/s"],
            [
                .. plan.Tasks.SelectMany(task => task.Operators.Select(one => new[]
                {
                    Number(task.Id), one.Table is null ? one.Stem : $"{one.Stem} {one.Table}", Number(task.Parallelism),
                    Number(one.RowsIn), Number((long)one.RowsInPerSecond), Number(one.RowsOut), Number((long)one.RowsOutPerSecond),
                })),
            ]);
        });
    }

    static Command Checkpoints()
    {
        var id = Id();
        var number = new Argument<int?>("CHECKPOINT")
        {
            Description = "the number of one: with what it holds of each operator",
            Arity = ArgumentArity.ZeroOrOne,
            CustomParser = CommonOptions.WholeNumber,
        };
        return Made("checkpoints", "lists the last checkpoints of a job, or tells about one", [id, number], async (client, parsed, asJson, stop) =>
        {
            if (parsed.GetValue(number) is { } one)
            {
                var checkpoint = await client.CheckpointAsync(parsed.GetValue(id)!, one, stop).ConfigureAwait(false);
                Print(checkpoint, asJson);
                if (!asJson)
                    TableWriter.PrintListing(Console.Out, OperatorSizes.Columns, OperatorSizes.Rows(checkpoint.Operators ?? []));
                return;
            }
            var list = await client.CheckpointsAsync(parsed.GetValue(id)!, stop).ConfigureAwait(false);
            if (asJson)
                WriteJson(list, ApiJson.Indented.CheckpointList);
            else
                Print(list.Checkpoints);
        });
    }

    static Command Stop()
    {
        var id = Id();
        var savepoint = new Option<string?>("--savepoint")
        {
            Description = "takes a savepoint, into a directory if one is given",
            HelpName = "DIR",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var drain = new Option<bool>("--drain") { Description = "lets all windows fire first" };
        return Made("stop", "stops a job with a final checkpoint", [id, savepoint, drain], async (client, parsed, asJson, stop) =>
        {
            var wantsSavepoint = parsed.GetResult(savepoint) is not null;
            var result = await client.StopJobAsync(parsed.GetValue(id)!, new StopRequest(wantsSavepoint, parsed.GetValue(savepoint), parsed.GetValue(drain)), stop).ConfigureAwait(false);
            if (asJson)
                WriteJson(result, ApiJson.Indented.StopResult);
            else if (result.Checkpoint is { } checkpoint)
                Print([checkpoint]);
            else
                Console.Out.WriteLine($"job {result.Job.Id} stopped");
        });
    }

    static Command Savepoint()
    {
        var id = Id();
        var directory = new Argument<string?>("DIR") { Description = "where it goes, as the server sees it", Arity = ArgumentArity.ZeroOrOne };
        return Made("savepoint", "takes a savepoint of a job", [id, directory], async (client, parsed, asJson, stop) =>
            Print(await client.SavepointAsync(parsed.GetValue(id)!, new SavepointRequest(parsed.GetValue(directory)), stop).ConfigureAwait(false), asJson));
    }

    static Command Checkpoint()
    {
        var id = Id();
        return Made("checkpoint", "takes a checkpoint of a job", [id], async (client, parsed, asJson, stop) =>
            Print(await client.CheckpointAsync(parsed.GetValue(id)!, stop).ConfigureAwait(false), asJson));
    }

    static Command Delete()
    {
        var id = Id();
        var keep = new Option<bool>("--keep-checkpoints") { Description = "its checkpoints stay" };
        return Made("delete", "forgets a job that has ended, and deletes its checkpoints", [id, keep], async (client, parsed, _, stop) =>
            await client.DeleteJobAsync(parsed.GetValue(id)!, parsed.GetValue(keep), stop).ConfigureAwait(false));
    }

    static Command Simple(string name, string does, Func<SqlStreamClient, string, CancellationToken, Task<JobInfo>> run)
    {
        var id = Id();
        return Made(name, does, [id], async (client, parsed, asJson, stop) =>
        {
            var job = await run(client, parsed.GetValue(id)!, stop).ConfigureAwait(false);
            if (asJson)
                WriteJson(job, ApiJson.Indented.JobInfo);
            else
                Console.Out.WriteLine(ErrorPrinter.Printable($"job {job.Id} ({job.Name}): {job.Status}"));
        });
    }

    static Argument<string> Id() => new("ID") { Description = "the id of the job, the beginning of it, or its name" };

    static Command Made(string name, string does, IReadOnlyList<Symbol> symbols, Func<SqlStreamClient, System.CommandLine.ParseResult, bool, CancellationToken, Task> run)
    {
        var data = new Option<string?>("--data") { Description = "the data directory of a process, in place of a server's URL", HelpName = "DIR" };
        var json = new Option<bool>("--json") { Description = "writes JSON" };
        var verbose = CommonOptions.Verbose();
        var connection = new ServerConnection(data);
        var command = new Command(name, does) { data, json, verbose };
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
                command.Arguments.Add(argument);
            else
                command.Options.Add((Option)symbol);
        }
        foreach (var option in connection.Options)
            command.Options.Add(option);
        command.SetAction(async (parsed, cancellation) =>
        {
            try
            {
                using var client = new SqlStreamClient(connection.Address(parsed));
                await run(client, parsed, parsed.GetValue(json), cancellation).ConfigureAwait(false);
                return ExitCode.Done;
            }
#pragma warning disable CA1031 // Every failure becomes a message and an exit code.
            catch (Exception e)
#pragma warning restore CA1031
            {
                var error = e is ApiException api ? RemoteErrors.Of(api) : e;
                ErrorPrinter.Print(error, null, parsed.GetValue(verbose));
                return ExitCode.Of(error);
            }
        });
        return command;
    }

    static string?[] Row(JobInfo job)
    {
        var isRunning = job.Status is "RUNNING" or "RESTARTING";
        return
        [
            job.Id, job.Name, job.Reason is { } reason ? $"{job.Status} ({reason})" : job.Status,
            isRunning && job.StartedAt is { } start ? LiveStatus.Duration(TimeProvider.System.GetUtcNow() - start) : "",
            Number(job.Progress?.RowsIn ?? 0), isRunning ? Number((long)(job.RowsInPerSecond ?? 0)) : "", Number(job.Progress?.RowsOut ?? 0),
            isRunning && job.Progress?.Share is { } share ? JobTexts.Done(share, null) : "",
            job.Progress?.WatermarkMicros is { } micros ? new EventTime(micros).ToString() : "",
            job.LastCheckpoint is { } last ? $"{Number(last.Id)} at {last.At.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture)}" : "",
        ];
    }

    static IEnumerable<(string Name, string? Value)> Lines(JobInfo job)
    {
        yield return ("job id", job.Id);
        yield return ("name", job.Name);
        yield return ("status", job.Status);
        yield return ("reason", job.Reason);
        yield return ("error", job.Error is { } error ? $"{error.SqlState}: {error.Message}" : null);
        yield return ("detail", job.Error?.Detail);
        yield return ("hint", job.Error?.Hint);
        yield return ("submitted", Time(job.CreatedAt));
        yield return ("started", Time(job.StartedAt));
        yield return ("ended", Time(job.EndedAt));
        yield return ("restarts", Number(job.Restarts));
        yield return ("parallelism", job.Parallelism is { } number ? Number(number) : null);
        yield return ("writes", string.Join(", ", job.Targets));
        yield return ("rows in", Number(job.Progress?.RowsIn ?? 0));
        yield return ("rows out", Number(job.Progress?.RowsOut ?? 0));
        yield return ("late rows", job.Progress?.LateRows is > 0 and var late ? Number(late) : null);
        yield return ("rows not readable", job.Progress?.BadRows is > 0 and var bad ? Number(bad) : null);
        yield return ("done", job.IsActive && job.Progress?.Share is { } share ? JobTexts.Done(share, null) : null);
        yield return ("watermark", job.Progress?.WatermarkMicros is { } micros ? new EventTime(micros).ToString() : null);
        yield return ("last checkpoint", job.LastCheckpoint is { } last ? $"{Number(last.Id)} at {Time(last.At)}, {MemorySizes.Format(last.BytesTotal)}, {last.DurationMs:0} ms" : null);
        foreach (var sink in job.Undelivered)
            yield return ("not delivered", $"{Number(sink.Rows)} rows to {sink.Table}" + (sink.Trouble is null ? "" : $": {sink.Trouble}"));
        yield return ("statement", job.Sql);
    }

    static void PrintLines(IEnumerable<(string Name, string? Value)> lines)
    {
        foreach (var (name, value) in lines.Where(line => !string.IsNullOrEmpty(line.Value)))
            Console.Out.WriteLine(ErrorPrinter.Printable($"{name,17} = {value!.ReplaceLineEndings(" ")}"));
    }

    static void Print(CheckpointInfo checkpoint, bool asJson)
    {
        if (asJson)
            WriteJson(checkpoint, ApiJson.Indented.CheckpointInfo);
        else
            Print([checkpoint]);
    }

    static void Print(IReadOnlyList<CheckpointInfo> checkpoints) => TableWriter.PrintListing(
        Console.Out, ["checkpoint", "epoch", "trigger", "time", "ms", "written", "full size", "path"],
        [
            .. checkpoints.Select(one => new[]
            {
                Number(one.Id), Number(one.Epoch), one.Trigger, Time(one.At), one.DurationMs.ToString("0", CultureInfo.InvariantCulture),
                MemorySizes.Format(one.BytesWritten), MemorySizes.Format(one.BytesTotal), one.Path,
            }),
        ]);

    static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
