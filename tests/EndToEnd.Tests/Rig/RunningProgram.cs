using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace SqlStream.EndToEnd.Tests.Rig;

/// <summary>A process of the program, or of another one; killed and waited for on Dispose.</summary>
sealed partial class RunningProgram : IDisposable
{
    static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);

    readonly Process _process;
    readonly StringBuilder _output = new();
    readonly StringBuilder _error = new();
    readonly Task _readers;

    RunningProgram(Process process)
    {
        _process = process;
        _readers = Task.WhenAll(ReadAsync(process.StandardOutput, _output), ReadAsync(process.StandardError, _error));
    }

    /// <summary>Process id.</summary>
    public int Id => _process.Id;

    /// <summary>Bytes of memory that it has.</summary>
    public long Memory
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public bool HasExited => _process.HasExited;

    /// <summary>Standard output so far.</summary>
    public string Output => Text(_output);

    /// <summary>Standard error so far.</summary>
    public string Error => Text(_error);

    /// <summary>Starts <c>sqlstream</c>.</summary>
    public static RunningProgram Start(params string[] arguments) => Start(new ProgramStart { Arguments = arguments });

    /// <summary>Starts <c>sqlstream</c>.</summary>
    public static RunningProgram Start(ProgramStart start)
    {
        string[] command = [.. start.Prefix, SqlStreamProgram.Path, .. start.Arguments];
        var info = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = start.WorkingDirectory ?? "",
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        info.Environment.Remove("SQLSTREAM_CRASH");
        foreach (var (name, value) in start.Environment)
            info.Environment[name] = value;
        var running = new RunningProgram(Process.Start(info)!);
        running.Feed(start.Input);
        return running;
    }

    /// <summary>Runs <c>sqlstream</c> to its end.</summary>
    public static Task<ProgramResult> RunAsync(params string[] arguments) => RunAsync(new ProgramStart { Arguments = arguments });

    /// <summary>Runs <c>sqlstream</c> to its end, for which it has a minute if nothing else is said.</summary>
    public static async Task<ProgramResult> RunAsync(ProgramStart start, TimeSpan? most = null)
    {
        using var program = Start(start);
        return await program.EndAsync(most);
    }

    /// <summary>Waits for the end, at most a minute if nothing else is said.</summary>
    public async Task<ProgramResult> EndAsync(TimeSpan? most = null)
    {
        var time = most ?? _limit;
        using var limit = new CancellationTokenSource(time);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"the program did not end within {time.TotalSeconds} s\nstdout:\n{Output}\nstderr:\n{Error}");
        }
        await _readers.WaitAsync(_limit);
        return new ProgramResult(_process.ExitCode, Output, Error);
    }

    /// <summary>Waits until a condition holds, at most a minute unless told otherwise; fails if the program ends before.</summary>
    public async Task UntilAsync(Func<bool> condition, string what, TimeSpan? atMost = null)
    {
        var most = atMost ?? _limit;
        using var limit = new CancellationTokenSource(most);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
        {
            Assert.False(HasExited, $"the program ended before {what}\nstdout:\n{Output}\nstderr:\n{Error}");
            Assert.False(limit.IsCancellationRequested, $"not within {most.TotalSeconds} s: {what}\nstdout:\n{Output}\nstderr:\n{Error}");
            await tick.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    /// <summary>Waits until a condition holds that does not need a program, at most a minute.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(_limit);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
        {
            Assert.False(limit.IsCancellationRequested, $"not within {_limit.TotalSeconds} s");
            await tick.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    /// <summary>Waits until standard error holds a text.</summary>
    public Task UntilItSaysAsync(string text) => UntilAsync(() => Error.Contains(text, StringComparison.Ordinal), $"it said \"{text}\"");

    /// <summary>Sends a signal of the operating system.</summary>
    public void Signal(int number) => Assert.Equal(0, Kill(_process.Id, number));

    /// <summary>Sends SIGKILL.</summary>
    public void KillNow() => _process.Kill();

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit(_limit);
        _process.Dispose();
    }

    void Feed(byte[]? input)
    {
        try
        {
            if (input is not null)
                _process.StandardInput.BaseStream.Write(input);
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program does not read its standard input, or has ended.
            return;
        }
    }

    static async Task ReadAsync(StreamReader reader, StringBuilder text)
    {
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer) is > 0 and var count)
        {
            lock (text)
                text.Append(buffer, 0, count);
        }
    }

    static string Text(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
