using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Core.Types;
using SqlStream.Execution.Operators;
using SqlStream.Goldens;
using SqlStream.Planner.Physical;
using SqlStream.Testing;

namespace SqlStream.Execution.Tests.Operators;

public sealed class WatermarkAssignerTests : IOutput, IDisposable
{
    const string Script = """
        CREATE TABLE t (v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'manual', 'bounded' = 'false');
        CREATE TABLE r (v BIGINT, ts TIMESTAMP(3)) WITH ('connector' = 'manual');
        INSERT INTO r SELECT v, ts FROM t;
        """;

    readonly ColumnPool _pool = new(poison: true);
    readonly SplitWatermarks _splits = new() { IsUsed = true, AwaitsSplits = false };
    readonly List<string> _sent = [];
    WatermarkAssignerOperator _assigner;

    public WatermarkAssignerTests() => _assigner = Assigner(rowsBetween: 1);

    WatermarkAssignerOperator Assigner(long rowsBetween)
    {
        var session = new SessionContext(TimeZoneInfo.Utc, TimeProvider.System, new Random(1));
        var node = TestPlanner.Plan(Script, new ManualConnector(), session).Nodes().OfType<PhysicalWatermarkAssigner>().Single();
        var context = new OperatorContext("op", 0, 1, _pool, session, 100, _ => throw new NotSupportedException(), [], new OperatorMetrics());
        return new WatermarkAssignerOperator(context, node.Expression, _splits, time => _sent.Add($"wm {time.Micros}"), rowsBetween);
    }

    [Fact]
    public void Between_two_watermarks_come_as_many_rows_as_the_table_asks_for()
    {
        _assigner = Assigner(rowsBetween: 3);
        _splits.Add(EventTime.MinusInfinity, idle: false, isLater: false);
        Feed(0, 5, 6);
        Feed(0, 7);
        Feed(0, 8);
        Feed(0, 9, 10);
        Assert.Equal(["rows", "rows", "wm 7", "rows", "rows", "wm 10"], _sent);
    }

    [Fact]
    public void The_watermark_is_sent_behind_the_rows_and_only_when_it_rises()
    {
        _splits.Add(EventTime.MinusInfinity, idle: false, isLater: false);
        Feed(0, 5, 9, 7);
        Feed(0, 8);
        Feed(0, 10);
        Assert.Equal(["rows", "wm 9", "rows", "rows", "wm 10"], _sent);
    }

    [Fact]
    public void The_slowest_split_decides()
    {
        _splits.Add(EventTime.MinusInfinity, idle: false, isLater: false);
        _splits.Add(EventTime.MinusInfinity, idle: false, isLater: false);
        Feed(0, 100);
        Feed(1, 30);
        Feed(0, 200);
        Assert.Equal(["rows", "rows", "wm 30", "rows"], _sent);
    }

    [Fact]
    public void NULL_says_nothing_of_the_time()
    {
        _splits.Add(EventTime.MinusInfinity, idle: false, isLater: false);
        Feed(0, (long?)null);
        Feed(0, null, 4);
        Assert.Equal(["rows", "rows", "wm 4"], _sent);
    }

    [Fact]
    public void When_all_splits_are_silent_what_the_slower_ones_held_back_is_sent()
    {
        _splits.Add(EventTime.MinusInfinity, idle: false, isLater: false);
        _splits.Add(EventTime.MinusInfinity, idle: false, isLater: false);
        Feed(0, 100);
        Feed(1, 30);
        _splits.SetIdle(0, true);
        _splits.SetIdle(1, true);
        Assert.True(_assigner.OnIdle(isSilent: false));
        Assert.Equal(["rows", "rows", "wm 30", "wm 100"], _sent);
    }

    [Fact]
    public void When_all_splits_are_read_to_their_end_what_the_slower_ones_held_back_is_sent()
    {
        _splits.Add(EventTime.MinusInfinity, idle: false, isLater: false);
        _splits.Add(EventTime.MinusInfinity, idle: false, isLater: false);
        Feed(0, 100);
        Feed(1, 30);
        _splits.Finish(0);
        _splits.Finish(1);
        Assert.False(_splits.IsSilent);
        Assert.True(_assigner.OnIdle(isSilent: false));
        Assert.Equal(["rows", "rows", "wm 30", "wm 100"], _sent);
    }

    [Fact]
    public void After_idleness_the_watermark_is_said_again_although_it_has_not_risen()
    {
        _splits.Add(EventTime.MinusInfinity, idle: false, isLater: false);
        Feed(0, 50);
        _splits.SetIdle(0, true);
        Assert.True(_assigner.OnIdle(isSilent: false));
        Feed(0, 40);
        Feed(0, 45);
        Assert.Equal(["rows", "wm 50", "rows", "wm 50", "rows"], _sent);
    }

    [Fact]
    public void A_split_that_is_announced_ends_idleness_without_turning_back_the_watermark()
    {
        _splits.Add(new EventTime(50), idle: false, isLater: false);
        Feed(0, 50);
        _splits.Finish(0);
        _assigner.OnIdle(isSilent: false);
        _splits.AwaitsSplits = true;
        Assert.Null(_assigner.OnWatermark(EventTime.MinusInfinity, this));
        Assert.Equal(["rows", "wm 50", "wm 50"], _sent);
    }

    [Fact]
    public void The_end_passes() => Assert.Equal(EventTime.PlusInfinity, _assigner.OnWatermark(EventTime.PlusInfinity, this));

    void IOutput.Emit(Batch batch)
    {
        _sent.Add("rows");
        batch.Release();
    }

    public void Dispose() => Assert.Equal(0, _pool.Outstanding);

    void Feed(int split, params long?[] times)
    {
        using var builder = new BatchBuilder([SqlType.BigInt, SqlType.Timestamp(3)], _pool);
        foreach (var time in times)
        {
            PlanValue.Append(builder[0], 1L);
            PlanValue.Append(builder[1], time);
            builder.EndRow();
        }
        _assigner.OnData(builder.Build(split), this);
    }
}
