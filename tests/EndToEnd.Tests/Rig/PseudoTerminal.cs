using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Rig;

/// <summary>A test that runs the program at a terminal of its own, and is skipped where none can be had.</summary>
public sealed class FactIfTerminalAttribute : FactAttribute
{
    public FactIfTerminalAttribute()
    {
        if (!OperatingSystem.IsLinux())
            Skip = "pseudo-terminals are opened as Linux does";
        else if (!ProgramSearch.Exists("setsid"))
            Skip = "program setsid is not installed";
    }
}

/// <summary>The program at a terminal of its own, as a person sees it: what is typed goes in, what is on the screen can be read.</summary>
sealed partial class PseudoTerminal : IDisposable
{
    const int ReadWrite = 2;
    const int NoControllingTerminal = 0x100;
    const ulong SetWindowSize = 0x5414;
    static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    readonly int _master;
    readonly Process _process;
    readonly Thread _reader;
    readonly TerminalScreen _screen;
    readonly StringBuilder _raw = new();

    PseudoTerminal(string home, int columns, int rows, string[] arguments, string[] environment)
    {
        _screen = new TerminalScreen(columns);
        _master = Open(ReadWrite | NoControllingTerminal);
        Assert.True(_master >= 0 && Grant(_master) == 0 && Unlock(_master) == 0, "no pseudo-terminal could be opened");
        var name = new byte[128];
        Assert.Equal(0, NameOf(_master, name, name.Length));
        var device = Encoding.UTF8.GetString(name).TrimEnd('\0');
        Resize(columns, rows);
        // A shell in the background starts its commands with SIGINT ignored, and they hand that down.
        var info = new ProcessStartInfo("sh", ["-c", "exec env --default-signal=INT setsid --ctty \"$0\" \"$@\" <>" + device + " >&0 2>&0", SqlStreamProgram.Path, .. arguments]) { WorkingDirectory = home };
        info.Environment["HOME"] = home;
        info.Environment["TERM"] = "xterm-256color";
        info.Environment.Remove("SQLSTREAM_CRASH");
        info.Environment.Remove("SQLSTREAM_HISTORY");
        foreach (var pair in environment)
            info.Environment[pair[..pair.IndexOf('=', StringComparison.Ordinal)]] = pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..];
        _process = Process.Start(info)!;
        _reader = new Thread(Read) { IsBackground = true };
        _reader.Start();
    }

    /// <summary>Starts the program.</summary>
    public static PseudoTerminal Start(WorkDirectory home, params string[] arguments) => new(home.Path, 100, 30, arguments, []);

    /// <summary>Starts the shell and waits for its prompt.</summary>
    public static async Task<PseudoTerminal> StartAsync(WorkDirectory home, int columns = 100, int rows = 30, string[]? arguments = null, string[]? environment = null)
    {
        var terminal = new PseudoTerminal(home.Path, columns, rows, arguments ?? ["shell"], environment ?? []);
        await terminal.UntilAsync(() => terminal.IsAtPrompt, "there is a prompt");
        return terminal;
    }

    /// <summary>What is on the screen.</summary>
    public string Screen
    {
        get
        {
            lock (_screen)
                return _screen.ToString();
        }
    }

    /// <summary>Everything that was sent to the terminal.</summary>
    public string Raw
    {
        get
        {
            lock (_screen)
                return _raw.ToString();
        }
    }

    /// <summary>The last line of the screen is an empty prompt.</summary>
    public bool IsAtPrompt => Screen.TrimEnd('\n').Split('\n')[^1].TrimEnd() == "sqlstream>";

    public void Type(string text) => WriteBytes(Encoding.UTF8.GetBytes(text));

    public void WriteBytes(byte[] bytes) => Assert.Equal(bytes.Length, (int)Write(_master, bytes, (nuint)bytes.Length));

    /// <summary>Enters a text, and waits for the next prompt.</summary>
    public async Task<string> EnterAsync(string text)
    {
        lock (_screen)
            _screen.Clear();
        Type(text + "\r");
        await UntilAsync(() => IsAtPrompt && Screen.Contains('\n', StringComparison.Ordinal), $"the prompt after {text}");
        return Screen;
    }

    /// <summary>Types a text, and waits until the screen shows another.</summary>
    public async Task TypeUntilAsync(string text, string shown)
    {
        Type(text);
        await UntilShownAsync(shown);
    }

    public Task UntilShownAsync(string shown) => UntilAsync(() => Screen.Contains(shown, StringComparison.Ordinal), $"the screen shows \"{shown}\"");

    public void Resize(int columns, int rows)
    {
        lock (_screen)
            _screen.Resize(columns);
        var size = new WindowSize { Columns = (ushort)columns, Rows = (ushort)rows };
        Assert.Equal(0, Control(_master, SetWindowSize, ref size));
    }

    /// <summary>Keys come to the program one by one, and it shows them itself.</summary>
    public bool HasKeys
    {
        get
        {
            const int localFlagsAt = 3;
            const uint canonical = 2;
            const uint echo = 8;
            var mode = new uint[64];
            Assert.Equal(0, Mode(_master, mode));
            return (mode[localFlagsAt] & (canonical | echo)) == 0;
        }
    }

    /// <summary>Sends a signal of the operating system.</summary>
    public void Signal(int number) => Assert.Equal(0, Kill(_process.Id, number));

    /// <summary>Sends SIGKILL.</summary>
    public void KillNow() => _process.Kill();

    /// <summary>Waits for the end of the program.</summary>
    public async Task<int> EndAsync()
    {
        using var limit = new CancellationTokenSource(_limit);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async Task UntilAsync(Func<bool> condition, string what)
    {
        using var limit = new CancellationTokenSource(_limit);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
        {
            Assert.False(limit.IsCancellationRequested, $"not within {_limit.TotalSeconds} s: {what}\n{Screen}");
            Assert.False(_process.HasExited && !condition(), $"the program ended before {what}\n{Screen}");
            await tick.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit(_limit);
        _process.Dispose();
        _reader.Join(_limit);
        _ = Close(_master);
    }

    // Reading fails when nobody has the other side open any more.
    void Read()
    {
        var bytes = new byte[65536];
        var decoder = Encoding.UTF8.GetDecoder();
        var text = new char[65536];
        while (Read(_master, bytes, (nuint)bytes.Length) is > 0 and var count)
        {
            var length = decoder.GetChars(bytes, 0, (int)count, text, 0);
            lock (_screen)
            {
                _raw.Append(text, 0, length);
                _screen.Write(text.AsSpan(0, length));
            }
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort Width;
        public ushort Height;
    }

    [LibraryImport("libc", EntryPoint = "posix_openpt")]
    private static partial int Open(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt")]
    private static partial int Grant(int descriptor);

    [LibraryImport("libc", EntryPoint = "unlockpt")]
    private static partial int Unlock(int descriptor);

    [LibraryImport("libc", EntryPoint = "ptsname_r")]
    private static partial int NameOf(int descriptor, [Out] byte[] name, nint length);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int descriptor, [Out] byte[] buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int descriptor, byte[] buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int Mode(int descriptor, [Out] uint[] mode);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int descriptor, ulong request, ref WindowSize size);
}
