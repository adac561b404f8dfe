using System.Runtime.InteropServices;

namespace SqlStream.Cli.Terminals;

/// <summary>The terminal that a person sits at: keys come one by one, and its size is known. Reading is for one thread; <see cref="Wake"/> is for any.</summary>
sealed partial class Terminal : IDisposable
{
    const short PollIn = 1;
    const short PollHangUp = 0x10;
    const ulong WindowSizeOnLinux = 0x5413;
    const int StandardInput = 0;
    const int StandardOutput = 1;
    const int InterruptedCall = 4;

    readonly TerminalMode _mode;
    readonly int[] _pipe = new int[2];
    readonly PosixSignalRegistration? _resized;
    readonly PosixSignalRegistration? _continued;
    readonly KeyDecoder _decoder = new();
    readonly byte[] _buffer = new byte[4096];
    volatile bool _isClosed;

    Terminal(TerminalMode mode, TextWriter output)
    {
        _mode = mode;
        Output = output;
        Pipe(_pipe);
        // There are no terminals of this kind on Windows, see Open.
        _resized = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Wake());
        _continued = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGCONT, Continue);
    }

    /// <summary>The screen.</summary>
    public TextWriter Output { get; }

    /// <summary>Columns and rows; 80 and 24 where it does not say.</summary>
    public (int Columns, int Rows) Size
    {
        get
        {
            var size = new WindowSize();
            if (OperatingSystem.IsLinux())
                _ = Control(StandardOutput, WindowSizeOnLinux, ref size);
            else if (!Console.IsOutputRedirected)
                size = new WindowSize { Columns = (ushort)Console.WindowWidth, Rows = (ushort)Console.WindowHeight };
            return (size.Columns == 0 ? 80 : size.Columns, size.Rows == 0 ? 24 : size.Rows);
        }
    }

    /// <summary>Keys come as they are pressed: between <see cref="BeginKeys"/> and <see cref="EndKeys"/>.</summary>
    public bool HasKeys => _mode.IsRaw;

    /// <summary>Colours may be used.</summary>
    public bool HasColours { get; } = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>The terminal of standard input and output; null where they are none, or one that knows no more than lines.</summary>
    public static Terminal? Open(TextWriter output)
    {
        if (OperatingSystem.IsWindows() || Console.IsInputRedirected || Console.IsOutputRedirected)
            return null;
        if (Environment.GetEnvironmentVariable("TERM") is "dumb")
            return null;
        return TerminalMode.Of() is { } mode ? new Terminal(mode, output) : null;
    }

    /// <summary>Keys come as they are pressed, also those that are signals otherwise, and are not shown. What is pasted comes as one.</summary>
    public void BeginKeys()
    {
        // What was written for the other mode is to be seen in it.
        Output.Flush();
        _mode.Raw();
        Output.Write("\u001b[?2004h");
        Output.Flush();
    }

    /// <summary>The terminal handles lines and signals itself, as programs that are started from here expect.</summary>
    public void EndKeys()
    {
        if (!_mode.IsRaw)
            return;
        Output.Write("\u001b[?2004l");
        Output.Flush();
        _mode.Cooked();
    }

    /// <summary>The next key; one of kind <see cref="KeyKind.Wake"/> when it was woken or resized, or after the time; of kind End when the terminal has gone.</summary>
    public Key ReadKey(int timeoutMs = -1)
    {
        while (true)
        {
            if (_decoder.TryTake(out var key))
                return key;
            if (_isClosed)
                return new Key(KeyKind.End);
            if (Fill(_decoder.IsInSequence ? _decoder.WaitMs : timeoutMs) is { } woken)
                return woken;
        }
    }

    /// <summary>A key has come already.</summary>
    public bool IsKeyWaiting => _decoder.IsKeyWaiting;

    /// <summary>Lets a waiting <see cref="ReadKey"/> return.</summary>
    public void Wake() => _ = WriteBytes(_pipe[1], [1], 1);

    /// <summary>There will be no more keys.</summary>
    public void HangUp()
    {
        _isClosed = true;
        Wake();
    }

    /// <summary>Stops the program as Ctrl-Z does elsewhere; returns when it goes on.</summary>
    public void Suspend()
    {
        EndKeys();
        _ = Kill(0, OperatingSystem.IsLinux() ? 20 : 18);
        BeginKeys();
    }

    public void Dispose()
    {
        EndKeys();
        _resized?.Dispose();
        _continued?.Dispose();
        _ = Close(_pipe[0]);
        _ = Close(_pipe[1]);
    }

    // Left to itself, the runtime gives the terminal the mode that it had when the program was started.
    void Continue(PosixSignalContext context)
    {
        context.Cancel = true;
        _mode.SetAgain();
        Wake();
    }

    Key? Fill(int timeoutMs)
    {
        Span<PollDescriptor> descriptors = [new() { Descriptor = StandardInput, Requested = PollIn }, new() { Descriptor = _pipe[0], Requested = PollIn }];
        var ready = Poll(descriptors, 2, timeoutMs);
        if (ready == 0 && _decoder.IsInSequence)
        {
            _decoder.EndSequence();
            return null;
        }
        if (ready <= 0)
            return new Key(KeyKind.Wake);
        if ((descriptors[1].Received & PollIn) != 0)
        {
            _ = ReadBytes(_pipe[0], _buffer, (nuint)_buffer.Length);
            return new Key(KeyKind.Wake);
        }
        var count = ReadBytes(StandardInput, _buffer, (nuint)_buffer.Length);
        if (count > 0)
            _decoder.Add(_buffer.AsSpan(0, (int)count));
        else
            _isClosed = count == 0 || (descriptors[0].Received & PollHangUp) != 0 || Marshal.GetLastPInvokeError() != InterruptedCall;
        return null;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct PollDescriptor
    {
        public int Descriptor;
        public short Requested;
        public short Received;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort Width;
        public ushort Height;
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(Span<PollDescriptor> descriptors, nuint count, int timeout);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadBytes(int descriptor, [Out] byte[] buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint WriteBytes(int descriptor, byte[] buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "pipe")]
    private static partial int Pipe([Out] int[] descriptors);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int descriptor, ulong request, ref WindowSize size);
}
