using SqlStream.Core.Diagnostics;
using SqlStream.State.Checkpoints;

namespace SqlStream.State.Tests.Checkpoints;

public sealed class CheckpointInspectorTests
{
    [Fact]
    public void Every_kind_of_path_finds_the_checkpoints_below_it()
    {
        using var rig = Published(3);
        rig.Store.ExportSavepoint(rig.Store.Load(2), new LocalFileStore(rig["checkpoints"]), "saved/savepoint-1", default);
        CheckpointInspector.Open(rig.PathOf("")).Copy(rig["copied"], default);
        Assert.Equal([1, 2, 3, 2], Ids(rig["checkpoints"]));
        Assert.Equal([1, 2, 3], Ids(rig.PathOf("")));
        Assert.Equal([2], Ids(rig.PathOf("chk-2")));
        Assert.Equal([2], Ids(rig.PathOf("chk-2/manifest.json")));
        Assert.Equal([2], Ids(rig["checkpoints/saved/savepoint-1"]));
        Assert.Equal([1, 2, 3], Ids(rig["copied"]));
        Assert.Equal([3], Ids(rig["copied/chk-3"]));
    }

    [Fact]
    public void A_path_without_checkpoints_is_refused_with_a_hint()
    {
        using var rig = new CheckpointRig();
        foreach (var path in new[] { rig["work"], rig["nothing"] })
        {
            var e = Assert.Throws<SqlException>(() => CheckpointInspector.Open(path));
            Assert.Equal(SqlState.UndefinedObject, e.SqlState);
            Assert.NotNull(e.Diagnostics[0].Hint);
        }
    }

    [Fact]
    public void Show_gives_the_newest_whole_checkpoint()
    {
        using var rig = Published(3);
        File.AppendAllText(rig.PathOf("chk-3/manifest.json"), "x");
        var shown = CheckpointInspector.Open(rig["checkpoints"]).Show();
        Assert.Equal(2, shown.Manifest!.CheckpointId);
        using var restored = rig.Restore(shown.ToRestore());
        rig.Published[2].ShouldEqual(restored);
        var e = Assert.Throws<SqlException>(() => CheckpointInspector.Open(rig.PathOf("chk-3")).Show());
        Assert.Equal(SqlState.DataCorrupted, e.SqlState);
    }

    [Theory]
    [InlineData(StateBackends.RocksDb)]
    [InlineData(StateBackends.Memory)]
    public void Verify_covers_every_byte_of_every_file(string backend)
    {
        using var rig = Published(2, backend);
        var whole = CheckpointInspector.Open(rig["checkpoints"]).Verify(default);
        Assert.True(whole.IsWhole);
        Assert.Empty(whole.Findings);
        Assert.Equal(rig.Files.List("job").Sum(name => rig.Files.Size(name)), whole.Bytes);
        Assert.Equal(rig.Files.List("job").Count(), whole.Files);
        var random = new Random(1);
        foreach (var name in rig.Files.List("job"))
        {
            var path = rig.Files.Locate(name);
            var bytes = File.ReadAllBytes(path);
            for (var i = 0; i < 5; i++)
            {
                var damaged = (byte[])bytes.Clone();
                damaged[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                ShouldFindDamage(rig, path, damaged);
            }
            ShouldFindDamage(rig, path, bytes[..^1]);
            ShouldFindDamage(rig, path, [.. bytes, 0]);
            ShouldFindDamage(rig, path, null);
            File.WriteAllBytes(path, bytes);
        }
        Assert.True(CheckpointInspector.Open(rig["checkpoints"]).Verify(default).IsWhole);
    }

    [Fact]
    public void A_leftover_is_named_in_a_live_directory_and_is_damage_in_a_copy_and_a_savepoint()
    {
        using var rig = Published(1);
        rig.Store.ExportSavepoint(rig.Store.Load(1), new LocalFileStore(rig["savepoints"]), "s", default);
        CheckpointInspector.Open(rig.PathOf("")).Copy(rig["copied"], default);
        foreach (var (root, isDamage) in new[] { (rig.PathOf(""), false), (rig["savepoints/s"], true), (rig["copied"], true) })
        {
            var unknown = Path.Combine(root, "shared", "unknown.sst");
            File.WriteAllText(unknown, "x");
            var report = CheckpointInspector.Open(root).Verify(default);
            var finding = Assert.Single(report.Findings);
            Assert.Equal((unknown, isDamage), (finding.Path, finding.IsDamage));
            Assert.Equal(!isDamage, report.IsWhole);
        }
    }

    [Fact]
    public void A_copy_can_be_restored_and_a_second_copy_writes_nothing()
    {
        using var rig = Published(3, StateBackends.RocksDb);
        var first = CheckpointInspector.Open(rig["checkpoints"]).Copy(rig["copied"], default);
        Assert.Equal(3, first.Checkpoints);
        var second = CheckpointInspector.Open(rig["checkpoints"]).Copy(rig["copied"], default);
        Assert.Equal(0, second.BytesWritten);
        Assert.True(CheckpointInspector.Open(rig["copied"]).Verify(default).IsWhole);
        rig.Files.DeleteTree("job");
        using var restored = rig.Restore(CheckpointInspector.Open(rig["copied"]).Show().ToRestore());
        rig.Published[3].ShouldEqual(restored);
    }

    [Fact]
    public void An_interrupted_copy_is_resumed_and_its_parts_are_not_believed()
    {
        using var rig = Published(1);
        CheckpointInspector.Open(rig.PathOf("chk-1")).Copy(rig["copied"], default);
        var run = Directory.GetFiles(Path.Combine(rig["copied"], "shared"))[0];
        var bytes = File.ReadAllBytes(run);
        File.Delete(Path.Combine(rig["copied"], "chk-1", "manifest.json"));
        File.WriteAllBytes(run, bytes[..^3]);
        var report = CheckpointInspector.Open(rig.PathOf("chk-1")).Copy(rig["copied"], default);
        Assert.InRange(report.BytesWritten, bytes.Length, (2 * bytes.Length) + 5000);
        Assert.Equal(bytes, File.ReadAllBytes(run));
        Assert.True(CheckpointInspector.Open(rig["copied"]).Verify(default).IsWhole);
    }

    [Fact]
    public void A_damaged_checkpoint_is_not_copied_and_no_manifest_of_another_one_is_replaced()
    {
        using var rig = Published(1);
        using var other = Published(1, seed: 2);
        CheckpointInspector.Open(rig.PathOf("")).Copy(rig["copied"], default);
        var e = Assert.Throws<SqlException>(() => CheckpointInspector.Open(other.PathOf("")).Copy(rig["copied"], default));
        Assert.Equal(SqlState.DuplicateObject, e.SqlState);
        var file = other.Files.List("job/shared").First();
        File.AppendAllText(other.Files.Locate(file), "x");
        e = Assert.Throws<SqlException>(() => CheckpointInspector.Open(other.PathOf("")).Copy(other["copied"], default));
        Assert.Equal(SqlState.DataCorrupted, e.SqlState);
        Assert.False(File.Exists(Path.Combine(other["copied"], "chk-1", "manifest.json")));
    }

    [Fact]
    public void Prune_says_first_and_then_does_what_Retain_does()
    {
        using var rig = Published(4);
        var before = rig.Files.List("job").ToDictionary(name => name, name => rig.Files.Size(name) ?? 0);
        var planned = CheckpointInspector.Open(rig["checkpoints"]).Prune(1, dryRun: true);
        Assert.Equal(before.Keys, rig.Files.List("job"));
        var done = CheckpointInspector.Open(rig["checkpoints"]).Prune(1, dryRun: false);
        Assert.Equal(["chk-1", "chk-2", "chk-3"], done.Checkpoints.Select(Path.GetFileName));
        Assert.Equal((planned.Files, planned.Bytes), (done.Files, done.Bytes));
        var gone = before.Keys.Except(rig.Files.List("job")).ToList();
        Assert.Equal((gone.Count, gone.Sum(name => before[name])), (done.Files, done.Bytes));
        rig.ShouldRestore(rig.Store, 4);
        Assert.Equal(
            SqlState.WrongObjectType,
            Assert.Throws<SqlException>(() => CheckpointInspector.Open(rig.PathOf("chk-4")).Prune(1, dryRun: false)).SqlState);
    }

    static CheckpointRig Published(int checkpoints, string backend = StateBackends.Memory, int seed = 1)
    {
        var rig = new CheckpointRig(backend, seed: seed);
        for (var i = 0; i < checkpoints; i++)
            rig.AdvanceAndPublish(new DraftFile($"seg-{i}", "segment"u8.ToArray()));
        return rig;
    }

    static IEnumerable<long> Ids(string path) =>
        CheckpointInspector.Open(path).List().Select(entry => entry.Manifest!.CheckpointId);

    static void ShouldFindDamage(CheckpointRig rig, string path, byte[]? content)
    {
        // A new file: the old one may be a hard link to one that a backend reads.
        File.Delete(path);
        if (content is not null)
            File.WriteAllBytes(path, content);
        var report = CheckpointInspector.Open(rig["checkpoints"]).Verify(default);
        // A checkpoint whose manifest is gone is none; its files are leftovers.
        if (content is null && path.EndsWith("manifest.json", StringComparison.Ordinal))
            Assert.Contains(report.Findings, finding => finding.Problem.Contains("leftover", StringComparison.Ordinal));
        else
            Assert.Contains(report.Findings, finding => finding.Path == path && finding.IsDamage);
    }
}
