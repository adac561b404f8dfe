using System.Diagnostics;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;
using SqlStream.Execution.Lookups;
using SqlStream.Execution.Messages;
using SqlStream.Execution.Operators;
using SqlStream.Execution.Sinks;
using SqlStream.Planner.Physical;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Graph;

/// <summary>Makes the operators of one subtask: the one switch from physical nodes to operators.</summary>
sealed class OperatorFactory(
    JobOptions job, JobServices services, IReadOnlyDictionary<PhysicalNode, string> operatorIds, JobState state, OutputDelivery delivery)
{
    readonly WatermarkAlignments _alignments = new();

    /// <summary>The operators of a task's chain, in order.</summary>
    /// <param name="vertex">The task.</param>
    /// <param name="subtask">Which subtask.</param>
    /// <param name="handle">What operators need of the subtask that is made of them.</param>
    public List<Operator> Create(JobVertex vertex, int subtask, SubtaskHandle handle)
    {
        var watermarks = new SplitWatermarks();
        var operators = new List<Operator>();
        foreach (var node in vertex.Nodes)
            operators.Add(Create(node, Context(node, vertex, subtask), watermarks, handle));
        return operators;
    }

    Operator Create(PhysicalNode node, OperatorContext context, SplitWatermarks watermarks, SubtaskHandle handle) => node switch
    {
        PhysicalScan scan => CreateScan(scan, context, watermarks, handle),
        PhysicalValues values => new ValuesOperator(context, values),
        PhysicalCalc calc => new CalcOperator(context, calc.Predicate, calc.Projections, calc.Input.Schema.Count),
        PhysicalWatermarkAssigner assigner => CreateAssigner(assigner, context, watermarks, handle),
        PhysicalProctimeAssigner assigner => CreateProctime(assigner, context, handle),
        PhysicalChangelogNormalize normalize => new ChangelogNormalizeOperator(context, normalize),
        PhysicalGroupAggregate aggregate => new GroupAggregateOperator(context, aggregate),
        PhysicalLocalAggregate local => new LocalAggregateOperator(context, local),
        PhysicalWindowJoin join => new WindowJoinOperator(context, join, [CreateLateRows(join, context, 0), CreateLateRows(join, context, 1)]),
        PhysicalJoin join => new JoinOperator(context, join),
        PhysicalIntervalJoin join => new IntervalJoinOperator(context, join),
        PhysicalTemporalJoin join => new TemporalJoinOperator(context, join),
        PhysicalTopN { Window: { } window } top => new WindowTopNOperator(context, top, window, CreateLateRows(top, context)),
        PhysicalTopN top => new TopNOperator(context, top),
        PhysicalOver { Mode: OverMode.Time } over => new TimeOverOperator(context, over),
        PhysicalOver over => new OverOperator(context, over),
        PhysicalUpsertMaterialize materialize => new UpsertMaterializeOperator(context, materialize),
        PhysicalExpand expand => new ExpandOperator(context, expand),
        PhysicalLookupJoin join => CreateLookupJoin(join, context, handle),
        PhysicalCorrelate correlate => new CorrelateOperator(context, correlate),
        PhysicalReplicate replicate => new ReplicateOperator(context, replicate),
        PhysicalSort sort => new SortOperator(context, sort),
        PhysicalLimit limit => new LimitOperator(context, limit, handle.Fulfilled),
        PhysicalWindowTable table => new WindowTableOperator(context, table),
        PhysicalSessionTable table => new SessionTableOperator(context, table, CreateLateRows(table, context)),
        PhysicalWindowAggregate { Window: SessionSpec session } aggregate => new SessionAggregateOperator(context, aggregate, session, CreateLateRows(aggregate, context)),
        PhysicalWindowAggregate aggregate => new WindowAggregateOperator(context, aggregate, CreateLateRows(aggregate, context)),
        PhysicalSink { Sink.Delivery: DeliveryGuarantee.ExactlyOnce } sink =>
            new SinkOperator(context, sink, delivery.CreateLog(sink.SinkId, sink.TableName, sink.Sink, (context.Subtask, context.Parallelism))),
        PhysicalSink sink => new DirectSinkOperator(
            context, sink, sink.Sink.CreateWriter(new SinkWriterContext(context.Subtask, context.Parallelism, services.Output, services.Error)
            {
                Wake = handle.Wake,
                Trouble = error => handle.ReportTrouble(sink.TableName, error),
                Edge = services.Edge,
            })),
        PhysicalCollect => new CollectOperator(context),
        _ => throw new UnreachableException($"node {node.GetType().Name} has no operator"),
    };

    ScanOperator CreateScan(PhysicalScan scan, OperatorContext context, SplitWatermarks watermarks, SubtaskHandle handle)
    {
        DeadLetters? deadLetters = null;
        if (scan.Source.DeadLetterSink is { } sink)
        {
            deadLetters = new DeadLetters(CreateSideOutput(DeadLetterSinkId(scan), scan.TableName, sink, context), context.Pool);
        }
        var options = WatermarkOptions.Read(scan.Table.Options);
        var alignment = options.Alignment is { } aligned
            ? new SplitAlignment(_alignments.Of(aligned.Group), aligned, watermarks, services.Clock, handle.WakeAfter)
            : null;
        ScanOperator? op = null;
        op = new ScanOperator(
            context, scan, services.Edge, handle.Wake, handle.WakeAfter, watermarks,
            options.IdleTimeout ?? job.SourceIdleTimeout, minimum => SplitsChanged(handle, op!, watermarks, minimum), deadLetters, alignment);
        return op;
    }

    Operator CreateLookupJoin(PhysicalLookupJoin join, OperatorContext context, SubtaskHandle handle)
    {
        var rows = new LookedUpRows(context, join, CreateLookup(join, context, handle), handle.WakeAfter);
        if (join.Policy.Retry is not { } retry)
            return new LookupJoinOperator(context, rows);
        RetriedLookupOperator? op = null;
        op = new RetriedLookupOperator(context, join, retry, rows, handle.WakeAfter, message => handle.SendFrom(op!, message));
        return op;
    }

    LookupSide CreateLookup(PhysicalLookupJoin join, OperatorContext context, SubtaskHandle handle)
    {
        var source = (ILookupSource)join.Source;
        return source.Lookup.Cache == LookupCache.Full
            ? new ScannedLookup(context, join, source.Lookup, services.Edge, handle.Wake)
            : new KeyedLookup(context, join, source, services.Edge, handle.Wake);
    }

    LateRowLog? CreateLateRows(PhysicalNode window, OperatorContext context, int input = 0) => LateRows.Of(window, input) is { } late
        ? new LateRowLog(CreateSideOutput(LateSinkId(late, context.OperatorId, input), late.Table, late.Sink, context), late.Table, context.Pool)
        : null;

    SideOutput CreateSideOutput(string sinkId, string table, ISink sink, OperatorContext context) =>
        new(sinkId, sink, delivery.CreateLog(sinkId, table, sink, (context.Subtask, context.Parallelism)), context.Pool);

    /// <summary>The identity of the sink of the rows of an input that come too late for an operator.</summary>
    public static string LateSinkId(LateRows late, string operatorId, int input) => $"{late.Table}#late-{operatorId}{(input > 0 ? "-right" : "")}";

    /// <summary>The identity of the sink of a scan's dead letters.</summary>
    public static string DeadLetterSinkId(PhysicalScan scan) => scan.TableName + "#dead-letter";

    static void SplitsChanged(SubtaskHandle handle, ScanOperator op, SplitWatermarks watermarks, EventTime? minimum)
    {
        if (watermarks.IsUsed)
            handle.SendFrom(op, minimum is { } time ? StreamMessage.AtWatermark(time) : watermarks.IsSilent ? StreamMessage.Silent : StreamMessage.Idle);
    }

    static WatermarkAssignerOperator CreateAssigner(
        PhysicalWatermarkAssigner assigner, OperatorContext context, SplitWatermarks watermarks, SubtaskHandle handle)
    {
        WatermarkAssignerOperator? op = null;
        op = new WatermarkAssignerOperator(
            context, assigner.Expression, watermarks, time => handle.SendFrom(op!, StreamMessage.AtWatermark(time)), RowsBetween(assigner));
        return op;
    }

    static ProctimeAssignerOperator CreateProctime(PhysicalProctimeAssigner assigner, OperatorContext context, SubtaskHandle handle)
    {
        ProctimeAssignerOperator? op = null;
        op = new ProctimeAssignerOperator(context, assigner, handle.WakeAfter, time => handle.SendFrom(op!, StreamMessage.AtWatermark(time)));
        return op;
    }

    // It stands above its scan, with the computed columns between them at most.
    static long RowsBetween(PhysicalNode node) => node is PhysicalScan scan ? WatermarkOptions.Read(scan.Table.Options).RowsBetween : RowsBetween(node.Children[0]);

    OperatorContext Context(PhysicalNode node, JobVertex vertex, int subtask)
    {
        var id = operatorIds[node];
        return new OperatorContext(
            id,
            subtask,
            vertex.Parallelism,
            services.Pool,
            services.Session,
            job.BatchRows,
            name => TableContext(node, vertex, subtask, id, name),
            state.OperatorState(id),
            state.Metrics(node, vertex, subtask));
    }

    StateTableContext TableContext(PhysicalNode node, JobVertex vertex, int subtask, string operatorId, string table)
    {
        var (first, end) = State.KeyGroups.RangeOf(subtask, job.MaxParallelism, vertex.Parallelism);
        var (tableId, isRestored) = state.Table(operatorId, node, table);
        return new StateTableContext(
            state.Backend, tableId, job.MaxParallelism, first, end, isRestored, long.MaxValue)
        { Memory = state.Memory };
    }
}

/// <summary>What operators need of the subtask that is made of them; bound once it exists.</summary>
sealed class SubtaskHandle
{
    /// <summary>The subtask.</summary>
    public Runtime.Subtask? Subtask { get; set; }

    /// <summary>The clock's timers.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Gives the subtask a turn.</summary>
    public void Wake() => Subtask?.Schedule();

    /// <summary>Gives the subtask a turn after a while.</summary>
    public void WakeAfter(TimeSpan delay) => Clock.After(delay, Wake);

    /// <summary>Calls back after a while, and gives the subtask a turn then.</summary>
    public void WakeAfter(TimeSpan delay, Action before) => Clock.After(delay, () =>
    {
        before();
        Wake();
    });

    /// <summary>The consumer needs no more rows than it got.</summary>
    public void Fulfilled() => Subtask!.ReportFulfilled();

    /// <summary>Rows wait because a sink cannot be reached.</summary>
    public void ReportTrouble(string table, ExternalException error) => Subtask!.ReportTrouble(table, error);

    /// <summary>Sends a message down the chain from behind an operator.</summary>
    public void SendFrom(Operator op, StreamMessage message) => Subtask!.SendFrom(op, message);
}
