using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Core.Types;
using SqlStream.Execution.Sinks;
using SqlStream.Testing;
using SqlStream.Testing.Simulation;

namespace SqlStream.Execution.Tests.Sinks;

public sealed class OutputLogTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();
    readonly ColumnPool _pool = new(poison: true);
    readonly TextFrames _encoder = new();
    readonly List<Batch> _batches = [];

    [Fact]
    public void What_was_appended_comes_back_frame_by_frame()
    {
        using var log = Log();
        log.Append(Rows("a", "bb"), _encoder);
        log.Append(Rows("ccc"), _encoder);
        var segment = log.Seal(new Epoch(4))!;
        Assert.Equal(["+ a,+ bb", "+ ccc"], Content(segment));
        Assert.Equal((new Epoch(4), 3, 3L), (segment.Epoch, segment.Subtask, segment.Rows));
    }

    [Fact]
    public void An_epoch_without_rows_has_no_segment()
    {
        using var log = Log();
        Assert.Null(log.Seal(new Epoch(1)));
        log.Append(Rows("a"), _encoder);
        Assert.NotNull(log.Seal(new Epoch(2)));
        Assert.Null(log.Seal(new Epoch(3)));
    }

    [Fact]
    public void Large_output_goes_to_a_file_and_comes_back_the_same()
    {
        using var log = Log();
        var big = new string('x', 1 << 20);
        for (var i = 0; i < 20; i++)
            log.Append(Rows($"{i}{big}"), _encoder);
        Assert.True(log.MemoryBytes < 9 << 20);
        var segment = log.Seal(new Epoch(1))!;
        Assert.NotNull(segment.Path);
        // A checkpoint takes what is in memory, otherwise the file.
        Assert.Null(segment.Content);
        Assert.Equal(segment.TotalBytes, new FileInfo(segment.Path).Length);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"+ {i}{big}"), Content(segment));
        log.Append(Rows("next"), _encoder);
        var second = log.Seal(new Epoch(2))!;
        Assert.Null(second.Path);
        Assert.Equal(["+ next"], Content(second));
        Assert.Equal(20, Content(segment).Count);
    }

    [Fact]
    public void Every_inverted_bit_is_detected_before_a_frame_is_handed_out()
    {
        using var log = Log();
        log.Append(Rows("abc", "d"), _encoder);
        var whole = log.Seal(new Epoch(1))!;
        var content = whole.Content!.Value.ToArray();
        for (var bit = 0; bit < content.Length * 8; bit++)
        {
            var damaged = (byte[])content.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            var segment = OutputSegment.InMemory(whole.Epoch, whole.Subtask, whole.Rows, whole.Bytes, whole.Crc32c, damaged);
            // The copies of length and checksum in the footer are spare: what the manifest says decides.
            if (bit / 8 >= whole.Bytes + 8 && bit / 8 < whole.Bytes + 20)
                continue;
            var error = Assert.Throws<SqlException>(() => segment.Frames().First());
            Assert.Equal(SqlState.DataCorrupted, error.Diagnostics[0].SqlState);
        }
    }

    [Fact]
    public void Rows_that_the_target_has_are_dropped_however_they_are_cut()
    {
        using var before = new OutputLog(_directory.Path, "sink", 0) { Tally = new SinkTally(0, 0), Pool = _pool };
        before.Append(Rows("a", "bb"), _encoder);
        before.Append(Rows("c"), _encoder);
        var known = before.Seal(new Epoch(1))!.Tally!.Value;
        Assert.Equal(3, known.Rows);
        using var again = new OutputLog(_directory.Path, "sink", 0) { Tally = new SinkTally(0, 0), SkipTo = known, Pool = _pool };
        again.Append(Rows("a"), _encoder);
        Assert.Null(again.Seal(new Epoch(2)));
        again.Append(Rows("bb", "c", "d", "e"), _encoder);
        again.Append(Rows("f"), _encoder);
        before.Append(Rows("d", "e", "f"), _encoder);
        var segment = again.Seal(new Epoch(3))!;

        Assert.Equal(["+ d,+ e", "+ f"], Content(segment));
        Assert.Equal(before.Seal(new Epoch(2))!.Tally, segment.Tally);
        Assert.Null(again.SkipTo);
    }

    [Fact]
    public void Other_rows_than_the_target_has_are_an_error_before_anything_is_appended()
    {
        using var before = new OutputLog(_directory.Path, "sink", 0) { Tally = new SinkTally(0, 0), Pool = _pool };
        before.Append(Rows("a", "b"), _encoder);
        using var again = new OutputLog(_directory.Path, "sink", 0) { Tally = new SinkTally(0, 0), SkipTo = before.Tally, Pool = _pool };

        var error = Assert.Throws<SqlException>(() => again.Append(Rows("a", "x", "c"), _encoder));

        Assert.Equal(SqlState.SinkStateMismatch, error.SqlState);
        Assert.Equal(0, again.Rows);
    }

    [Fact]
    public void A_truncated_file_is_detected()
    {
        using var log = Log();
        log.Append(Rows("abc"), _encoder);
        var segment = log.Seal(new Epoch(1))!;
        var path = _directory["segment"];
        File.WriteAllBytes(path, segment.Content!.Value.ToArray()[..^1]);
        var stored = OutputSegment.InFile(segment.Epoch, segment.Subtask, segment.Rows, segment.Bytes, segment.Crc32c, path);
        Assert.Throws<SqlException>(() => stored.Frames().First());
    }

    [Fact]
    public void The_checksum_is_that_of_the_bytes_however_they_are_cut()
    {
        var bytes = new byte[1000];
        new Random(1).NextBytes(bytes);
        var whole = OutputSegment.Crc(0, bytes);
        for (var cut = 0; cut <= bytes.Length; cut += 13)
            Assert.Equal(whole, OutputSegment.Crc(OutputSegment.Crc(0, bytes.AsSpan(0, cut)), bytes.AsSpan(cut)));
        // The check value of CRC-32C.
        Assert.Equal(0xE306_9283u, OutputSegment.Crc(0, "123456789"u8));
    }

    [Fact]
    public void Sinks_with_different_names_have_different_files()
    {
        Assert.NotEqual(SinkBacklog.Safe("a b"), SinkBacklog.Safe("a_b"));
        Assert.NotEqual(SinkBacklog.Safe("a b"), SinkBacklog.Safe("a/b"));
        Assert.Equal("default_catalog.default_database.t-2", SinkBacklog.Safe("default_catalog.default_database.t-2"));
        Assert.DoesNotContain('/', SinkBacklog.Safe("../x"));
    }

    public void Dispose()
    {
        _encoder.Dispose();
        _directory.Dispose();
        foreach (var batch in _batches)
            batch.Release();
        Assert.Equal(0, _pool.Outstanding);
    }

    OutputLog Log() => new(_directory.Path, "sink", 3);

    Batch Rows(params string[] values)
    {
        using var builder = new BatchBuilder([SqlType.String], _pool);
        foreach (var value in values)
        {
            PlanValue.Append(builder[0], value);
            builder.EndRow();
        }
        var batch = builder.Build();
        _batches.Add(batch);
        return batch;
    }

    static List<string> Content(OutputSegment segment) => [.. segment.Frames().Select(frame => string.Join(",", TextFrames.Rows(frame)))];
}
