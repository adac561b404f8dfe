using System.Runtime.InteropServices;

namespace SqlStream.Cli.Terminals;

/// <summary>Puts the terminal of standard input into raw mode, in which every key comes as it is pressed, and back.</summary>
sealed partial class TerminalMode
{
    const int StandardInput = 0;
    const int SetNow = 0;

    // Larger than a struct termios anywhere.
    const int ModeBytes = 256;

    readonly Lock _lock = new();
    readonly byte[] _cooked;
    readonly byte[] _raw;

    TerminalMode(byte[] cooked)
    {
        _cooked = cooked;
        _raw = [.. cooked];
        MakeRaw(_raw);
    }

    /// <summary>The terminal as it is now; null where standard input is none.</summary>
    public static TerminalMode? Of()
    {
        var mode = new byte[ModeBytes];
        return !OperatingSystem.IsWindows() && Get(StandardInput, mode) == 0 ? new TerminalMode(mode) : null;
    }

    /// <summary>Is in raw mode.</summary>
    public bool IsRaw { get; private set; }

    public void Raw() => Set(_raw, isRaw: true);

    /// <summary>Sets the mode again: others may have set another one while the program was stopped.</summary>
    public void SetAgain()
    {
        lock (_lock)
            Set(StandardInput, SetNow, IsRaw ? _raw : _cooked);
    }

    public void Cooked() => Set(_cooked, isRaw: false);

    void Set(byte[] mode, bool isRaw)
    {
        lock (_lock)
        {
            if (IsRaw == isRaw)
                return;
            Set(StandardInput, SetNow, mode);
            IsRaw = isRaw;
        }
    }

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int Get(int descriptor, [Out] byte[] mode);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int Set(int descriptor, int actions, byte[] mode);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw([In, Out] byte[] mode);
}
