using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Core.Types;
using SqlStream.Execution.Guards;
using SqlStream.Execution.Messages;
using SqlStream.Execution.Operators;
using SqlStream.Goldens;
using SqlStream.Planner.Physical;
using SqlStream.Testing;

namespace SqlStream.Execution.Tests.Guards;

/// <summary>What an operator must not send, and that the guard behind it says so with its name.</summary>
public sealed class EdgeGuardTests : IOutput, IDisposable
{
    const string Updates = """
        CREATE TABLE t (k BIGINT, v BIGINT) WITH ('connector' = 'manual', 'bounded' = 'false');
        CREATE TABLE r (k BIGINT, v BIGINT) WITH ('connector' = 'manual');
        INSERT INTO r SELECT k, SUM(v) FROM t GROUP BY k;
        """;

    const string Windows = """
        CREATE TABLE t (k BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'manual', 'bounded' = 'false');
        CREATE TABLE r (k BIGINT, n BIGINT, t TIMESTAMP(3)) WITH ('connector' = 'manual');
        INSERT INTO r SELECT k, COUNT(*), window_time FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end, window_time;
        """;

    readonly ColumnPool _pool = new(poison: true);
    int _passed;

    [Fact]
    public void What_agrees_with_the_plan_passes()
    {
        var (guard, node) = Guard<PhysicalGroupAggregate>(Updates);
        guard.Emit(Rows(node.Schema, "+ 1 1", "U- 2 5", "U+ 2 6"));
        guard.Check(StreamMessage.AtBarrier(new Epoch(4)));
        guard.Check(StreamMessage.AtBarrier(new Epoch(5)));
        guard.Check(StreamMessage.End);
        Assert.Equal(1, _passed);
    }

    [Fact]
    public void A_batch_of_another_width_is_refused()
    {
        var (guard, _) = Guard<PhysicalGroupAggregate>(Updates);
        ShouldRefuse(guard, Rows(new Schema([new Field("a", SqlType.BigInt)]), "+ 1"), "a batch has 1 columns instead of 2");
    }

    [Fact]
    public void A_column_of_another_type_is_refused()
    {
        var (guard, _) = Guard<PhysicalGroupAggregate>(Updates);
        var schema = new Schema([new Field("a", SqlType.BigInt), new Field("b", SqlType.Int)]);
        ShouldRefuse(guard, Rows(schema, "+ 1 1"), "column 1 has type INT instead of BIGINT");
    }

    [Fact]
    public void A_kind_that_the_changelog_does_not_have_is_refused()
    {
        var (guard, node) = Guard<PhysicalGroupAggregate>(Updates);
        ShouldRefuse(guard, Rows(node.Schema, "- 1 1"), "a row -D comes in a stream that is I,UB,UA");
    }

    [Theory]
    [InlineData("U+ 1 1", "a row +U comes after the beginning of a batch")]
    [InlineData("U- 1 1", "a batch ends with -U")]
    [InlineData("U- 1 1;+ 2 2", "a row +I comes after -U")]
    [InlineData("+ 1 1;U+ 2 2", "a row +U comes after +I")]
    [InlineData("U- 1 1;U- 2 2", "a row -U comes after -U")]
    public void Halves_of_an_update_that_are_not_together_are_refused(string rows, string message)
    {
        var (guard, node) = Guard<PhysicalGroupAggregate>(Updates);
        ShouldRefuse(guard, Rows(node.Schema, rows.Split(';')), message);
    }

    [Fact]
    public void A_watermark_that_goes_back_is_refused()
    {
        var (guard, _) = Guard<PhysicalWindowAggregate>(Windows);
        guard.Check(StreamMessage.AtWatermark(new EventTime(2_000_000)));
        guard.Check(StreamMessage.AtWatermark(new EventTime(2_000_000)));
        ShouldRefuse(guard, StreamMessage.AtWatermark(new EventTime(1_000_000)), "watermark 1970-01-01T00:00:01 comes after 1970-01-01T00:00:02");
    }

    [Fact]
    public void A_window_that_comes_behind_the_watermark_of_its_end_is_refused()
    {
        var (guard, node) = Guard<PhysicalWindowAggregate>(Windows);
        guard.Emit(Rows(node.Schema, Row(node, "00:00:09.999")));
        guard.Check(StreamMessage.AtWatermark(new EventTime(19_999_000)));
        ShouldRefuse(guard, Rows(node.Schema, Row(node, "00:00:19.999")), "a row of 1970-01-01T00:00:19.999 comes after watermark 1970-01-01T00:00:19.999");
    }

    [Fact]
    public void An_epoch_that_is_skipped_is_refused()
    {
        var (guard, _) = Guard<PhysicalGroupAggregate>(Updates);
        guard.Check(StreamMessage.AtBarrier(new Epoch(1)));
        ShouldRefuse(guard, StreamMessage.AtBarrier(new Epoch(3)), "barrier 3 comes after barrier 1");
    }

    [Fact]
    public void Nothing_may_come_after_the_end()
    {
        var (guard, node) = Guard<PhysicalGroupAggregate>(Updates);
        guard.Check(StreamMessage.End);
        ShouldRefuse(guard, Rows(node.Schema, "+ 1 1"), "rows come after the end");
        ShouldRefuse(guard, StreamMessage.Idle, "Idle comes after the end");
    }

    void IOutput.Emit(Batch batch)
    {
        _passed++;
        batch.Release();
    }

    public void Dispose() => Assert.Equal(0, _pool.Outstanding);

    (EdgeGuard Guard, T Node) Guard<T>(string script) where T : PhysicalNode
    {
        var session = new SessionContext(TimeZoneInfo.Utc, TimeProvider.System, new Random(1));
        var node = TestPlanner.Plan(script, new ManualConnector(), session).Nodes().OfType<T>().Single();
        return (new EdgeGuard("Op of Task[0]", node, this), node);
    }

    // The columns of the window operator beside its time are of no interest here.
    static string Row(PhysicalNode node, string time) =>
        "+ " + string.Join(' ', node.Schema.Fields.Select((field, i) => node.RowtimeColumns.Contains(i) ? time : field.Type.IsTimestamp ? "00:00:00" : "1"));

    Batch Rows(Schema schema, params string[] rows)
    {
        using var builder = new BatchBuilder(schema, _pool);
        foreach (var row in rows)
        {
            var (kind, values) = BatchText.ParseRow(row, schema);
            for (var i = 0; i < values.Length; i++)
                PlanValue.Append(builder[i], values[i]);
            builder.EndRow(kind);
        }
        return builder.Build();
    }

    static void ShouldRefuse(EdgeGuard guard, Batch batch, string message) =>
        Assert.Equal($"guard behind Op of Task[0]: {message}", Assert.Throws<EngineBugException>(() => guard.Emit(batch)).Message);

    static void ShouldRefuse(EdgeGuard guard, StreamMessage message, string text) =>
        Assert.Equal($"guard behind Op of Task[0]: {text}", Assert.Throws<EngineBugException>(() => guard.Check(message)).Message);
}
