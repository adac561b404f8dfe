using System.CommandLine;
using System.Runtime.InteropServices;
using SqlStream.Cli.Hosts;
using SqlStream.Cli.Output;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Engine;
using SqlStream.Engine.Runs;
using SqlStream.Engine.Sessions;
using SqlStream.Execution;
using SqlStream.Server;
using SqlStream.State.Checkpoints;

namespace SqlStream.Cli.Commands;

/// <summary><c>sqlstream run FILE.sql</c>: runs a script in this process. Statements in order, each INSERT and STATEMENT SET a job; ends when
/// all jobs have ended, or on SIGINT and SIGTERM. Running the same command again goes on.</summary>
static class RunCommand
{
    /// <summary>The word on the command line.</summary>
    public const string Name = "run";

    public static Command Create()
    {
        var file = new Argument<string>("FILE.sql") { Description = "the script" };
        var data = new Option<string?>("--data") { Description = "where state and checkpoints are kept (default ./.sqlstream/<script>)", HelpName = "DIR" };
        var restore = new Option<string>("--restore", "-s")
        {
            Description = "auto: go on with an unfinished run; none: a new run; PATH: from a checkpoint or savepoint",
            HelpName = "auto|none|PATH",
            DefaultValueFactory = _ => "auto",
        };
        var sinks = CommonOptions.Sinks();
        var discard = new Option<bool>("--discard-unfinished") { Description = "with --restore none: give up the unfinished run in the data directory" };
        var sequential = new Option<bool>("--sequential") { Description = "waits for each INSERT before the next statement" };
        var progress = new Option<bool?>("--progress") { Description = "a line a second with rows, rate, watermark and last checkpoint (default on a terminal)" };
        var stopTimeout = new Option<string>("--stop-timeout")
        {
            Description = "how long a stop waits for output to be delivered",
            HelpName = "DURATION",
            DefaultValueFactory = _ => "30 s",
        };
        var check = CommonOptions.Check();
        var output = CommonOptions.Output();
        var set = CommonOptions.Set();
        var define = CommonOptions.Define();
        var parallelism = CommonOptions.Parallelism();
        var verbose = CommonOptions.Verbose();
        var command = new Command(Name, "runs a script in this process; running it again goes on where it was")
        {
            file, data, restore, sinks, discard, check, sequential, progress, stopTimeout, output, set, define, parallelism, verbose,
        };
        command.SetAction((parsed, _) => new Run
        {
            File = parsed.GetValue(file)!,
            Data = parsed.GetValue(data),
            Restore = parsed.GetValue(restore)!,
            Discard = parsed.GetValue(discard),
            Check = parsed.GetValue(check),
            Sequential = parsed.GetValue(sequential),
            Progress = parsed.GetValue(progress) ?? !Console.IsErrorRedirected,
            StopTimeout = parsed.GetValue(stopTimeout)!,
            Output = parsed.GetValue(output)!,
            Settings = () => CommonOptions.Settings(parsed, set, parallelism, sinks),
            Defines = parsed.GetValue(define) ?? [],
            Verbose = parsed.GetValue(verbose),
        }.ExecuteAsync());
        return command;
    }

#pragma warning disable CA1001 // Disposed at the end of ExecuteAsync.
    sealed class Run
#pragma warning restore CA1001
    {
        public required string File { get; init; }
        public required string? Data { get; init; }
        public required string Restore { get; init; }
        public required bool Discard { get; init; }
        public required bool Check { get; init; }
        public required bool Sequential { get; init; }
        public required bool Progress { get; init; }
        public required string StopTimeout { get; init; }
        public required string Output { get; init; }
        public required Func<Dictionary<string, string>> Settings { get; init; }
        public required string[] Defines { get; init; }
        public required bool Verbose { get; init; }

        readonly CancellationTokenSource _stop = new();
        readonly List<Job> _jobs = [];
        bool _stopFailed;
        SourceText? _source;

        public async Task<int> ExecuteAsync()
        {
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
            using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
            try
            {
                return await RunAsync().ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Every failure becomes a message and an exit code.
            catch (Exception e)
#pragma warning restore CA1031
            {
                ErrorPrinter.Print(e, _source, Verbose);
                return ExitCode.Of(e);
            }
            finally
            {
                _stop.Dispose();
            }
        }

        // The first signal stops gracefully, the second ends the process at once.
        void OnSignal(PosixSignalContext context)
        {
            if (_stop.IsCancellationRequested)
                return;
            context.Cancel = true;
            _stop.Cancel();
        }

        async Task<int> RunAsync()
        {
            if (!Durations.TryParse(StopTimeout, out var stopTimeout))
                throw new SqlException(SqlState.InvalidParameterValue, $"--stop-timeout must be a duration such as 30 s, not '{StopTimeout}'");
            _source = CommonOptions.ReadFile(File);
            _source = CommonOptions.Substitute(_source, Defines);
            var statements = Session.Parse(_source);
            if (Check)
            {
                await using var host = new ShellStart { Output = Output, Settings = Settings, Defines = Defines, IsVerbose = Verbose }.OpenHost(null, TextWriter.Null);
                await CommonOptions.CheckAsync(host, statements, _source).ConfigureAwait(false);
                return ExitCode.Done;
            }
            var directory = Data ?? Path.Combine(".sqlstream", Path.GetFileNameWithoutExtension(File));
            using var lease = JobLease.Acquire(directory, TimeProvider.System);
            await using var output = StandardStreams.Output();
            await using var engine = SqlStreamEngine.Open(new EngineOptions
            {
                DataDirectory = directory,
                Lease = lease,
                Output = output,
                Error = Console.Error,
                Settings = Settings(),
            });
            await using var socket = await ControlSocket.OpenAsync(engine).ConfigureAwait(false);
            // What is warned of comes with its statement.
            engine.OpenSession().Check(statements, _source);
            var run = ScriptRun.Open(engine, _source.Text, Mode(), Discard);
            if (run.FinishedAt is { } finished)
            {
                Say($"finished at {finished.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, nothing to do; --restore none runs it again");
                return ExitCode.Done;
            }
            var session = engine.OpenSession();
            session.Run = run;
            var executor = new StatementExecutor(new EngineHost(engine, session), Output, ResultWriters.Create(Output, output), output, Console.Error);
            await using var progress = Progress ? new ProgressLine(_jobs) : null;
            foreach (var statement in statements)
            {
                if (_stop.IsCancellationRequested || AnyFailed())
                    break;
                await ExecuteAsync(executor, statement).ConfigureAwait(false);
            }
            return await FinishAsync(run, stopTimeout).ConfigureAwait(false);
        }

        async Task ExecuteAsync(StatementExecutor executor, Parser.ParsedStatement statement)
        {
            try
            {
                if (await executor.ExecuteAsync(statement, _source!, _stop.Token).ConfigureAwait(false) is not EngineJob { Job: var job })
                    return;
                lock (_jobs)
                    _jobs.Add(job);
                job.Notice += notice => Say($"{job.Name}: {notice}");
                if (Sequential)
                    await job.Completion.WaitAsync(_stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                // A stop was asked for; what runs is stopped below.
            }
        }

        RestoreMode Mode() => Restore switch
        {
            "auto" => RestoreMode.Auto,
            "none" => new RestoreMode(RestoreKind.None),
            _ => new RestoreMode(RestoreKind.Path, Restore),
        };

        async Task<int> FinishAsync(ScriptRun run, TimeSpan stopTimeout)
        {
            var all = Task.WhenAll(_jobs.Select(job => job.Completion));
            await WaitForEndAsync(all).ConfigureAwait(false);
            if (!all.IsCompleted)
                await StopAllAsync(stopTimeout).ConfigureAwait(false);
            await run.SettleAsync().ConfigureAwait(false);
            foreach (var job in _jobs.Where(job => job.Status == JobStatus.Failed && !StandardStreams.HasLostReader))
            {
                Say($"job {job.Id} ({job.Name}) failed");
                ErrorPrinter.Print(job.Error!, _source, Verbose);
            }
            if (AnyFailed())
                return ExitCode.OfJobs(_jobs.Select(job => job.Error));
            if (_stopFailed)
                return ExitCode.Outside;
            if (!_jobs.TrueForAll(job => job.Status == JobStatus.Finished) || _stop.IsCancellationRequested)
                return ExitCode.Done;
            foreach (var (id, name) in run.LeftOut)
                Say($"job {id} ({name}) is not finished and not in the script any more; its state is kept, --restore none --discard-unfinished gives it up");
            if (run.LeftOut.Count == 0)
                run.Finished();
            return ExitCode.Done;
        }

        async Task WaitForEndAsync(Task all)
        {
            var stopped = new TaskCompletionSource();
            await using var registration = _stop.Token.Register(() => stopped.TrySetResult());
            var waiting = _jobs.Select(job => job.Completion).ToList();
            while (waiting.Count > 0 && !_stop.IsCancellationRequested && !AnyFailed())
            {
                var ended = await Task.WhenAny([.. waiting, stopped.Task]).ConfigureAwait(false);
                waiting.Remove(ended);
            }
            _ = all;
        }

        async Task StopAllAsync(TimeSpan stopTimeout)
        {
            Say("stopping with a final checkpoint");
            foreach (var job in _jobs.Where(job => job.Status is JobStatus.Running or JobStatus.Restarting))
                await StopAsync(job, stopTimeout).ConfigureAwait(false);
        }

        async Task StopAsync(Job job, TimeSpan stopTimeout)
        {
            try
            {
                var result = await job.StopAsync(StopKind.Stop, null).ConfigureAwait(false);
                try
                {
                    await job.Completion.WaitAsync(stopTimeout).ConfigureAwait(false);
                }
                catch (TimeoutException)
                {
                    foreach (var (table, rows, trouble) in job.Undelivered)
                        Say($"{rows} rows for {table} are in the checkpoint and not delivered" + (trouble is null ? "" : $": {trouble}"));
                    job.GiveUpShipping();
                    await job.Completion.ConfigureAwait(false);
                }
                if (result is not null)
                    Say($"job {job.Id} ({job.Name}) stopped at checkpoint {result.CheckpointId}, epoch {result.Epoch}");
            }
            catch (Exception e) when (e is SqlException or Core.Diagnostics.ExternalException)
            {
                _stopFailed |= e is Core.Diagnostics.ExternalException;
                job.Cancel();
                await job.Completion.ConfigureAwait(false);
                // It ended by itself meanwhile, or its final checkpoint failed.
                Say(job.Status == JobStatus.Failed
                    ? $"job {job.Id} ({job.Name}) stopped without its final checkpoint: {e.Message}; the same command goes on from {Newest(job)}"
                    : $"job {job.Id} ({job.Name}): {e.Message}");
            }
        }

        static string Newest(Job job) =>
            job.Checkpoints is [.., var newest] ? $"checkpoint {newest.CheckpointId}, epoch {newest.Epoch}" : "where it began";

        bool AnyFailed() => _jobs.Exists(job => job.Status == JobStatus.Failed);

        static void Say(string line) => Console.Error.WriteLine(line);
    }
}
