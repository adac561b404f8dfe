using SqlStream.EndToEnd.Tests.Crash;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.BadInput;

/// <summary>One flipped bit in each kind of file that a job keeps: it is named, and never loaded.</summary>
public sealed class DamageTests(DamageTests.CrashedJob crashed) : IClassFixture<DamageTests.CrashedJob>, IDisposable
{
    readonly WorkDirectory _work = new();

    public static TheoryData<string> Kinds => ["*.sst", "state.bin", "output.bin", "segment-*.bin"];

    /// <summary>A job that was killed when its first checkpoint was durable and nothing of it delivered.</summary>
    public sealed class CrashedJob : IAsyncLifetime
    {
        readonly WorkDirectory _work = new();

        internal string Path => _work.Path;

        public async Task InitializeAsync()
        {
            var readings = new CrashReadings(40_000);
            readings.Write(_work["input"], 1);
            _work.Write("job.sql", "SET 'execution.checkpointing.interval' = '10 min';\n" + new TotalsJob().Script(".", _work["input"], "'source.split-size' = '4 kb'"));
            (await RunningProgram.RunAsync(Start(_work.Path, "ship.before:1"))).Exits(ProgramResult.Killed);
        }

        public Task DisposeAsync()
        {
            _work.Dispose();
            return Task.CompletedTask;
        }
    }

    public void Dispose() => _work.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_damaged_file_of_the_newest_checkpoint_is_named_and_never_loaded(string kind)
    {
        Copy();
        var file = Directory.EnumerateFiles(_work["data/checkpoints"], kind, SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
        Flip(file);
        var result = await RunningProgram.RunAsync(Start(_work.Path, null));
        result.Exits(3).Says("goes on from checkpoint 1", "failed\n" + $"""
            ERROR XX001: file "{file}" of checkpoint 1 is damaged
            DETAIL: Its checksum does not match the manifest.
            HINT: Restore from another checkpoint by naming it; it is never chosen silently, because sinks may be ahead of it.

            """);
        Assert.Empty(_work.VisibleFiles("totals"));
        var verified = await RunningProgram.RunAsync("checkpoints", "verify", _work["data"]);
        Assert.Contains($"damaged: {file}: its checksum does not match the manifest\n", verified.Exits(1).Output, StringComparison.Ordinal);
        Assert.EndsWith(": damaged\n", verified.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_manifest_is_named_and_never_loaded()
    {
        Copy();
        var file = Directory.EnumerateFiles(_work["data/checkpoints"], "manifest.json", SearchOption.AllDirectories).Single();
        Flip(file);
        (await RunningProgram.RunAsync(Start(_work.Path, null))).FailsWith(1, $"""
            ERROR XX001: the newest checkpoint "{Path.GetDirectoryName(file)}" is damaged: checkpoint manifest "{file}" is damaged: Its checksum does not match its content.
            HINT: Choose an older one with -s PATH; sinks may be ahead of it. 'sqlstream checkpoints list' shows them.
            """);
        Assert.Empty(_work.VisibleFiles("totals"));
        var verified = await RunningProgram.RunAsync("checkpoints", "verify", _work["data"]);
        Assert.Contains($"damaged: {file}: checkpoint manifest", verified.Exits(1).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_file_of_the_newest_checkpoint_is_named()
    {
        Copy();
        var file = Directory.EnumerateFiles(_work["data/checkpoints"], "*.sst", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
        File.Delete(file);
        (await RunningProgram.RunAsync(Start(_work.Path, null))).Exits(1).Says("ERROR XX001: the newest checkpoint ", " is damaged: ", file);
        var verified = await RunningProgram.RunAsync("checkpoints", "verify", _work["data"]);
        Assert.Contains($"damaged: {file}: ", verified.Exits(1).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run.json", "run record", "Restore the directory from a copy, or start anew in another --data directory.")]
    [InlineData("lease.json", "lease file", "It numbers the starts in this data directory, which fences older processes. Restore it from a backup, or start over in another directory with --restore.")]
    public async Task A_truncated_record_is_named(string name, string what, string hint)
    {
        Copy();
        var file = _work["data/" + name];
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..60]);
        (await RunningProgram.RunAsync(Start(_work.Path, null))).Exits(1).Says($"ERROR XX001: {what} \"{file}\" is damaged\n", $"HINT: {hint}\n");
    }

    [Fact]
    public async Task A_damaged_marker_stops_the_sink_before_it_writes()
    {
        Copy();
        (await RunningProgram.RunAsync(Start(_work.Path, "ship.delivered:1"))).Exits(ProgramResult.Killed);
        var file = Directory.EnumerateFiles(_work["totals/.sqlstream"], "*.json").Single();
        Flip(file);
        (await RunningProgram.RunAsync(Start(_work.Path, null))).Exits(3).Says("failed\n" + $"""
            ERROR XX001: sink marker "./totals/.sqlstream/{Path.GetFileName(file)}" is damaged
            HINT: Restore it from a backup, or let the job write to another directory.

            """);
    }

    // The script names its output relative to the directory, so that the copy has its own.
    void Copy()
    {
        foreach (var file in Directory.EnumerateFiles(crashed.Path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None }))
        {
            if (Path.GetFileName(file) == WorkDirectory.SocketName)
                continue;
            var target = _work[Path.GetRelativePath(crashed.Path, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    static void Flip(string file)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
    }

    static ProgramStart Start(string directory, string? crash) => new()
    {
        Arguments = ["run", "job.sql", "--data", Path.Combine(directory, "data"), "--parallelism", "1"],
        WorkingDirectory = directory,
        Environment = crash is null ? new Dictionary<string, string>() : new() { ["SQLSTREAM_CRASH"] = crash },
    };
}
