using System.CommandLine;
using System.Text;
using Microsoft.Win32.SafeHandles;
using SqlStream.Cli.Hosts;
using SqlStream.Cli.Remote;
using SqlStream.Cli.Shell;
using SqlStream.Cli.Terminals;
using SqlStream.Client;
using SqlStream.Engine;
using SqlStream.Parser;
using SqlStream.State.Checkpoints;

namespace SqlStream.Cli.Commands;

/// <summary><c>sqlstream shell</c>, and <c>sqlstream</c> at a terminal: the interactive shell on an embedded engine.</summary>
static class ShellSubcommand
{
    /// <summary>The word on the command line.</summary>
    public const string Name = "shell";

    const string Prompt = "sqlstream> ";

    // The streams of the console would put the terminal into a mode of their own, and keep what was typed before Ctrl-C.
    static readonly Lazy<TextReader> _lines = new(() => OperatingSystem.IsWindows()
        ? Console.In
        : new StreamReader(new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)));

    public static Command Create()
    {
        var data = new Option<string?>("--data") { Description = "where state and checkpoints are kept (default: a temporary directory)", HelpName = "DIR" };
        var init = new Option<string?>("--init", "-i") { Description = "a file that is executed first, instead of ~/.sqlstreamrc", HelpName = "FILE" };
        var output = CommonOptions.Output();
        var set = CommonOptions.Set();
        var define = CommonOptions.Define();
        var parallelism = CommonOptions.Parallelism();
        var verbose = CommonOptions.Verbose();
        var connection = new ServerConnection();
        var command = new Command(Name, "the interactive shell; 'sqlstream' alone starts it at a terminal") { data, init, output, set, define, parallelism, verbose };
        foreach (var option in connection.Options)
            command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetValue(data) is not null && connection.IsGiven(result))
                result.AddError("--data and --server cannot be used together");
        });
        command.SetAction((parsed, cancellation) => RunAsync(new ShellStart
        {
            Data = parsed.GetValue(data),
            Init = parsed.GetValue(init),
            Output = parsed.GetValue(output)!,
            Settings = () => CommonOptions.Settings(parsed, set, parallelism),
            Defines = parsed.GetValue(define) ?? [],
            IsVerbose = parsed.GetValue(verbose),
            Server = () => connection.IsGiven(parsed.CommandResult) ? connection.Address(parsed) : null,
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

    // The engine is opened while the prompt is already there.
    static async Task<int> RunAsync(ShellStart start, JobLease? lease, TextWriter standardOutput, Terminal? terminal)
    {
        Action<string> say = Console.Error.Write;
        LineEditor? editor = null;
        await using var background = new LinesWriter(text => (editor is null ? say : editor.Say)(ErrorPrinter.Printable(text)));
        var screen = new PrintableWriter(standardOutput);
        var history = new LineHistory(HistoryPath(), text => SqlTokens.MaskSecrets(text));
        var opening = new ShellOpening(
            () => Open(start, lease, screen, terminal, background, history), () => terminal?.HangUp());
        if (terminal is not null)
            editor = new LineEditor(terminal, history, opening, new SqlTextRules());
        await screen.WriteLineAsync("SqlStream 0.1. HELP; and .help help, Tab completes, Ctrl-D leaves.").ConfigureAwait(false);
        var init = start.Init ?? Path.Combine(ShellFiles.Home, ".sqlstreamrc");
        if (start.Init is not null || File.Exists(init))
            await (await opening.ShellAsync().ConfigureAwait(false)).EnterAsync($".read {init}").ConfigureAwait(false);
        while (!opening.IsLeft)
        {
            var text = Next(opening, history, editor, screen);
            var shell = await opening.ShellAsync().ConfigureAwait(false);
            if (text is null && !opening.IsLeft)
                shell.Leave();
            else if (text?.Trim().Length > 0)
                await shell.EnterAsync(text).ConfigureAwait(false);
            await screen.FlushAsync().ConfigureAwait(false);
        }
        return await CloseAsync(await opening.ShellAsync().ConfigureAwait(false), screen).ConfigureAwait(false);
    }

    static SqlShell Open(ShellStart start, JobLease? lease, TextWriter screen, Terminal? terminal, TextWriter background, LineHistory history)
    {
        return new SqlShell(start.OpenHost(lease, background), screen, screen, new ShellSettings { Mode = start.Output }, start.Defines)
        {
            Terminal = terminal,
            Said = background.Write,
            History = history,
            IsVerbose = start.IsVerbose,
        };
    }

    static async Task<int> CloseAsync(SqlShell shell, TextWriter screen)
    {
        shell.OutputTo(null);
        await shell.Host.StopJobsAsync(async line =>
        {
            await screen.WriteLineAsync(line).ConfigureAwait(false);
            await screen.FlushAsync().ConfigureAwait(false);
        }).ConfigureAwait(false);
        await shell.Host.DisposeAsync().ConfigureAwait(false);
        return ExitCode.Done;
    }

    static string? HistoryPath() => Environment.GetEnvironmentVariable("SQLSTREAM_HISTORY") switch
    {
        null => Path.Combine(ShellFiles.Home, ".sqlstream_history"),
        "" => null,
        var path => path,
    };

    // What was entered; empty for a line that was given up, null when the shell is to be left.
    static string? Next(ShellOpening opening, LineHistory history, LineEditor? editor, TextWriter screen)
    {
        screen.Flush();
        if (editor is null)
            return NextLines(opening, screen);
        var (end, text) = editor.Read(Prompt, opening.TakeDraft());
        if (end == EditEnd.Submitted)
            history.Add(text);
        return end == EditEnd.Left ? null : end == EditEnd.Submitted ? text : "";
    }

    // Where the terminal knows no more than lines. It edits the line itself, and throws it away at Ctrl-C; then what came before it goes, too.
    static string? NextLines(ShellOpening opening, TextWriter screen)
    {
        var rules = new SqlTextRules();
        var text = "";
        opening.Interrupted = () =>
        {
            Volatile.Write(ref text, "");
            Console.Error.Write("\n" + Prompt);
        };
        try
        {
            while (true)
            {
                screen.Flush();
                Console.Error.Write(text.Length == 0 ? Prompt : rules.ContinuationPrompt(text));
                if (_lines.Value.ReadLine() is not { } line)
                    return text.Length > 0 ? text + ";" : null;
                text += text.Length == 0 ? line : "\n" + line;
                if (rules.IsComplete(text))
                    return text;
            }
        }
        finally
        {
            opening.Interrupted = null;
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

    /// <summary>Statements are planned and not executed.</summary>
    public bool Checks { get; init; }

    /// <summary>The server that statements are executed on; null for the engine of this process.</summary>
    public Func<ServerAddress?> Server { get; init; } = () => null;

    /// <summary>Opens what executes statements.</summary>
    /// <param name="lease">The lease on <see cref="Data"/>.</param>
    /// <param name="output">Where <c>print</c> tables write.</param>
    /// <param name="error">Where <c>print</c> tables with <c>'standard-error'</c> write; null for the same.</param>
    /// <param name="waits">INSERT waits for its job unless a setting says otherwise.</param>
    public IStatementHost OpenHost(JobLease? lease, TextWriter output, TextWriter? error = null, bool waits = false)
    {
        var settings = Settings();
        if (waits)
            settings.TryAdd("table.dml-sync", "true");
        if (Server() is { } server)
            return RemoteHost.OpenAsync(server, settings, CancellationToken.None).GetAwaiter().GetResult();
        var engine = SqlStreamEngine.Open(new EngineOptions { DataDirectory = Data, Lease = lease, Output = output, Error = error ?? output, Settings = settings });
        return new EngineHost(engine, engine.OpenSession(), cancelsJobs: true);
    }
}
