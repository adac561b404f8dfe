using System.Globalization;

namespace SqlStream.EndToEnd.Tests.Crash;

/// <summary>A sequence of crashes.</summary>
/// <param name="Backend">State backend.</param>
/// <param name="Crashes">What each run before the last is to crash at.</param>
sealed record CrashCase(string Backend, params IReadOnlyList<Crash> Crashes)
{
    public override string ToString() => $"{string.Join(", then ", Crashes)} ({Backend})";
}

/// <summary>A crash in one run.</summary>
/// <param name="Point">The crash point.</param>
/// <param name="Hit">At which hit.</param>
/// <param name="IsCertain">Every run comes that far. Otherwise the run may end well instead, since how often a point is
/// passed depends on time.</param>
readonly record struct Crash(string Point, int Hit, bool IsCertain)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Point}:{Hit}");
}

/// <summary>The crash matrix: every crash point, at its first and at a later hit, once and again during the recovery.</summary>
static class CrashCases
{
    /// <summary>Points that every fresh run passes, with a later hit that most runs come to.</summary>
    static readonly (string Point, int Later)[] _fresh =
    [
        ("lease.taken", 1),
        ("run.before-record", 4), ("run.recorded", 3),
        ("recover.opening", 1), ("recover.opened", 1),
        ("epoch.injected", 4), ("epoch.sealed", 11), ("epoch.all-sealed", 4), ("epoch.before-commit", 3), ("epoch.committed", 4),
        ("state.sst-written", 5), ("state.ingested", 3), ("state.snapshot-taken", 3),
        ("checkpoint.file-imported", 9), ("checkpoint.files-verified", 3), ("checkpoint.before-manifest", 3), ("checkpoint.published", 4),
        ("checkpoint.noted", 3),
        ("retain.manifest-deleted", 3), ("retain.files-deleted", 5),
        ("ship.fenced", 2), ("ship.marker-read", 2), ("ship.before", 4), ("ship.delivered", 5), ("ship.noted", 4), ("ship.before-finish", 2),
        ("file.locked", 2), ("file.fenced", 2), ("file.recovered", 7), ("file.appended", 4), ("file.synced", 6), ("file.marker-written", 5),
        ("file.renamed", 5), ("file.roll-written", 2),
    ];

    /// <summary>Points that only a recovery passes, with a crash that leaves it something to do.</summary>
    static readonly (string Point, Crash Before)[] _recovery =
    [
        ("restore.files-linked", new Crash("checkpoint.noted", 3, false)),
        ("restore.opened", new Crash("checkpoint.published", 3, false)),
        ("recover.opened", new Crash("ship.delivered", 3, false)),
        ("file.cut", new Crash("file.synced", 5, false)),
        ("recover.finished", new Crash("ship.before-finish", 1, true)),
    ];

    /// <summary>Where a recovery is crashed in its turn.</summary>
    static readonly string[] _again =
    [
        "recover.opening", "file.recovered", "restore.files-linked", "ship.before", "checkpoint.before-manifest", "file.cut", "ship.fenced",
        "restore.opened", "file.renamed", "epoch.committed", "run.recorded", "ship.marker-read", "checkpoint.published", "recover.opened",
        "file.fenced", "ship.delivered", "lease.taken", "file.marker-written", "state.sst-written", "retain.manifest-deleted",
    ];

    /// <summary>All points of the matrix.</summary>
    public static IReadOnlySet<string> Points => _fresh.Select(entry => entry.Point).Concat(_recovery.Select(entry => entry.Point)).ToHashSet();

    /// <summary>All cases.</summary>
    public static IReadOnlyList<CrashCase> All(string backend) => [.. ByPoint(backend).SelectMany(cases => cases)];

    /// <summary>The cases of a short run for one of two jobs: the first hit of every second point, and a later hit of some others.</summary>
    public static IReadOnlyList<CrashCase> Few(string backend, int job) =>
        [.. ByPoint(backend).SelectMany((cases, index) =>
            index % 2 == job ? [cases[index / 2 % 2]] : index % 6 == 0 ? cases.Skip(2 + (index / 2 % 2)).Take(1) : Enumerable.Empty<CrashCase>())];

    static IEnumerable<IReadOnlyList<CrashCase>> ByPoint(string backend)
    {
        var number = 0;
        foreach (var (point, later) in _fresh)
        {
            var cases = new List<CrashCase>();
            foreach (var hit in later == 1 ? [1] : new[] { 1, later })
            {
                var first = new Crash(point, hit, hit == 1);
                cases.Add(new CrashCase(backend, first));
                cases.Add(new CrashCase(backend, first, new Crash(_again[number++ % _again.Length], 1, false)));
            }
            yield return cases;
        }
        foreach (var (point, before) in _recovery)
        {
            var second = new Crash(point, 1, false);
            yield return [new CrashCase(backend, before, second), new CrashCase(backend, before, second, second)];
        }
    }
}
