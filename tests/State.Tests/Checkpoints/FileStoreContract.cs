using SqlStream.Core.Diagnostics;
using SqlStream.State.Checkpoints;
using SqlStream.Testing;

namespace SqlStream.State.Tests.Checkpoints;

/// <summary>What every file store promises while nothing crashes.</summary>
public abstract class FileStoreContract : IDisposable
{
    protected TemporaryDirectory Local { get; } = new();

    protected abstract IFileStore Store { get; }

    public void Dispose()
    {
        Local.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Publish_takes_a_free_name_once()
    {
        Assert.True(Store.PublishIfAbsent("a/b/m", "one"u8));
        Assert.False(Store.PublishIfAbsent("a/b/m", "two"u8));
        Assert.Equal("one", Read("a/b/m"));
        Assert.Equal(["a/b/m"], Store.List(""));
    }

    [Fact]
    public void Replace_and_write_take_the_place_of_what_is_there()
    {
        Store.Replace("d/r", "one"u8);
        Store.Replace("d/r", "second"u8);
        Store.Write("d/w", "longer than the next"u8, durable: true);
        Store.Write("d/w", "next"u8, durable: false);
        Store.Write("d/s", new MemoryStream("stream"u8.ToArray()), durable: true);
        Assert.Equal(["second", "next", "stream"], new[] { "d/r", "d/w", "d/s" }.Select(Read));
        Assert.Equal(["d/r", "d/s", "d/w"], Store.List("d"));
    }

    [Fact]
    public void Import_and_export_keep_the_bytes()
    {
        File.WriteAllText(Local["in"], "content");
        Store.Write("x/f", "old"u8, durable: true);
        Store.ImportFile(Local["in"], "x/f");
        Store.SyncDirectory("x");
        Store.ExportFile("x/f", Local["out"]);
        Assert.Equal("content", File.ReadAllText(Local["out"]));
        Assert.Equal(7, Store.Size("x/f"));
    }

    [Fact]
    public void What_is_missing_is_empty_to_ask_for_and_an_error_to_read()
    {
        Assert.False(Store.Exists("no/file"));
        Assert.Null(Store.Size("no/file"));
        Assert.Empty(Store.List("no"));
        Store.Delete("no/file");
        Store.DeleteTree("no");
        Assert.Equal(SqlState.UndefinedFile, Assert.Throws<ExternalException>(() => Store.OpenRead("no/file")).SqlState);
    }

    [Fact]
    public void Delete_removes_one_file_and_DeleteTree_a_directory()
    {
        foreach (var name in new[] { "t/a/1", "t/a/2", "t/b/1", "tt/1" })
            Store.Write(name, "x"u8, durable: false);
        Store.Delete("t/b/1");
        Store.DeleteTree("t/a");
        Assert.Equal(["tt/1"], Store.List(""));
    }

    string Read(string name)
    {
        using var reader = new StreamReader(Store.OpenRead(name));
        return reader.ReadToEnd();
    }
}

public sealed class LocalFileStoreTests : FileStoreContract
{
    public LocalFileStoreTests() => Store = new LocalFileStore(Local["root"]);

    protected override IFileStore Store { get; }

    [Fact]
    public void Import_on_one_file_system_is_a_hard_link()
    {
        File.WriteAllText(Local["in"], "content");
        Store.ImportFile(Local["in"], "x/f");
        File.AppendAllText(Local["in"], "!");
        Assert.Equal(8, Store.Size("x/f"));
    }

    [Fact]
    public void A_file_where_a_directory_should_be_is_an_error_with_the_path()
    {
        Store.Write("a", "x"u8, durable: true);
        var e = Assert.Throws<ExternalException>(() => Store.Write("a/b", "y"u8, durable: true));
        Assert.Contains(Local["root"], e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("a//b")]
    [InlineData("a/./b")]
    [InlineData("/etc/passwd")]
    public void A_name_that_leaves_the_root_is_a_bug(string name) =>
        Assert.Throws<EngineBugException>(() => Store.Exists(name));

    [Fact]
    public void No_temporary_file_stays_behind()
    {
        Store.Replace("d/r", "one"u8);
        Store.PublishIfAbsent("d/p", "one"u8);
        Store.PublishIfAbsent("d/p", "two"u8);
        Assert.Equal(2, Directory.GetFileSystemEntries(Path.Combine(Local["root"], "d")).Length);
    }
}

public sealed class SimFileStoreTests : FileStoreContract
{
    protected override IFileStore Store { get; } = new SimFileStore(1);

    [Fact]
    public void Unsynced_bytes_and_names_can_be_lost_and_synced_ones_cannot()
    {
        var lost = 0;
        for (var seed = 0; seed < 50; seed++)
        {
            var store = new SimFileStore(seed);
            store.Write("d/safe", "safe"u8, durable: true);
            store.SyncDirectory("d");
            store.Write("d/name", "name"u8, durable: true);
            store.Restart();
            Assert.Equal(4, store.Size("d/safe"));
            lost += store.Exists("d/name") ? 0 : 1;
        }
        Assert.InRange(lost, 10, 40);
    }
}
