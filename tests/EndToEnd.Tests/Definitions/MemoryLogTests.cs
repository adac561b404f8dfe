using SqlStream.Core.Connect;
using SqlStream.Core.Time;
using SqlStream.Core.Types;
using SqlStream.Engine.Memory;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Definitions;

/// <summary>The file behind a memory table.</summary>
public sealed class MemoryLogTests : IDisposable
{
    const int EpochBytes = 128 << 10;
    const int Epochs = 100;

    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Records_that_say_little_any_more_are_folded_into_one(bool isKeyed)
    {
        var log = Open(isKeyed, out _);
        for (var epoch = 1; epoch <= Epochs; epoch++)
        {
            // Each epoch takes away the row of the one before; the key stays the same, or the row is its own key.
            var row = new byte[EpochBytes];
            row[0] = (byte)epoch;
            var before = new byte[EpochBytes];
            before[0] = (byte)(epoch - 1);
            var changes = isKeyed
                ? new[] { new MemoryChange(epoch, 1, [7], row), new MemoryChange(epoch, -1, [8], []) }
                : [new MemoryChange(epoch, -1, before, []), new MemoryChange(epoch, 1, row, [])];
            log.Append(epoch == 1 && !isKeyed ? changes[1..] : changes, Marker(epoch));
        }
        Assert.True(new FileInfo(log.Path).Length < Epochs * EpochBytes / 2);
        var again = Open(isKeyed, out var kept);
        Assert.Equal(Marker(Epochs), again.Marker);
        var table = new MemoryTable(isKeyed, TimeProvider.System);
        table.Apply(kept);
        Assert.Equal(Epochs, Assert.Single(table.Snapshot(0)).Row[0]);
        Assert.True(table.NextSequence() > Epochs);
    }

    [Fact]
    public void Whatever_is_cut_off_the_last_record_is_as_if_it_had_not_come()
    {
        var log = Open(true, out _);
        log.Append([new MemoryChange(1, 1, [1], [1])], Marker(1));
        var whole = new FileInfo(log.Path).Length;
        log.Append([new MemoryChange(2, 1, [2], [2])], Marker(2));
        var bytes = File.ReadAllBytes(log.Path);
        for (var length = whole; length < bytes.Length; length++)
        {
            File.WriteAllBytes(log.Path, bytes[..(int)length]);
            var cut = Open(true, out var kept);
            Assert.Equal(Marker(1), cut.Marker);
            Assert.Single(kept);
            cut.Append([new MemoryChange(3, 1, [3], [3])], Marker(3));
            Assert.Equal(Marker(3), Open(true, out kept).Marker);
            Assert.Equal(2, kept.Count);
        }
    }

    [Theory]
    [InlineData(true, "reader", "writer")]
    [InlineData(true, "writer", "reader")]
    [InlineData(false, "reader", "writer")]
    [InlineData(false, "writer", "reader")]
    public void What_is_written_before_and_after_an_overwrite_is_told_apart_in_whatever_order_files_are_read(bool isKeyed, string first, string second)
    {
        var table = new ConnectorTable("t", new Schema([new Field("x", SqlType.Int)]), isKeyed ? [0] : [], [], new TableOptions([]));
        var handle = new MemoryTables(_directory.Path, TimeProvider.System).Get(table);
        var (writer, other) = (handle.Log("writer", "s"), handle.Log("reader", "s"));
        Append(1, Change(1), Change(2));
        other.AppendReplacing([Change(3)], Marker(1));
        Append(2, Change(4));
        Assert.Equal([1, 2, 4], Rows(handle));

        other.AppendReplaced(handle.Table.NextSequence());
        handle.Replace(other);
        Append(3, Change(5));
        Assert.Equal([3, 5], Rows(handle));

        var again = new MemoryTables(_directory.Path, TimeProvider.System);
        handle = again.Get(table);
        again.Restore(first);
        again.Restore(second);
        Assert.Equal([3, 5], Rows(handle).Order());

        MemoryChange Change(byte row) => new(handle.Table.NextSequence(), 1, [row], isKeyed ? [row] : []);

        void Append(int epoch, params MemoryChange[] changes)
        {
            writer.Append(changes, Marker(epoch), handle.Table.ReplacedAt);
            handle.Table.Apply(changes);
        }
    }

    [Fact]
    public void The_rows_of_an_overwrite_that_did_not_come_to_its_end_count_for_nothing()
    {
        var table = new ConnectorTable("t", new Schema([new Field("x", SqlType.Int)]), [], [], new TableOptions([]));
        var handle = new MemoryTables(_directory.Path, TimeProvider.System).Get(table);
        handle.Log("job", "s").AppendReplacing([new MemoryChange(1, 1, [1], [])], Marker(1));

        var again = new MemoryTables(_directory.Path, TimeProvider.System);
        handle = again.Get(table);
        again.Restore("job");

        Assert.Empty(Rows(handle));
        Assert.Equal(Marker(1), handle.Log("job", "s").Marker);
    }

    static List<int> Rows(MemoryTableHandle handle) => [.. handle.Table.Snapshot(0).Select(row => (int)(row.Row.Length > 0 ? row.Row[0] : 0))];

    static SinkMarker Marker(int epoch) => new(new Epoch(epoch), new SinkPosition(1, 0), true, 1, "digest");

    MemoryLog Open(bool isKeyed, out IReadOnlyList<MemoryChange> changes) => MemoryLog.Open(_directory.Path, "log.rows", isKeyed, out changes);
}
