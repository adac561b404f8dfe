using System.Diagnostics;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Core.Types;
using SqlStream.Execution.Checkpoints;
using SqlStream.Execution.Guards;
using SqlStream.Execution.Operators;
using SqlStream.Goldens;
using SqlStream.Planner.Physical;
using SqlStream.State;
using SqlStream.State.Tables;
using SqlStream.Testing;

namespace SqlStream.Execution.Tests.Operators;

/// <summary>The one operator of a kind in the plan of a script, fed with rows as text, with guards behind it.</summary>
sealed class OperatorRig : IOutput, IDisposable
{
    const int MaxParallelism = 16;

    readonly TemporaryDirectory _directory = new();
    readonly ColumnPool _pool = new(poison: true);
    readonly SessionContext _session;
    readonly PhysicalNode _node;
    readonly int _batchRows;
    readonly List<string> _output = [];
    readonly EdgeGuard _guard;
    IStateBackend _backend;
    Operator _operator;
    byte[] _operatorState = [];
    long _epoch;

    /// <param name="script">CREATE statements and one INSERT with connector <c>manual</c>.</param>
    /// <param name="choose">The operator under test.</param>
    /// <param name="batchRows">Rows of a batch at the most.</param>
    /// <param name="clock">The job's clock; that of the machine if there is none.</param>
    public OperatorRig(string script, Func<PhysicalNode, bool> choose, int batchRows = 100, TimeProvider? clock = null)
    {
        _session = new SessionContext(TimeZoneInfo.Utc, clock ?? TimeProvider.System, new Random(1));
        _node = TestPlanner.Plan(script, new ManualConnector(), _session).Nodes().Single(choose);
        _batchRows = batchRows;
        _backend = StateBackends.Open(StateBackends.Memory, new StateBackendOptions { WorkingDirectory = _directory.Path }, null);
        _operator = Create(isRestored: false);
        _guard = new EdgeGuard(_operator.Name, _node, this);
    }

    /// <summary>What was emitted since the last look: rows, <c>wm t</c>, <c>--</c> between batches.</summary>
    public string Emitted
    {
        get
        {
            var text = string.Join('\n', _output);
            _output.Clear();
            return text;
        }
    }

    public long LateRows => _metrics.LateRows;

    OperatorMetrics _metrics = new();

    /// <summary>Entries of the state that was committed last.</summary>
    public int StoredEntries
    {
        get
        {
            using var entries = _backend.Scan([], []);
            var count = 0;
            while (entries.MoveNext())
                count++;
            return count;
        }
    }

    /// <summary>Gives one batch, a row a line, of an input by its number.</summary>
    public OperatorRig Feed(string rows, int input = 0)
    {
        var schema = _node.Children[input].Schema;
        using var builder = new BatchBuilder(schema, _pool);
        foreach (var line in rows.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var (kind, values) = BatchText.ParseRow(line, schema);
            for (var i = 0; i < values.Length; i++)
                PlanValue.Append(builder[i], values[i]);
            builder.EndRow(kind);
        }
        _operator.OnData(input, builder.Build(), _guard);
        return Drain();
    }

    public OperatorRig Watermark(string time)
    {
        var micros = (long)BatchText.ParseValue(time, SqlType.Timestamp(3))!;
        var passed = _operator.OnWatermark(new EventTime(micros), _guard);
        Drain();
        if (passed is { } watermark)
            _output.Add("wm " + BatchText.FormatValue(watermark.Micros, SqlType.Timestamp(3)));
        return this;
    }

    /// <summary>The watermark of the input that the operator watches, before that of all.</summary>
    public OperatorRig InputWatermark(string time)
    {
        _operator.OnInputWatermark(new EventTime((long)BatchText.ParseValue(time, SqlType.Timestamp(3))!));
        return this;
    }

    public OperatorRig End()
    {
        _operator.OnWatermark(EventTime.PlusInfinity, _guard);
        Drain();
        _operator.OnEnd(_guard);
        return Drain();
    }

    /// <summary>Seals and commits an epoch.</summary>
    public OperatorRig Checkpoint()
    {
        var epoch = new Epoch(++_epoch);
        var seal = new SubtaskSeal(epoch, 1, 0);
        _operator.OnBarrier(epoch, seal);
        var changes = new ChangeSet();
        foreach (var table in seal.Tables)
            table.WriteTo(changes);
        _backend.Commit(epoch, [_backend.Prepare(epoch, changes)]);
        _operator.OnCommitted(epoch);
        _operatorState = seal.OperatorState.Count > 0 ? seal.OperatorState[0].State : [];
        return this;
    }

    /// <summary>A new operator over what was committed.</summary>
    public OperatorRig Restart()
    {
        _operator.Dispose();
        _operator = Create(isRestored: true);
        return this;
    }

    public void Emit(Batch batch)
    {
        if (_output.Count > 0)
            _output.Add("--");
        for (var i = 0; i < batch.Rows; i++)
            _output.Add(BatchText.FormatRow(batch, batch.StoredRow(i)));
        batch.Release();
    }

    public void Dispose()
    {
        _operator.Dispose();
        _backend.Dispose();
        _directory.Dispose();
        Assert.Equal(0, _pool.Outstanding);
    }

    OperatorRig Drain()
    {
        while (_operator.HasPending)
            _operator.Drain(_guard, 1);
        return this;
    }

    Operator Create(bool isRestored)
    {
        var tables = new Dictionary<string, ushort>();
        StateTableContext Table(string name)
        {
            if (!tables.TryGetValue(name, out var id))
                tables.Add(name, id = (ushort)(tables.Count + 1));
            return new StateTableContext(_backend, id, MaxParallelism, 0, MaxParallelism, isRestored, 1 << 20);
        }
        _metrics = new OperatorMetrics();
        var context = new OperatorContext(
            "op", 0, 1, _pool, _session, _batchRows, Table,
            _operatorState.Length > 0 ? [_operatorState] : [], _metrics);
        return _node switch
        {
            PhysicalCalc calc => new CalcOperator(context, calc.Predicate, calc.Projections, calc.Input.Schema.Count),
            PhysicalGroupAggregate aggregate => new GroupAggregateOperator(context, aggregate),
            PhysicalWindowAggregate aggregate => new WindowAggregateOperator(context, aggregate, lateRows: null),
            PhysicalJoin join => new JoinOperator(context, join),
            PhysicalIntervalJoin join => new IntervalJoinOperator(context, join),
            PhysicalTemporalJoin join => new TemporalJoinOperator(context, join),
            PhysicalTopN top => new TopNOperator(context, top),
            PhysicalOver { Mode: OverMode.Time } over => new TimeOverOperator(context, over),
            PhysicalOver over => new OverOperator(context, over),
            PhysicalUpsertMaterialize materialize => new UpsertMaterializeOperator(context, materialize),
            PhysicalChangelogNormalize normalize => new ChangelogNormalizeOperator(context, normalize),
            _ => throw new UnreachableException(_node.Stem),
        };
    }
}
