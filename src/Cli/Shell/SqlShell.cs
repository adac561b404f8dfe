using SqlStream.Cli.Commands;
using SqlStream.Cli.Hosts;
using SqlStream.Cli.Output;
using SqlStream.Cli.Terminals;
using SqlStream.Core.Diagnostics;
using SqlStream.Parser;

namespace SqlStream.Cli.Shell;

/// <summary>A session with everything around it: executes SQL and commands and shows what they give. Not thread-safe.</summary>
#pragma warning disable CA1001 // The token source of a statement is disposed when the statement has ended.
sealed class SqlShell
#pragma warning restore CA1001
{
    const int ReadDepthMax = 16;

    readonly Lock _lock = new();
    readonly TextWriter _screen;
    readonly string[] _defines;
    readonly ShellCommands _commands;
    CancellationTokenSource? _running;
    StreamWriter? _file;
    int _readDepth;
    int _entered;

    // The number of the input before which a person was told what leaving would end; the next one may be the command to leave once more.
    int _warnedAt = int.MinValue / 2;

    /// <param name="host">Where statements are executed.</param>
    /// <param name="screen">Where results go unless a command says otherwise.</param>
    /// <param name="messages">Where errors, notices and ids of jobs go.</param>
    /// <param name="settings">How results are shown.</param>
    /// <param name="defines">Variables, as <c>name=value</c>.</param>
    public SqlShell(IStatementHost host, TextWriter screen, TextWriter messages, ShellSettings settings, string[] defines)
    {
        Host = host;
        Settings = settings;
        Messages = messages;
        _screen = screen;
        _defines = defines;
        _commands = new ShellCommands(this);
    }

    /// <summary>Where statements are executed.</summary>
    public IStatementHost Host { get; }

    public ShellSettings Settings { get; }

    public TextWriter Messages { get; }

    /// <summary>The terminal that a person sits at; null in scripts.</summary>
    public Terminal? Terminal { get; init; }

    /// <summary>Tells what happens in the background.</summary>
    public Action<string>? Said { get; init; }

    /// <summary>What was entered; empty in scripts.</summary>
    public LineHistory History { get; init; } = new(null, text => text);

    /// <summary>Stack traces with errors.</summary>
    public bool IsVerbose { get; init; }

    /// <summary>The shell is to be left.</summary>
    public bool IsLeft { get; set; }

    /// <summary>What the next edit begins with.</summary>
    public string Draft { get; set; } = "";

    /// <summary>The statement that was executed last.</summary>
    public string LastStatement { get; private set; } = "";

    /// <summary>The commands.</summary>
    public ShellCommands Commands => _commands;

    /// <summary>Where results go now.</summary>
    public TextWriter Output => _file ?? _screen;

    /// <summary>Results go to the terminal, and nowhere else.</summary>
    public bool IsOnScreen => Terminal is not null && _file is null;

    /// <summary>Executes what a person entered; an error is shown.</summary>
    public async Task EnterAsync(string text)
    {
        using var cancellation = new CancellationTokenSource();
        _entered++;
        lock (_lock)
            _running = cancellation;
        var source = new SourceText(text);
        var start = TimeProvider.System.GetTimestamp();
        try
        {
            if (ShellText.IsClientWord(text))
                ClientWord(text);
            else if (await ExecuteAsync(source, cancellation.Token).ConfigureAwait(false) is { } failed)
                ErrorPrinter.Print(failed.Error!, null, IsVerbose, Messages);
        }
#pragma warning disable CA1031 // Every failure becomes a message; the shell goes on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            ErrorPrinter.Print(e is AggregateException { InnerException: { } inner } ? inner : e, e.Data[SourceKey] as SourceText ?? source, IsVerbose, Messages);
        }
        finally
        {
            lock (_lock)
                _running = null;
        }
        if (Settings.ShowsTime && !IsLeft)
            await Messages.WriteLineAsync($"Time: {LiveStatus.Duration(TimeProvider.System.GetElapsedTime(start))}").ConfigureAwait(false);
        await Messages.FlushAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Executes a script up to its first error. Returns the job that failed, if one did that was waited for.</summary>
    public async Task<IHostJob?> ExecuteAsync(SourceText source, CancellationToken cancellation)
    {
        source = CommonOptions.Substitute(source, _defines);
        try
        {
            return await ExecuteAsync(ShellText.Parse(source), source, cancellation).ConfigureAwait(false);
        }
        catch (SqlException e) when (!e.Data.Contains(SourceKey))
        {
            // Positions are those of the text with its variables replaced, perhaps in another file.
            e.Data[SourceKey] = source;
            throw;
        }
    }

    /// <summary>Executes a script that has been read.</summary>
    /// <param name="script">Its statements and commands.</param>
    /// <param name="source">The text that they stand in.</param>
    /// <param name="cancellation">Cancels what is being executed.</param>
    public async Task<IHostJob?> ExecuteAsync(IReadOnlyList<(string? Command, ParsedStatement? Statement)> script, SourceText source, CancellationToken cancellation)
    {
        try
        {
            foreach (var (command, statement) in script)
            {
                if (IsLeft)
                    break;
                if (command is not null)
                    await _commands.ExecuteAsync(command, cancellation).ConfigureAwait(false);
                else if (await ExecuteAsync(statement!, source, cancellation).ConfigureAwait(false) is { Error: not null } failed)
                    return failed;
            }
            return null;
        }
        catch (SqlException e) when (!e.Data.Contains(SourceKey))
        {
            e.Data[SourceKey] = source;
            throw;
        }
    }

    /// <summary>The key under which an error names the text that its positions belong to.</summary>
    public const string SourceKey = "source";

    /// <summary>Executes the statements of a text as the shell's own, such as SHOW for a command.</summary>
    public async Task RunAsync(string sql, CancellationToken cancellation)
    {
        var source = new SourceText(sql);
        foreach (var statement in Engine.Sessions.Session.Parse(source))
            await ShowAsync(statement, source, cancellation).ConfigureAwait(false);
    }

    /// <summary>Executes a file in this session.</summary>
    public async Task ReadAsync(string path, CancellationToken cancellation)
    {
        if (_readDepth == ReadDepthMax)
            throw ShellErrors.TooDeep(path);
        var source = CommonOptions.ReadFile(path);
        _readDepth++;
        try
        {
            if (await ExecuteAsync(source, cancellation).ConfigureAwait(false) is { } failed)
                ErrorPrinter.Print(failed.Error!, null, IsVerbose, Messages);
        }
        finally
        {
            _readDepth--;
        }
    }

    /// <summary>Sends results to a file from now on; null for the screen again.</summary>
    public void OutputTo(string? path)
    {
        var before = _file;
        _file = null;
        before?.Dispose();
        if (path is not null)
            _file = new StreamWriter(new ResultFile(path)) { NewLine = "\n" };
    }

    async Task<IHostJob?> ExecuteAsync(ParsedStatement statement, SourceText source, CancellationToken cancellation)
    {
        LastStatement = statement.Text + ";";
        return await ShowAsync(statement, source, cancellation).ConfigureAwait(false);
    }

    async Task<IHostJob?> ShowAsync(ParsedStatement statement, SourceText source, CancellationToken cancellation)
    {
        if (!IsOnScreen || !Settings.UsesPager)
            return await ShowAsync(statement, source, Output, Settings.Shape(IsOnScreen ? Terminal!.Size.Columns : 0), cancellation).ConfigureAwait(false);
        using var text = new StringWriter { NewLine = "\n" };
        var shape = Settings.Shape(0) with { RowsMax = 0 };
        var job = await ShowAsync(statement, source, text, shape, cancellation).ConfigureAwait(false);
        Pager.Show(Terminal!, Settings.Pager, text.ToString(), Output);
        return job;
    }

    async Task<IHostJob?> ShowAsync(ParsedStatement statement, SourceText source, TextWriter output, TableShape shape, CancellationToken cancellation)
    {
        var writer = ResultWriters.Create(Settings.Mode, output, shape);
        Action<IHostQuery, CancellationToken>? view = null;
        if (IsOnScreen && Settings.Mode is "table" or "changelog" && Terminal is not null)
            view = (query, stop) => LiveQuery.Show(Terminal, query, shape, Settings.Mode == "changelog", output, stop);
        Func<Task, Task>? wait = IsOnScreen ? executing => WaitingLine.ShowAsync(Terminal!, () => Host.Waiting, executing) : null;
        var executor = new StatementExecutor(Host, Settings.Mode, writer, output, Messages, view, wait);
        if (await executor.ExecuteAsync(statement, source, cancellation).ConfigureAwait(false) is not { } job)
            return null;
        if (Said is not null && !job.Completion.IsCompleted)
            Follow(job);
        return job;
    }

    void Follow(IHostJob job)
    {
        var start = TimeProvider.System.GetTimestamp();
        job.Listen(notice => Said!($"job {job.Id[..8]} ({job.Name}): {notice}\n"));
        job.Completion.ContinueWith(
            _ => Said!(job.EndText(TimeProvider.System.GetElapsedTime(start))),
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    void ClientWord(string text)
    {
        var (word, rest) = ShellText.Split(text.Trim().TrimEnd(';'));
        switch (word.ToLowerInvariant())
        {
            case "help":
                SyntaxHelp.Write(rest, Output);
                break;
            case "clear":
                Clear();
                break;
            default:
                Leave();
                break;
        }
        Output.Flush();
    }

    /// <summary>Empties the screen.</summary>
    public void Clear()
    {
        Terminal?.Output.Write("\u001b[H\u001b[2J");
        Terminal?.Output.Flush();
    }

    /// <summary>Leaves the shell; running jobs end with it, so that a person is asked to say it twice.</summary>
    public void Leave()
    {
        var running = Host.JobsOfProcess;
        if (running > 0 && Terminal is not null && _entered > _warnedAt + 1)
        {
            _warnedAt = _entered;
            Messages.WriteLine($"{running} {(running == 1 ? "job runs and ends" : "jobs run and end")} with the shell; leave once more to stop {(running == 1 ? "it" : "them")}, .jobs lists them");
            return;
        }
        IsLeft = true;
    }

    /// <summary>Cancels the statement that is being executed, if one is; any thread may.</summary>
    /// <param name="isLeft">The shell is to be left, too.</param>
    public void Interrupt(bool isLeft)
    {
        IsLeft |= isLeft;
        lock (_lock)
            _running?.Cancel();
    }
}
