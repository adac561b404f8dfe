using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Core.Types;
using SqlStream.Execution.Checkpoints;
using SqlStream.Execution.Operators;
using SqlStream.Planner.Physical;
using SqlStream.State.Checkpoints;
using SqlStream.Testing.Simulation;

namespace SqlStream.Execution.Tests.Operators;

/// <summary>When a split stops holding back the watermark of its subtask.</summary>
public sealed class ScanIdlenessTests : IOutput, IDisposable
{
    readonly SimClock _clock = new();
    readonly ColumnPool _pool = new(poison: true);
    readonly ScriptedSource _source = new();
    readonly SplitWatermarks _watermarks = new() { IsUsed = true };
    readonly List<string> _told = [];
    readonly List<TimeSpan> _wakes = [];
    readonly ScanOperator _scan;

    public ScanIdlenessTests() => _scan = Scan(TimeSpan.FromSeconds(30));

    [Fact]
    public void A_split_that_is_caught_up_becomes_idle_after_the_timeout()
    {
        Assign("a", at: 10);
        _source.Status["a"] = ReadStatus.CaughtUp;
        _scan.Poll(this);
        Assert.Equal(TimeSpan.FromSeconds(30), _wakes[^1]);
        _clock.Advance(TimeSpan.FromSeconds(29.9));
        _scan.Poll(this);
        Assert.Equal(10, _watermarks.Minimum()!.Value.Micros);
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        _scan.Poll(this);
        Assert.Null(_watermarks.Minimum());
        Assert.Equal("idle", _told[^1]);
    }

    [Fact]
    public void A_split_whose_source_is_unreachable_never_becomes_idle()
    {
        Assign("a", at: 10);
        _source.Status["a"] = ReadStatus.Waiting;
        for (var i = 0; i < 10; i++)
        {
            _scan.Poll(this);
            _clock.Advance(TimeSpan.FromMinutes(1));
        }
        Assert.Equal(10, _watermarks.Minimum()!.Value.Micros);
    }

    [Fact]
    public void An_idle_split_holds_the_watermark_again_while_its_source_cannot_be_reached()
    {
        Assign("a", at: 10);
        Assign("b", at: 50);
        _source.Status["a"] = _source.Status["b"] = ReadStatus.CaughtUp;
        _scan.Poll(this);
        _clock.Advance(TimeSpan.FromSeconds(30));
        _scan.Poll(this);
        Assert.Null(_watermarks.Minimum());
        _source.Status["a"] = ReadStatus.Unreachable;
        for (var i = 0; i < 10; i++)
        {
            _scan.Poll(this);
            _clock.Advance(TimeSpan.FromMinutes(1));
        }
        Assert.Equal(10, _watermarks.Minimum()!.Value.Micros);
        Assert.Equal("10", _told[^1]);
        _source.Status["a"] = ReadStatus.CaughtUp;
        _scan.Poll(this);
        _clock.Advance(TimeSpan.FromSeconds(30));
        _scan.Poll(this);
        Assert.Null(_watermarks.Minimum());
    }

    [Fact]
    public void A_split_becomes_idle_only_when_its_source_confirms_it()
    {
        Assign("a", at: 10);
        _source.Status["a"] = ReadStatus.CaughtUp;
        _source.Confirms = null;
        _scan.Poll(this);
        _clock.Advance(TimeSpan.FromSeconds(30));
        _scan.Poll(this);
        Assert.NotNull(_watermarks.Minimum());
        // A source that does not know begins the time anew.
        _source.Confirms = false;
        _scan.Poll(this);
        _source.Confirms = true;
        _clock.Advance(TimeSpan.FromSeconds(29));
        _scan.Poll(this);
        Assert.NotNull(_watermarks.Minimum());
        _clock.Advance(TimeSpan.FromSeconds(1));
        _scan.Poll(this);
        Assert.Null(_watermarks.Minimum());
    }

    [Fact]
    public void A_split_that_is_ahead_of_the_group_waits_for_the_slowest()
    {
        var group = new WatermarkAlignment();
        using var scan = Scan(TimeSpan.FromSeconds(30), group);
        Assign(scan, "slow", at: 1_000_000);
        Assign(scan, "fast", at: 7_000_000);
        _source.Status["slow"] = _source.Status["fast"] = ReadStatus.CaughtUp;
        scan.Poll(this);
        Assert.Equal(0, _source.Reads["fast"]);
        Assert.Contains(TimeSpan.FromSeconds(1), _wakes);
        // However often it is asked before the interval is over.
        for (var i = 0; i < 100; i++)
            scan.Poll(this);
        Assert.Equal(0, _source.Reads["fast"]);
        Assert.Single(_wakes, wake => wake == TimeSpan.FromSeconds(1));
        _watermarks.Advance(0, new EventTime(2_000_000));
        _clock.Advance(TimeSpan.FromSeconds(1));
        scan.Poll(this);
        Assert.Equal(1, _source.Reads["fast"]);
    }

    [Fact]
    public void A_timer_that_goes_off_a_little_early_is_set_again()
    {
        using var scan = Scan(TimeSpan.FromSeconds(30), new WatermarkAlignment());
        Assign(scan, "slow", at: 1_000_000);
        Assign(scan, "fast", at: 7_000_000);
        _source.Status["slow"] = ReadStatus.Waiting;
        scan.Poll(this);
        _clock.Advance(TimeSpan.FromMilliseconds(999.5));
        scan.Poll(this);
        Assert.Equal(2, _wakes.Count(wake => wake == TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Time_in_which_a_split_had_to_wait_does_not_make_it_idle()
    {
        using var scan = Scan(TimeSpan.FromSeconds(30), new WatermarkAlignment());
        Assign(scan, "slow", at: 1_000_000);
        Assign(scan, "fast", at: 7_000_000);
        _source.Status["slow"] = ReadStatus.Waiting;
        _source.Status["fast"] = ReadStatus.CaughtUp;
        for (var i = 0; i < 100; i++)
        {
            scan.Poll(this);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.False(_watermarks.IsIdle(1));
        Assert.Equal(0, _source.Reads["fast"]);
    }

    [Fact]
    public void Other_members_of_the_group_hold_back_until_they_leave_it()
    {
        var group = new WatermarkAlignment();
        var other = new object();
        group.Tell(other, new EventTime(1_000_000));
        using var scan = Scan(TimeSpan.FromSeconds(30), group);
        Assign(scan, "a", at: 7_000_000);
        _source.Status["a"] = ReadStatus.CaughtUp;
        scan.Poll(this);
        Assert.Equal(0, _source.Reads["a"]);
        Assert.Equal(1_000_000, group.Lowest!.Value.Micros);
        group.Tell(other, null);
        _clock.Advance(TimeSpan.FromSeconds(1));
        scan.Poll(this);
        Assert.Equal(1, _source.Reads["a"]);
        Assert.Equal(7_000_000, group.Lowest!.Value.Micros);
        scan.Dispose();
        Assert.Null(group.Lowest);
    }

    [Fact]
    public void Losing_touch_begins_the_timeout_anew()
    {
        Assign("a", at: 10);
        _source.Status["a"] = ReadStatus.CaughtUp;
        _scan.Poll(this);
        _clock.Advance(TimeSpan.FromSeconds(29));
        _source.Status["a"] = ReadStatus.Waiting;
        _scan.Poll(this);
        _source.Status["a"] = ReadStatus.CaughtUp;
        _scan.Poll(this);
        _clock.Advance(TimeSpan.FromSeconds(29));
        _scan.Poll(this);
        Assert.NotNull(_watermarks.Minimum());
    }

    [Fact]
    public void Rows_end_idleness()
    {
        Assign("a", at: 10);
        _source.Status["a"] = ReadStatus.CaughtUp;
        _scan.Poll(this);
        _clock.Advance(TimeSpan.FromSeconds(31));
        _scan.Poll(this);
        _source.Status["a"] = ReadStatus.Batch;
        Assert.Equal(PollResult.Progress, _scan.Poll(this));
        Assert.Equal(10, _watermarks.Minimum()!.Value.Micros);
    }

    [Fact]
    public void The_others_go_on_without_an_idle_split()
    {
        Assign("a", at: 10);
        Assign("b", at: 50);
        _source.Status["a"] = ReadStatus.CaughtUp;
        _source.Status["b"] = ReadStatus.Waiting;
        Assert.Equal(10, _watermarks.Minimum()!.Value.Micros);
        _scan.Poll(this);
        _clock.Advance(TimeSpan.FromSeconds(30));
        _scan.Poll(this);
        Assert.Equal(50, _watermarks.Minimum()!.Value.Micros);
        Assert.Equal("50", _told[^1]);
    }

    [Fact]
    public void A_split_that_was_never_read_holds_everything_back()
    {
        Assign("a", at: 10);
        _scan.OnControl(new AssignSplits([new AssignSplit(new SourceSplit("b"), null)], Done: false));
        Assert.Equal(EventTime.MinusInfinity, _watermarks.Minimum());
    }

    [Fact]
    public void Nothing_is_said_before_the_splits_have_been_looked_for()
    {
        Assert.Equal(EventTime.MinusInfinity, _watermarks.Minimum());
        _scan.OnControl(new AssignSplits([], Done: false));
        Assert.Equal("idle", Assert.Single(_told));
    }

    [Fact]
    public void Splits_that_are_announced_hold_back_the_watermark_until_they_come()
    {
        Assign("a", at: 10);
        _scan.OnControl(new SplitsComing());
        Assert.Equal(EventTime.MinusInfinity, _watermarks.Minimum());
        _scan.OnControl(new AssignSplits([], Done: false));
        Assert.Equal(10, _watermarks.Minimum()!.Value.Micros);
    }

    [Fact]
    public void A_finished_split_does_not_hold_anything_back()
    {
        Assign("a", at: 10);
        Assign("b", at: 20);
        _source.Status["a"] = ReadStatus.End;
        _source.Status["b"] = ReadStatus.Waiting;
        _scan.Poll(this);
        Assert.Equal(20, _watermarks.Minimum()!.Value.Micros);
    }

    [Fact]
    public void A_finished_split_is_sealed_as_a_number()
    {
        Assign("a", at: 10);
        Assign("b", at: 20);
        _source.Status["a"] = ReadStatus.End;
        _source.Status["b"] = ReadStatus.Waiting;
        _scan.Poll(this);
        var seal = new SubtaskSeal(new Epoch(1), 0, 0);
        _scan.OnBarrier(new Epoch(1), seal);
        Assert.Equal([("op", new ManifestSplit("b", "0", 20))], seal.Splits);
        Assert.Equal([("op", 1L, new EventTime(10))], seal.FinishedSplits);
        Assert.True(seal.Changed);
    }

    [Fact]
    public void Rows_of_a_finished_split_that_are_still_on_their_way_hold_nothing_back()
    {
        Assign("a", at: 10);
        _source.Status["a"] = ReadStatus.End;
        _scan.Poll(this);
        _watermarks.Advance(0, new EventTime(15));
        Assert.Null(_watermarks.Minimum());
        Assert.Equal(15, _watermarks.Greatest!.Value.Micros);
    }

    [Fact]
    public void Once_all_are_finished_the_greatest_watermark_counts_whichever_came_last()
    {
        Assign("a", at: 40);
        Assign("b", at: 10);
        _source.Status["a"] = ReadStatus.End;
        _source.Status["b"] = ReadStatus.Waiting;
        _scan.Poll(this);
        Assert.Null(_watermarks.Greatest);
        _source.Status["b"] = ReadStatus.End;
        _scan.Poll(this);
        Assert.Equal(40, _watermarks.Greatest!.Value.Micros);
        Assert.False(_watermarks.IsSilent);
    }

    [Fact]
    public void What_was_finished_before_a_restore_counts_when_all_that_is_left_is_finished()
    {
        _scan.OnControl(new AssignSplits([new AssignSplit(new SourceSplit("b"), new ManifestSplit("b", "0", 10))], Done: false, new EventTime(40)));
        Assert.Equal(10, _watermarks.Minimum()!.Value.Micros);
        _source.Status["b"] = ReadStatus.End;
        _scan.Poll(this);
        Assert.Equal(40, _watermarks.Greatest!.Value.Micros);
    }

    [Fact]
    public void Without_a_timeout_a_split_never_becomes_idle()
    {
        using var scan = Scan(TimeSpan.Zero);
        Assign(scan, "a", at: 10);
        _source.Status["a"] = ReadStatus.CaughtUp;
        scan.Poll(this);
        _clock.Advance(TimeSpan.FromDays(1));
        scan.Poll(this);
        Assert.NotNull(_watermarks.Minimum());
    }

    void IOutput.Emit(Batch batch) => batch.Release();

    public void Dispose()
    {
        _scan.Dispose();
        Assert.Equal(0, _pool.Outstanding);
    }

    void Assign(string split, long at) => Assign(_scan, split, at);

    static void Assign(ScanOperator scan, string split, long at)
    {
        scan.OnControl(new AssignSplits([new AssignSplit(new SourceSplit(split), new ManifestSplit(split, "0", at))], Done: false));
    }

    ScanOperator Scan(TimeSpan idleTimeout, WatermarkAlignment? group = null)
    {
        var aligned = new WatermarkAlignmentOptions("g", TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));
        _source.Pool = _pool;
        var context = new OperatorContext(
            "op", 0, 1, _pool, new SessionContext(TimeZoneInfo.Utc, _clock, new Random(1)), 100, _ => throw new NotSupportedException(), [], new OperatorMetrics());
        return new ScanOperator(
            context, new PhysicalScan("t", new ConnectorTable("t", new Schema([]), [], [], new TableOptions([])), _source, [0]),
            new SimScheduler(new Random(1), _clock), () => { }, _wakes.Add, _watermarks, idleTimeout,
            minimum => _told.Add(minimum?.Micros.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "idle"), null,
            group is null ? null : new SplitAlignment(group, aligned, _watermarks, _clock, _wakes.Add));
    }

    sealed class ScriptedSource : ISource
    {
        public Dictionary<string, ReadStatus> Status { get; } = [];

        public Dictionary<string, int> Reads { get; } = [];

        public bool? Confirms { get; set; } = true;

        public ColumnPool? Pool { get; set; }

        public bool IsBounded => false;

        public ChangelogMode Changelog => ChangelogMode.AppendOnly;

        public BadDataPolicy BadData => new(BadDataKind.Fail);

        public ISink? DeadLetterSink => null;

        public ISplitEnumerator CreateEnumerator(SourceContext context, string? state) => throw new NotSupportedException();

        public ISplitReader CreateReader(SplitReaderContext context, SourceSplit split, string? position)
        {
            Reads[split.Id] = 0;
            return new Reader(this, split.Id);
        }
    }

    sealed class Reader(ScriptedSource source, string split) : ISplitReader
    {
        public string Position => "1";

        public bool? ConfirmCaughtUp() => source.Confirms;

        public ReadStatus Read(out Batch? batch)
        {
            batch = null;
            source.Reads[split]++;
            var status = source.Status[split];
            if (status != ReadStatus.Batch)
                return status;
            using var builder = new BatchBuilder([SqlType.BigInt], source.Pool!);
            PlanValue.Append(builder[0], 1L);
            builder.EndRow();
            batch = builder.Build();
            return status;
        }

        public void Dispose()
        {
        }
    }
}
