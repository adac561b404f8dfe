using SqlStream.Core.Diagnostics;

namespace SqlStream.State;

/// <summary>The mapping key hash -> key group -> subtask. It is part of the on-disk format: a change of it orphans state.</summary>
/// <remarks>Key group = hash modulo max parallelism. Subtask <c>s</c> of <c>p</c> owns the contiguous groups
/// <c>ceil(s * m / p)</c> up to <c>ceil((s + 1) * m / p)</c>, exclusive; every subtask owns at least one as long as
/// <c>p &lt;= m</c>. See docs/adr/0005-key-groups-and-hash.md.</remarks>
public static class KeyGroups
{
    /// <summary>The largest max parallelism: a group must fit two bytes, and leave the upper half unused.</summary>
    public const int MaxParallelismLimit = 32768;

    /// <summary>The group of a key. <paramref name="stableHash"/> must be the same in every process and version.</summary>
    public static int Of(uint stableHash, int maxParallelism) => (int)(stableHash % (uint)maxParallelism);

    /// <summary>The subtask that owns a group.</summary>
    public static int SubtaskOf(int keyGroup, int maxParallelism, int parallelism) =>
        (int)((long)keyGroup * parallelism / maxParallelism);

    /// <summary>The groups that a subtask owns.</summary>
    public static (int First, int EndExclusive) RangeOf(int subtask, int maxParallelism, int parallelism)
    {
        Check.That(maxParallelism is > 0 and <= MaxParallelismLimit);
        Check.That(parallelism > 0 && parallelism <= maxParallelism);
        Check.That(subtask >= 0 && subtask < parallelism);
        return (FirstOf(subtask, maxParallelism, parallelism), FirstOf(subtask + 1, maxParallelism, parallelism));
    }

    static int FirstOf(int subtask, int maxParallelism, int parallelism) =>
        (int)((((long)subtask * maxParallelism) + parallelism - 1) / parallelism);
}
