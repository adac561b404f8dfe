using SqlStream.Cli.Hosts;
using SqlStream.Cli.Terminals;

namespace SqlStream.Cli.Shell;

/// <summary>Shows how far the job is that a statement waits for, in a line that goes when the statement has ended.</summary>
static class WaitingLine
{
    static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(200);

    /// <summary>Shows it until a task has ended.</summary>
    /// <param name="terminal">The terminal.</param>
    /// <param name="progress">How far it is; null while there is nothing to tell.</param>
    /// <param name="executing">The statement. What it fails with is left to who awaits it.</param>
    public static async Task ShowAsync(Terminal terminal, Func<QueryProgress?> progress, Task executing)
    {
        var region = new ScreenRegion(terminal);
        LiveStatus? status = null;
        var last = new QueryProgress(0, 0, 0, null, null, null);
        while (await Task.WhenAny(executing, Task.Delay(_tick, TimeProvider.System)).ConfigureAwait(false) != executing)
        {
            if (progress() is not { } now)
                continue;
            last = now;
            status ??= new LiveStatus(() => last, isBounded: true, isUpdating: false);
            var layout = new ScreenLayout(terminal.Size.Columns);
            layout.Add(status.Line(0, isPaused: false, terminal.Size.Columns), terminal.HasColours ? Style.Dim : Style.Plain);
            layout.MarkCursor();
            region.Draw(layout);
        }
        region.Erase();
    }
}
