using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Execution.Checkpoints;
using SqlStream.Execution.Graph;
using SqlStream.Execution.Operators;
using SqlStream.Planner.Physical;
using SqlStream.State;
using SqlStream.State.Checkpoints;
using SqlStream.State.Codec;

namespace SqlStream.Execution;

/// <summary>The state of one attempt: its backend, the numbers of its tables, and what a checkpoint gave it.</summary>
sealed class JobState
{
    readonly Dictionary<(string OperatorId, string Table), ManifestTable> _tables = [];
    readonly Dictionary<string, ManifestOperator> _restored = [];
    readonly List<OperatorMetricsEntry> _metrics = [];
    readonly Dictionary<string, (PhysicalNode Node, int Parallelism)> _operators = [];
    int _nextTableId = 1;

    /// <param name="backend">The opened backend.</param>
    /// <param name="restored">The manifest it was opened from, or null.</param>
    /// <param name="operators">What the plan uses of the manifest's operators, under the names of now.</param>
    /// <param name="memory">What the tables may use.</param>
    public JobState(IStateBackend backend, CheckpointManifest? restored, IReadOnlyList<ManifestOperator> operators, StateMemory memory)
    {
        Backend = backend;
        Memory = memory;
        foreach (var op in operators)
            _restored[op.Id] = op;
        // A number that the checkpoint uses is not given to another table, whether or not the plan has a use for the old one.
        foreach (var table in (restored?.Operators ?? []).SelectMany(op => op.Tables))
            _nextTableId = Math.Max(_nextTableId, table.TableId + 1);
    }

    /// <summary>The version of the tables that operators read and write.</summary>
    public const int TableVersion = 1;

    /// <summary>The backend.</summary>
    public IStateBackend Backend { get; }

    /// <summary>What the tables may use.</summary>
    public StateMemory Memory { get; }

    /// <summary>The metrics of all operators.</summary>
    public IReadOnlyList<OperatorMetricsEntry> AllMetrics => _metrics;

    /// <summary>The number of a table, and whether the backend holds something under it.</summary>
    public (ushort TableId, bool IsRestored) Table(string operatorId, PhysicalNode node, string name)
    {
        var isRestored = false;
        if (!_tables.TryGetValue((operatorId, name), out var table))
        {
            table = _restored.GetValueOrDefault(operatorId)?.Tables.FirstOrDefault(one => one.Name == name)
                ?? new ManifestTable(name, _nextTableId++, KeyTypeOf(node), node.State?.Layout ?? "", TableVersion);
            Check.That(table.TableId <= ushort.MaxValue);
            _tables.Add((operatorId, name), table);
        }
        isRestored = _restored.GetValueOrDefault(operatorId)?.Tables.Any(one => one.Name == name) ?? false;
        return ((ushort)table.TableId, isRestored);
    }

    /// <summary>The operator's own bytes of each subtask of the checkpoint.</summary>
    public IReadOnlyList<byte[]> OperatorState(string operatorId) =>
        [.. (_restored.GetValueOrDefault(operatorId)?.State ?? []).OfType<byte[]>()];

    /// <summary>Counters for an operator of a subtask.</summary>
    public OperatorMetrics Metrics(PhysicalNode node, JobVertex vertex, int subtask)
    {
        var metrics = new OperatorMetrics();
        lock (_metrics)
            _metrics.Add(new OperatorMetricsEntry(vertex.Id, node.Stem, node is PhysicalScan scan ? scan.TableName : (node as PhysicalSink)?.TableName, subtask, metrics) { Node = node });
        return metrics;
    }

    /// <summary>Declares an operator, so that the manifest lists it.</summary>
    public void Declare(string operatorId, PhysicalNode node, int parallelism) => _operators[operatorId] = (node, parallelism);

    /// <summary>The operators of a manifest, with their own bytes by subtask.</summary>
    public IReadOnlyList<ManifestOperator> ToManifest(ILookup<string, byte[]> operatorState) =>
        [.. _operators.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => new ManifestOperator(
            entry.Key,
            entry.Value.Node.Stem,
            entry.Value.Parallelism,
            [.. _tables.Where(table => table.Key.OperatorId == entry.Key).Select(table => table.Value).OrderBy(table => table.TableId)],
            [.. operatorState[entry.Key]]))];

    /// <summary>The bytes of each table, and how many have changed. On the thread that commits.</summary>
    public IReadOnlyDictionary<int, (long Bytes, long Changed)> Measure(TableChanges changes)
    {
        // Tables are made while the attempt is built, and none later.
        ushort[] tables = [.. _tables.Values.Select(table => (ushort)table.TableId)];
        var bytes = Backend.Measure(tables);
        return tables.Select((table, i) => (table, Size: (bytes[i], changes.Of(table)))).ToDictionary(entry => (int)entry.table, entry => entry.Size);
    }

    static string KeyTypeOf(PhysicalNode node) => node switch
    {
        PhysicalGroupAggregate aggregate => KeyEncoder.TypeText(aggregate.Keys.Select(key => aggregate.Input.Schema[key].Type)),
        PhysicalWindowAggregate aggregate => KeyEncoder.TypeText(aggregate.Keys.Select(key => aggregate.Input.Schema[key].Type)),
        PhysicalSessionTable table => KeyEncoder.TypeText(table.Keys.Select(key => table.Input.Schema[key].Type)),
        PhysicalChangelogNormalize normalize => KeyEncoder.TypeText(normalize.Keys.Select(key => normalize.Input.Schema[key].Type)),
        PhysicalWindowJoin join => KeyEncoder.TypeText(join.LeftKeys.Select(key => join.Left.Schema[key].Type)),
        PhysicalTemporalJoin join => KeyEncoder.TypeText(join.LeftKeys.Select(key => join.Left.Schema[key].Type)),
        PhysicalIntervalJoin join => KeyEncoder.TypeText(join.LeftKeys.Select(key => join.Left.Schema[key].Type)),
        PhysicalJoin join => KeyEncoder.TypeText(join.LeftKeys.Select(key => join.Left.Schema[key].Type)),
        PhysicalTopN top => KeyEncoder.TypeText(top.Partition.Select(key => top.Input.Schema[key].Type)),
        PhysicalOver over => KeyEncoder.TypeText(over.Partition.Select(key => over.Input.Schema[key].Type)),
        PhysicalUpsertMaterialize materialize => KeyEncoder.TypeText(materialize.Keys.Select(key => materialize.Input.Schema[key].Type)),
        PhysicalSort sort => KeyEncoder.TypeText(sort.Keys.Select(key => sort.Input.Schema[key.Column].Type).Append(SqlType.BigInt)),
        _ => "",
    };
}

/// <summary>The counters of one operator and subtask.</summary>
sealed record OperatorMetricsEntry(int Vertex, string Stem, string? Table, int Subtask, OperatorMetrics Metrics)
{
    /// <summary>The operator in the plan.</summary>
    public required PhysicalNode Node { get; init; }
}
