using System.CommandLine;
using System.Runtime.InteropServices;
using SqlStream.Cli.Shell;
using SqlStream.Cli.Terminals;
using SqlStream.Core.Diagnostics;
using SqlStream.Engine;
using SqlStream.Execution;
using SqlStream.Parser;
using SqlStream.State.Checkpoints;

namespace SqlStream.Cli.Commands;

/// <summary><c>sqlstream shell</c>, and <c>sqlstream</c> at a terminal: the interactive shell on an embedded engine.</summary>
static class ShellSubcommand
{
    /// <summary>The word on the command line.</summary>
    public const string Name = "shell";

    const string Prompt = "sqlstream> ";
    static readonly TimeSpan _stopMax = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var data = new Option<string?>("--data") { Description = "where state and checkpoints are kept (default: a temporary directory)", HelpName = "DIR" };
        var init = new Option<string?>("--init", "-i") { Description = "a file that is executed first, instead of ~/.sqlstreamrc", HelpName = "FILE" };
        var output = CommonOptions.Output();
        var set = CommonOptions.Set();
        var define = CommonOptions.Define();
        var parallelism = CommonOptions.Parallelism();
        var verbose = CommonOptions.Verbose();
        var command = new Command(Name, "the interactive shell; 'sqlstream' alone starts it at a terminal") { data, init, output, set, define, parallelism, verbose };
        command.SetAction((parsed, cancellation) => RunAsync(new ShellStart
        {
            Data = parsed.GetValue(data),
            Init = parsed.GetValue(init),
            Output = parsed.GetValue(output)!,
            Settings = () => CommonOptions.Settings(parsed, set, parallelism),
            Defines = parsed.GetValue(define) ?? [],
            IsVerbose = parsed.GetValue(verbose),
        }, cancellation));
        return command;
    }

    /// <summary>The command line starts the shell for a person.</summary>
    public static bool IsInteractive(System.CommandLine.ParseResult parsed) => !Console.IsInputRedirected && parsed.Action is not null
        && (parsed.CommandResult.Command.Name == Name || (parsed.CommandResult.Command is RootCommand && parsed.GetResult("-c") is null && parsed.GetResult("-f") is null));

    /// <summary>Runs the shell at a terminal, or what standard input holds where there is none.</summary>
    public static async Task<int> RunAsync(ShellStart start, CancellationToken cancellation)
    {
        if (Console.IsInputRedirected)
            return await ExecuteCommand.RunAsync(CommonOptions.ReadStandardInput, start, cancellation).ConfigureAwait(false);
        try
        {
            using var lease = start.Data is null ? null : JobLease.Acquire(start.Data, TimeProvider.System);
            await using var standardOutput = StandardStreams.Output();
            using var terminal = Terminal.Open(standardOutput);
            return await RunAsync(start, lease, standardOutput, terminal).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Every failure becomes a message and an exit code.
        catch (Exception e)
#pragma warning restore CA1031
        {
            ErrorPrinter.Print(e, null, start.IsVerbose);
            return ExitCode.Of(e);
        }
    }

    static async Task<int> RunAsync(ShellStart start, JobLease? lease, TextWriter standardOutput, Terminal? terminal)
    {
        Action<string> say = text => Console.Error.Write(text);
        LineEditor? editor = null;
        await using var background = new LinesWriter(text => (editor is null ? say : editor.Say)(ErrorPrinter.Printable(text)));
        await using var engine = SqlStreamEngine.Open(new EngineOptions { DataDirectory = start.Data, Output = background, Error = background, Settings = start.Settings() });
        engine.Jobs.LeaseIncarnation = lease?.Incarnation ?? 0;
        var screen = new PrintableWriter(standardOutput);
        var shell = new SqlShell(engine, screen, screen, new ShellSettings { Mode = start.Output }, start.Defines)
        {
            Terminal = terminal,
            Said = background.Write,
            History = new LineHistory(HistoryPath(), SqlTokens.MaskSecrets),
            IsVerbose = start.IsVerbose,
        };
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, shell.OnInterrupt);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, shell.OnHangUp);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, shell.OnHangUp);
        if (terminal is not null)
            editor = new LineEditor(terminal, shell.History, new SqlCompletions(shell), new SqlTextRules());
        await screen.WriteLineAsync($"SqlStream {typeof(SqlStreamEngine).Assembly.GetName().Version?.ToString(3)}. HELP; and .help help, Tab completes, Ctrl-D leaves.").ConfigureAwait(false);
        await InitAsync(shell, start.Init).ConfigureAwait(false);
        WarmUp(engine);
        while (!shell.IsLeft)
        {
            if (Next(shell, editor) is { } text)
                await shell.EnterAsync(text).ConfigureAwait(false);
        }
        shell.OutputTo(null);
        await StopAsync(engine, screen).ConfigureAwait(false);
        await screen.FlushAsync().ConfigureAwait(false);
        return ExitCode.Done;
    }

    static string? HistoryPath() => Environment.GetEnvironmentVariable("SQLSTREAM_HISTORY") switch
    {
        null => Path.Combine(ShellFiles.Home, ".sqlstream_history"),
        "" => null,
        var path => path,
    };

    static async Task InitAsync(SqlShell shell, string? init)
    {
        var path = init ?? Path.Combine(ShellFiles.Home, ".sqlstreamrc");
        if (init is not null || File.Exists(path))
            await shell.EnterAsync($".read {path}").ConfigureAwait(false);
    }

    static string? Next(SqlShell shell, LineEditor? editor)
    {
        if (editor is null)
            return NextLines(shell);
        var draft = shell.Draft;
        shell.Draft = "";
        var (end, text) = editor.Read(Prompt, draft);
        switch (end)
        {
            case EditEnd.Submitted:
                shell.History.Add(text);
                return text.Trim().Length == 0 ? null : text;
            case EditEnd.Left:
                shell.Leave();
                shell.Messages.Flush();
                return null;
            default:
                return null;
        }
    }

    // Where the terminal knows no more than lines.
    static string? NextLines(SqlShell shell)
    {
        var rules = new SqlTextRules();
        var text = "";
        do
        {
            Console.Error.Write(text.Length == 0 ? Prompt : rules.ContinuationPrompt(text));
            if (Console.In.ReadLine() is not { } line)
            {
                shell.IsLeft = true;
                return text.Length > 0 ? text : null;
            }
            text += text.Length == 0 ? line : "\n" + line;
        }
        while (!rules.IsComplete(text));
        return string.IsNullOrWhiteSpace(text) ? null : text;
    }

    // The first statement of a person need not wait for what every first statement needs.
    static void WarmUp(SqlStreamEngine engine)
    {
        var thread = new Thread(() =>
        {
            try
            {
                var source = new SourceText("EXPLAIN SELECT 1 AS a");
                _ = engine.OpenSession().ExecuteAsync(Engine.Sessions.Session.Parse(source)[0], source, CancellationToken.None);
            }
            catch (SqlException)
            {
                // The settings may be ones that no statement can work with; the first real one will say so.
                return;
            }
        })
        { IsBackground = true, Priority = ThreadPriority.Lowest };
        thread.Start();
    }

    static async Task StopAsync(SqlStreamEngine engine, TextWriter screen)
    {
        foreach (var job in engine.Jobs.All.Where(job => job.Status is JobStatus.Running or JobStatus.Restarting))
        {
            await screen.WriteLineAsync($"stopping job {job.Id[..JobTexts.IdLength]} ({job.Name})").ConfigureAwait(false);
            await screen.FlushAsync().ConfigureAwait(false);
            try
            {
                await job.StopAsync(StopKind.Stop, null).WaitAsync(_stopMax).ConfigureAwait(false);
                await job.Completion.WaitAsync(_stopMax).ConfigureAwait(false);
            }
            catch (Exception e) when (e is TimeoutException or SqlException or Core.Diagnostics.ExternalException)
            {
                await screen.WriteLineAsync($"job {job.Id[..JobTexts.IdLength]} ended without a last checkpoint: {e.Message}").ConfigureAwait(false);
            }
        }
    }
}

/// <summary>How the shell, or a script, is started.</summary>
sealed record ShellStart
{
    public string? Data { get; init; }

    public string? Init { get; init; }

    public required string Output { get; init; }

    public required Func<Dictionary<string, string>> Settings { get; init; }

    public required string[] Defines { get; init; }

    public required bool IsVerbose { get; init; }
}
