using System.Text;
using SqlStream.Core.Diagnostics;
using SqlStream.State.Checkpoints;

namespace SqlStream.State.Tests.Checkpoints;

public sealed class ManifestFormatTests
{
    internal static readonly CheckpointManifest _manifest = new()
    {
        EngineVersion = "0.1.0",
        JobId = "0f3a",
        JobName = "größe \"quoted\"",
        CheckpointId = 42,
        Epoch = 1234567890123,
        TimeUtc = new DateTimeOffset(2026, 3, 1, 12, 0, 0, 125, TimeSpan.Zero),
        Trigger = "interval",
        Sql = "INSERT INTO t\nSELECT a FROM s WHERE b < 'x'",
        Plan = "{\"node\":\"Sink\"}",
        MaxParallelism = 128,
        Parallelism = 2,
        StateBackend = "rocksdb",
        Operators =
        [
            new("op-1", "GroupAggregate", 2, [new("acc", 1, "BIGINT", "ROW<BIGINT, BIGINT>", 1)], [[1, 2, 255], null]),
            new("op-2", "Sink", 1, []),
        ],
        Sources = [new("op-0", "s", [new("0", "{\"offset\":7}", -5, Idle: true)], "{}", FinishedSplits: 1)],
        Sinks = [new("default.t/0", "t", 40, "3:17", 2, [new(41, 0, "seg-41-0", 10, 300, 4042322160)])],
        Files =
        [
            new("000012.sst", "shared/ab.sst", ManifestFileKind.Sst, 1000, 1, "ab"),
            new("CURRENT", "chk-42/state.bin", ManifestFileKind.RocksDb, 16, 2, "cd", Offset: 0),
            new("seg-41-0", "chk-41/output.bin", ManifestFileKind.Segment, 300, 4042322160, "ef", Offset: 77),
            new("chk-42/state.bin", "chk-42/state.bin", ManifestFileKind.Container, 16, 2, "cd"),
        ],
        BytesWritten = 1016,
        BytesTotal = 1393,
        DurationMs = 12,
    };

    [Fact]
    public void A_manifest_comes_back_as_it_was_written()
    {
        var read = ManifestFormat.Read(ManifestFormat.Write(_manifest), "m");
        // Records with lists do not compare by content; their JSON does.
        Assert.Equal(ManifestFormat.Write(_manifest), ManifestFormat.Write(read));
        Assert.Equal(_manifest.JobName, read.JobName);
        Assert.Equal([1, 2, 255], read.Operators[0].State![0]);
        Assert.Null(read.Operators[0].State![1]);
        Assert.Null(read.Operators[1].State);
        Assert.Equal(_manifest.Sources[0].Splits, read.Sources[0].Splits);
        Assert.Equal(_manifest.Files, read.Files);
        Assert.Equal(_manifest.Sinks[0].Unshipped, read.Sinks[0].Unshipped);
    }

    [Fact]
    public void A_plan_in_a_manifest_comes_back_as_it_was_written()
    {
        var plan = new ManifestPlan(ManifestPlan.CurrentVersion,
        [
            new ManifestPlanOperator { Id = "op-0", Kind = "Scan", Digest = "d0", Table = "s", Columns = [new("a", "BIGINT")] },
            new ManifestPlanOperator
            {
                Id = "op-1", Kind = "GroupAggregate", Digest = "d1", Inputs = ["op-0"], Keys = ["a"], Final = false, StateTables = ["acc"],
                Aggregates = [new("SUM", "SUM(a)", "(s.a)", ["BIGINT"], "BIGINT", "count BIGINT, sum DECIMAL(38, 0)", 24)],
            },
        ]);
        var content = ManifestFormat.Write(_manifest with { PlanGraph = plan });
        var read = ManifestFormat.Read(content, "m");
        Assert.Equal(content, ManifestFormat.Write(read));
        Assert.Equal(["Scan", "GroupAggregate"], read.PlanGraph!.Operators.Select(op => op.Kind));
        Assert.Equal((24, "(s.a)"), (read.PlanGraph.Operators[1].Aggregates![0].Bytes, read.PlanGraph.Operators[1].Aggregates![0].Origin));
    }

    [Fact]
    public void The_stored_manifest_of_an_earlier_engine_is_read()
    {
        var stored = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", "manifest-v1.json"));
        var read = ManifestFormat.Read(stored, "manifest-v1.json");
        Assert.Equal(42, read.CheckpointId);
        Assert.Equal("default.t/0", read.Sinks[0].SinkId);
        Assert.Equal(77, read.Files[2].Offset);
        Assert.Equal(Encoding.UTF8.GetString(ManifestFormat.Write(_manifest)), Encoding.UTF8.GetString(ManifestFormat.Write(read)));
    }

    [Fact]
    public void A_newer_format_is_refused_by_name()
    {
        var bytes = ManifestFormat.Write(_manifest with { FormatVersion = 2 });
        var e = Assert.Throws<SqlException>(() => ManifestFormat.Read(bytes, "chk-42/manifest.json"));
        Assert.Equal(SqlState.FeatureNotSupported, e.SqlState);
        Assert.Equal("checkpoint manifest \"chk-42/manifest.json\" was written by a newer engine", e.Message);
        Assert.Equal("Its format version is 2; this engine reads up to 1.", e.Diagnostics[0].Detail);
    }

    [Fact]
    public void A_newer_format_is_refused_also_when_nothing_else_is_understood()
    {
        var bytes = ManifestFormat.Seal("{\n  \"formatVersion\": 9,\n  \"other\": 1\n}"u8);
        var e = Assert.Throws<SqlException>(() => ManifestFormat.Read(bytes, "m"));
        Assert.Equal(SqlState.FeatureNotSupported, e.SqlState);
    }

    [Fact]
    public void Every_truncation_is_detected()
    {
        var bytes = ManifestFormat.Write(_manifest);
        for (var length = 0; length < bytes.Length; length++)
            ShouldBeDamaged(bytes.AsSpan(0, length));
        ShouldBeDamaged([.. bytes, (byte)'\n']);
    }

    [Fact]
    public void Every_flipped_bit_is_detected()
    {
        var bytes = ManifestFormat.Write(_manifest);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            ShouldBeDamaged(bytes);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    static void ShouldBeDamaged(ReadOnlySpan<byte> content)
    {
        try
        {
            ManifestFormat.Read(content, "chk-42/manifest.json");
        }
        catch (SqlException e)
        {
            Assert.Equal(SqlState.DataCorrupted, e.SqlState);
            Assert.Contains("chk-42/manifest.json", e.Message, StringComparison.Ordinal);
            return;
        }
        Assert.Fail($"a damaged manifest of {content.Length} bytes was read");
    }
}
