using System.Diagnostics;
using System.Runtime.InteropServices;

namespace SqlStream.Core.Diagnostics;

/// <summary>What a crash point does when it is hit.</summary>
public enum CrashAction
{
    /// <summary>The process ends itself with SIGKILL: nothing is flushed, no handler runs.</summary>
    Kill,

    /// <summary>An <see cref="ExternalException"/> is thrown.</summary>
    Throw,

    /// <summary>The thread stops for ever.</summary>
    Hang,
}

/// <summary>Named points in the protocols at which a test can end the process. Inert unless the environment variable
/// <c>SQLSTREAM_CRASH</c> or a test arms one.</summary>
/// <remarks><c>SQLSTREAM_CRASH=name:k[:kill|throw|hang]</c>, several separated by commas: acts at the k-th hit of the
/// point. Thread-safe. A hit is one static read until the first point is armed.</remarks>
public static partial class CrashPoint
{
    static readonly Lock _lock = new();
    static readonly AsyncLocal<Armed[]?> _armedHere = new();
    static volatile Armed[] _armed = Parse(Environment.GetEnvironmentVariable("SQLSTREAM_CRASH"));
    static volatile bool _isArmed = _armed.Length > 0;

    /// <summary>Passes the point; acts if the point is armed and this is its hit.</summary>
    public static void Hit(string name)
    {
        if (_isArmed)
            HitArmed(name);
    }

    /// <summary>Arms points in this process, in the syntax of the environment variable; null disarms all.</summary>
    public static void Arm(string? points)
    {
        _armed = Parse(points);
        _isArmed = true;
    }

    /// <summary>As <see cref="Arm"/>, for the caller and what runs on its behalf: others in this process pass the points unharmed.</summary>
    public static void ArmHere(string? points)
    {
        _armedHere.Value = Parse(points);
        _isArmed = true;
    }

    static void HitArmed(string name)
    {
        Armed? due = null;
        lock (_lock)
        {
            foreach (var armed in (_armedHere.Value ?? []).Concat(_armed))
            {
                if (armed.Name == name && ++armed.Hits == armed.At)
                    due = armed;
            }
        }
        switch (due?.Action)
        {
            case null:
                return;
            case CrashAction.Kill:
                _ = Kill(Environment.ProcessId, signal: 9);
                Thread.CurrentThread.Join();
                return;
            case CrashAction.Throw:
                throw new ExternalException($"crash point {name}", Retry.Backoff);
            case CrashAction.Hang:
                Thread.CurrentThread.Join();
                return;
            default:
                throw new UnreachableException($"crash action {due.Action} has no case");
        }
    }

    static Armed[] Parse(string? points)
    {
        if (string.IsNullOrEmpty(points))
            return [];
        return [.. points.Split(',').Select(ParseOne)];
    }

    static Armed ParseOne(string point)
    {
        var parts = point.Split(':');
        return new Armed
        {
            Name = parts[0],
            At = parts.Length > 1 ? int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture) : 1,
            Action = parts.Length > 2 ? Enum.Parse<CrashAction>(parts[2], ignoreCase: true) : CrashAction.Kill,
        };
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);

    sealed class Armed
    {
        public required string Name { get; init; }
        public required int At { get; init; }
        public required CrashAction Action { get; init; }
        public int Hits { get; set; }
    }
}
