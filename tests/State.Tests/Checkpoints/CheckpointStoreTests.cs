using SqlStream.Core.Diagnostics;
using SqlStream.State.Checkpoints;

namespace SqlStream.State.Tests.Checkpoints;

public sealed class CheckpointStoreTests
{
    [Theory]
    [InlineData(StateBackends.RocksDb)]
    [InlineData(StateBackends.Memory)]
    public void A_later_checkpoint_writes_only_what_is_new(string backend)
    {
        using var rig = new CheckpointRig(backend);
        rig.Advance(20_000);
        var first = rig.Publish();
        rig.Advance(5);
        var second = rig.Publish();
        Assert.Equal(first.Manifest!.BytesTotal, first.Manifest.BytesWritten);
        Assert.True(second.Manifest!.BytesTotal >= first.Manifest.BytesTotal);
        Assert.True(second.Manifest.BytesWritten * 10 < second.Manifest.BytesTotal);
        rig.ShouldRestore(rig.Store, first.CheckpointId);
        rig.ShouldRestore(rig.Store, second.CheckpointId);
    }

    [Theory]
    [InlineData(StateBackends.RocksDb, ManifestFileKind.Sst)]
    [InlineData(StateBackends.RocksDb, ManifestFileKind.RocksDb)]
    [InlineData(StateBackends.Memory, ManifestFileKind.State)]
    public void A_damaged_file_is_never_loaded_and_named(string backend, ManifestFileKind kind)
    {
        using var rig = new CheckpointRig(backend);
        var info = rig.AdvanceAndPublish();
        var random = new Random(3);
        foreach (var file in info.Manifest!.Files.Where(file => file.Kind == kind))
        {
            var path = rig.PathOf(file.Path);
            var whole = File.ReadAllBytes(path);
            for (var i = 0; i < 12; i++)
            {
                var damaged = (byte[])whole.Clone();
                damaged[(file.Offset ?? 0) + random.NextInt64(file.Size)] ^= (byte)(1 << random.Next(8));
                ShouldRefuse(rig, info, file, damaged, path);
            }
            foreach (var length in new[] { (file.Offset ?? 0) + file.Size - 1, (file.Offset ?? 0) + (file.Size / 2), 0 })
                ShouldRefuse(rig, info, file, whole[..(int)length], path);
            Overwrite(path, whole);
        }
        rig.ShouldRestore(rig.Store, info.CheckpointId);
    }

    [Fact]
    public void A_missing_file_breaks_its_checkpoint_and_not_the_others()
    {
        using var rig = new CheckpointRig();
        rig.Advance(2000);
        var first = rig.Publish();
        rig.Advance(10);
        var second = rig.Publish();
        var own = second.Manifest!.Files.First(file => !first.Manifest!.Files.Any(other => other.Path == file.Path));
        File.Delete(rig.PathOf(own.Path));
        var list = new CheckpointStore(rig.Files, "job").List();
        Assert.Equal([true, false], list.Select(info => info.IsValid));
        Assert.Equal($"file \"{rig.PathOf(own.Path)}\" does not exist", list[1].Problem);
        var e = Assert.Throws<SqlException>(() => rig.Restore(rig.Store.RestoreFrom(rig.Store.Load(second.CheckpointId))));
        Assert.Equal(SqlState.DataCorrupted, e.SqlState);
        rig.ShouldRestore(rig.Store, first.CheckpointId);
    }

    [Fact]
    public void The_latest_checkpoint_is_not_replaced_by_an_older_one_when_it_is_broken()
    {
        using var rig = new CheckpointRig();
        rig.AdvanceAndPublish();
        var second = rig.AdvanceAndPublish();
        File.AppendAllText(rig.PathOf($"chk-{second.CheckpointId}/manifest.json"), " ");
        var latest = rig.Store.Latest();
        Assert.Equal(second.CheckpointId, latest!.CheckpointId);
        Assert.False(latest.IsValid);
        Assert.Contains("is damaged", latest.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_without_manifest_is_none_and_its_number_is_not_used_again()
    {
        using var rig = new CheckpointRig();
        rig.AdvanceAndPublish();
        rig.Files.Write("job/chk-7/state.bin", "part"u8, durable: true);
        var store = new CheckpointStore(rig.Files, "job");
        Assert.Equal(1, store.Latest()!.CheckpointId);
        Assert.Single(store.List());
        Assert.Equal(8, store.NextCheckpointId());
        Assert.Equal(9, store.NextCheckpointId());
    }

    [Fact]
    public void A_number_that_is_taken_is_refused()
    {
        using var rig = new CheckpointRig();
        rig.AdvanceAndPublish();
        var e = Assert.Throws<ExternalException>(() => rig.Publish(1));
        Assert.Equal(SqlState.ObjectInUse, e.SqlState);
        Assert.Equal(Retry.Never, e.Retry);
    }

    [Fact]
    public void Retain_keeps_the_newest_the_pinned_and_every_file_that_they_name()
    {
        using var rig = new CheckpointRig(StateBackends.RocksDb);
        for (var i = 0; i < 12; i++)
            rig.AdvanceAndPublish();
        Assert.Equal([1, 2, 4, 5, 6, 7, 8, 9], rig.Store.Retain(3, [3]));
        Assert.Equal([3, 10, 11, 12], rig.Store.List().Select(info => info.CheckpointId));
        var named = rig.Store.List().SelectMany(info => info.Manifest!.Files).Select(file => "job/" + file.Path).ToHashSet();
        var manifests = rig.Store.List().Select(info => $"job/chk-{info.CheckpointId}/manifest.json");
        Assert.Equal(named.Concat(manifests).Order(StringComparer.Ordinal), rig.Files.List("job"));
        foreach (var info in rig.Store.List())
            rig.ShouldRestore(rig.Store, info.CheckpointId);
    }

    [Fact]
    public void Retain_counts_whole_checkpoints_only()
    {
        using var rig = new CheckpointRig();
        for (var i = 0; i < 4; i++)
            rig.AdvanceAndPublish();
        File.Delete(rig.PathOf("chk-4/manifest.json"));
        File.WriteAllText(rig.PathOf("chk-4/manifest.json"), "broken");
        rig.Store.Retain(2, []);
        Assert.Equal([(2L, true), (3L, true), (4L, false)], rig.Store.List().Select(info => (info.CheckpointId, info.IsValid)));
    }

    [Fact]
    public void Retain_removes_leftovers_of_interrupted_checkpoints()
    {
        using var rig = new CheckpointRig();
        rig.AdvanceAndPublish();
        rig.Files.Write("job/chk-9/state.bin", "part"u8, durable: true);
        rig.Files.Write("job/shared/0123.run", "part"u8, durable: true);
        rig.Files.Write("job/chk-1/.manifest.json.77-1.tmp", "part"u8, durable: true);
        rig.Files.Write("job/notes.txt", "the user's own"u8, durable: true);
        Assert.Empty(rig.Store.Retain(1, []));
        Assert.DoesNotContain(rig.Files.List("job"), name => name.Contains("chk-9") || name.Contains("0123") || name.Contains(".tmp"));
        Assert.True(rig.Files.Exists("job/notes.txt"));
        Assert.False(Directory.Exists(rig.PathOf("chk-9")));
        Assert.Equal(10, rig.Store.NextCheckpointId());
        rig.ShouldRestore(rig.Store, 1);
    }

    [Fact]
    public void An_unshipped_segment_is_stored_once_and_kept_while_a_checkpoint_names_it()
    {
        using var rig = new CheckpointRig();
        var large = new byte[2 << 20];
        new Random(1).NextBytes(large);
        var segments = new[] { new DraftFile("seg-1-0", "small"u8.ToArray()), new DraftFile("seg-1-1", large) };
        rig.AdvanceAndPublish(segments);
        var more = new DraftFile("seg-2-0", "next"u8.ToArray());
        var second = rig.AdvanceAndPublish([.. segments, more]);
        Assert.True(second.Manifest!.BytesWritten < large.Length);
        rig.Store.Retain(1, []);
        Assert.Equal("chk-1/output.bin", segments[0].Stored!.Path);
        ShouldHold(rig, second.Manifest, "seg-1-0", "small"u8);
        ShouldHold(rig, second.Manifest, "seg-1-1", large);
        ShouldHold(rig, second.Manifest, "seg-2-0", "next"u8);
        CheckpointRig.ShouldBeWhole(rig.Store, second.Manifest);
        var third = rig.AdvanceAndPublish();
        rig.Store.Retain(1, []);
        Assert.DoesNotContain(rig.Files.List("job"), name => name.Contains("chk-1") || name.Contains("chk-2"));
        CheckpointRig.ShouldBeWhole(rig.Store, third.Manifest!);
    }

    [Fact]
    public void Segments_of_a_restored_checkpoint_are_named_again_by_a_new_process()
    {
        using var rig = new CheckpointRig();
        rig.AdvanceAndPublish(new DraftFile("seg-1-0", "one"u8.ToArray()));
        var restarted = new CheckpointStore(rig.Files, "job");
        var stored = restarted.Load(1).Files.Single(file => file.Kind == ManifestFileKind.Segment);
        rig.Store = restarted;
        var second = rig.AdvanceAndPublish(new DraftFile(stored));
        restarted.Retain(1, []);
        ShouldHold(rig, second.Manifest!, "seg-1-0", "one"u8);
    }

    [Theory]
    [InlineData(StateBackends.RocksDb)]
    [InlineData(StateBackends.Memory)]
    public void A_savepoint_of_a_draft_or_a_checkpoint_can_be_moved_and_outlives_the_checkpoints(string backend)
    {
        using var rig = new CheckpointRig(backend);
        var stored = new DraftFile("seg-1-0", "one"u8.ToArray());
        var info = rig.AdvanceAndPublish(stored);
        rig.Advance();
        var target = new LocalFileStore(rig["savepoints"]);
        using (var snapshot = rig.Backend.Snapshot())
            rig.Store.ExportSavepoint(Drafts.Of(rig.Store, snapshot, stored), target, "of-draft", default);
        rig.Store.ExportSavepoint(info.Manifest!, target, "of-checkpoint", default);
        rig.Files.DeleteTree("job");
        Directory.Move(rig["savepoints"], rig["moved"]);
        foreach (var (name, model) in new[] { ("of-draft", rig.Model), ("of-checkpoint", rig.Published[1]) })
        {
            var folder = new CheckpointFolder(new LocalFileStore(rig["moved"]), name);
            var manifest = folder.ReadManifest();
            Assert.True(manifest.SelfContained);
            using var restored = rig.Restore(new StateRestore(manifest, (directory, c) => folder.RestoreFiles(manifest, directory, c)));
            model.ShouldEqual(restored);
            Assert.Null(folder.FindDamage(manifest.Files.Single(file => file.Kind == ManifestFileKind.Segment), default));
        }
    }

    [Fact]
    public void A_savepoint_does_not_replace_one_of_the_same_name()
    {
        using var rig = new CheckpointRig();
        var info = rig.AdvanceAndPublish();
        var target = new LocalFileStore(rig["savepoints"]);
        rig.Store.ExportSavepoint(info.Manifest!, target, "s", default);
        var e = Assert.Throws<SqlException>(() => rig.Store.ExportSavepoint(info.Manifest!, target, "s", default));
        Assert.Equal(SqlState.DuplicateObject, e.SqlState);
    }

    [Fact]
    public void Names_in_a_manifest_that_lead_out_of_the_directory_are_damage()
    {
        using var rig = new CheckpointRig();
        var info = rig.AdvanceAndPublish();
        var evil = info.Manifest! with { CheckpointId = 2, Files = [info.Manifest.Files[0] with { Name = "../../evil" }] };
        rig.Files.PublishIfAbsent("job/chk-2/manifest.json", ManifestFormat.Write(evil));
        Assert.Equal(SqlState.DataCorrupted, Assert.Throws<SqlException>(() => rig.Store.Load(2)).SqlState);
    }

    [Fact]
    public void A_file_that_reads_back_differently_fails_the_checkpoint()
    {
        using var rig = new CheckpointRig(StateBackends.RocksDb);
        rig.AdvanceAndPublish();
        var files = new Testing.FaultyFileStore(rig.Files, (operation, name) =>
        {
            if (operation == "OpenRead" && name.EndsWith("chk-2/state.bin", StringComparison.Ordinal))
                Overwrite(rig.PathOf("chk-2/state.bin"), "bit rot"u8.ToArray());
            return null;
        });
        rig.Store = new CheckpointStore(files, "job");
        var e = Assert.Throws<ExternalException>(() => rig.AdvanceAndPublish());
        Assert.Equal(SqlState.DataCorrupted, e.SqlState);
        Assert.Equal(1, rig.Store.Latest()!.CheckpointId);
        rig.ShouldRestore(rig.Store, 1);
    }

    static void ShouldHold(CheckpointRig rig, CheckpointManifest manifest, string segment, ReadOnlySpan<byte> expected)
    {
        var target = rig["segment"];
        File.Delete(target);
        var file = manifest.Files.Single(file => file.Name == segment);
        rig.Store.Folder.RestoreFile(manifest, file, target, default);
        Assert.Equal(expected.ToArray(), File.ReadAllBytes(target));
    }

    static void ShouldRefuse(CheckpointRig rig, CheckpointInfo info, ManifestFile file, byte[] content, string path)
    {
        Overwrite(path, content);
        var e = Assert.Throws<SqlException>(() => rig.Restore(rig.Store.RestoreFrom(info.Manifest!)));
        Assert.Equal(SqlState.DataCorrupted, e.SqlState);
        Assert.Equal($"file \"{path}\" of checkpoint {info.CheckpointId} is damaged", e.Message);
        Assert.NotNull(rig.Store.Folder.FindDamage(file, default));
    }

    // A new file: the old one may be a hard link to one that a backend reads.
    static void Overwrite(string path, byte[] content)
    {
        File.Delete(path);
        File.WriteAllBytes(path, content);
    }
}
