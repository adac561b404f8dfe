using System.Runtime.InteropServices;
using SqlStream.Cli.Terminals;
using SqlStream.Core.Diagnostics;
using ExternalException = SqlStream.Core.Diagnostics.ExternalException;

namespace SqlStream.Cli.Shell;

/// <summary>A shell whose engine is being opened on a thread of its own, so that its prompt need not wait for it; what needs the engine does.</summary>
sealed class ShellOpening : ICompletions
{
    readonly TaskCompletionSource<SqlShell> _shell = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly List<PosixSignalRegistration> _signals;
    bool _wasHungUp;

    /// <param name="open">Opens it.</param>
    /// <param name="hangUp">Ends the waiting for a person: it could not be opened, or the program is asked to end.</param>
    public ShellOpening(Func<SqlShell> open, Action hangUp)
    {
        _signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => OnSignal(context, null)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => OnSignal(context, hangUp)),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => OnSignal(context, hangUp)),
        ];
        var thread = new Thread(() => Open(open, hangUp)) { IsBackground = true, Name = "open" };
        thread.Start();
    }

    /// <summary>Told of each Ctrl-C that is a signal, as it is where the terminal knows no more than lines.</summary>
    public Action? Interrupted { get; set; }

    /// <summary>The shell is to be left.</summary>
    public bool IsLeft => _wasHungUp || (_shell.Task.IsCompletedSuccessfully && _shell.Task.Result.IsLeft);

    /// <summary>The shell; fails with what it could not be opened for.</summary>
    public Task<SqlShell> ShellAsync() => _shell.Task;

    /// <summary>What the next edit begins with.</summary>
    public string TakeDraft()
    {
        if (!_shell.Task.IsCompletedSuccessfully)
            return "";
        var draft = _shell.Task.Result.Draft;
        _shell.Task.Result.Draft = "";
        return draft;
    }

    /// <inheritdoc/>
    public (int Start, IReadOnlyList<Completion> Choices) At(string text, int cursor)
    {
        if (_shell.Task.IsFaulted)
            return (cursor, []);
        try
        {
            return new SqlCompletions(_shell.Task.GetAwaiter().GetResult()).At(text, cursor);
        }
        catch (Exception e) when (e is SqlException or ExternalException)
        {
            // The server is away; the next statement will say so.
            return (cursor, []);
        }
    }

    void Open(Func<SqlShell> open, Action hangUp)
    {
        SqlShell shell;
        try
        {
            shell = open();
        }
#pragma warning disable CA1031 // Whoever waits for the shell gets it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _shell.SetException(e);
            hangUp();
            return;
        }
        _shell.SetResult(shell);
        Thread.CurrentThread.Priority = ThreadPriority.Lowest;
        // The first statement of a person need not wait for what every first statement needs.
        shell.Host.WarmUp();
    }

    void OnSignal(PosixSignalContext context, Action? hangUp)
    {
        context.Cancel = true;
        _wasHungUp |= hangUp is not null;
        hangUp?.Invoke();
        if (hangUp is null)
            Interrupted?.Invoke();
        if (_shell.Task.IsCompletedSuccessfully)
            _shell.Task.Result.Interrupt(isLeft: hangUp is not null);
    }
}
