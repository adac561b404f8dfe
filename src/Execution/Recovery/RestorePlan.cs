using SqlStream.Execution.Sinks;
using SqlStream.Planner.Physical;
using SqlStream.State.Checkpoints;

namespace SqlStream.Execution.Recovery;

/// <summary>What becomes of a checkpoint's state under a plan, operator by operator. Made from the plan and the manifest alone, before
/// anything runs.</summary>
/// <remarks>Docs: docs/mechanisms/state-migration.md.</remarks>
public sealed class RestorePlan
{
    readonly List<string> _report = [];
    readonly List<string> _losses = [];
    readonly List<string> _impossible = [];
    readonly List<ManifestOperator> _operators = [];
    readonly List<TableRewrite> _rewrites = [];
    readonly List<int> _drops = [];

    RestorePlan(IReadOnlyDictionary<PhysicalNode, string> ids) => OperatorIds = ids;

    /// <summary>What becomes of each operator's state, one operator a line: first what is not used, then the plan's own operators.</summary>
    public IReadOnlyList<string> Report => _report;

    /// <summary>What would be lost or counted from now on only, one operator a line: refused unless the user says that it may be.</summary>
    public IReadOnlyList<string> Losses => _losses;

    /// <summary>What would give wrong results whatever the user says, one operator a line.</summary>
    public IReadOnlyList<string> Impossible => _impossible;

    /// <summary>Stored values get another layout.</summary>
    public bool IsMigration => _rewrites.Count > 0;

    /// <summary>The ids of the plan's operators, chosen so that each finds its state.</summary>
    internal IReadOnlyDictionary<PhysicalNode, string> OperatorIds { get; }

    /// <summary>The operators of the checkpoint that are used, with their tables under the names of now.</summary>
    internal IReadOnlyList<ManifestOperator> Operators => _operators;

    /// <summary>Tables whose values must be written anew.</summary>
    internal IReadOnlyList<TableRewrite> Rewrites => _rewrites;

    /// <summary>Numbers of tables whose content nobody uses any more.</summary>
    internal IReadOnlyList<int> Drops => _drops;

    /// <summary>The plan for a checkpoint.</summary>
    public static RestorePlan Of(PhysicalPlan plan, CheckpointManifest manifest) => Of(plan, manifest, OperatorMatching.Assign(plan, manifest));

    /// <summary>As <see cref="Of(PhysicalPlan, CheckpointManifest)"/>, with ids that are given: those under which a job wrote its own checkpoint.</summary>
    internal static RestorePlan Of(PhysicalPlan plan, CheckpointManifest manifest, IReadOnlyDictionary<PhysicalNode, string> ids)
    {
        var restore = new RestorePlan(ids);
        restore.AddUnclaimed(plan, manifest);
        var stored = manifest.Operators.ToDictionary(op => op.Id);
        var graph = manifest.PlanGraph is { Version: <= ManifestPlan.CurrentVersion } known ? known.Operators.ToDictionary(op => op.Id) : [];
        foreach (var (node, id) in plan.Nodes().Select(node => (node, ids[node])))
        {
            if (stored.TryGetValue(id, out var op))
                restore.AddOperator(node, op, graph.GetValueOrDefault(id), manifest);
            else if (node.State is not null)
                restore._report.Add($"new: {node}");
        }
        return restore;
    }

    void AddUnclaimed(PhysicalPlan plan, CheckpointManifest manifest)
    {
        var ids = OperatorIds.Values.ToHashSet();
        foreach (var op in manifest.Operators.Where(op => !ids.Contains(op.Id)))
        {
            var holds = op.Tables.Count > 0 || op.State is { Count: > 0 };
            if (!holds && !manifest.Sources.Any(source => source.OperatorId == op.Id))
                continue;
            var line = "not used: " + Text(op);
            _report.Add(line);
            if (holds)
                _losses.Add(line);
            _drops.AddRange(op.Tables.Select(table => table.TableId));
        }
        var sinks = OutputDelivery.Sinks(plan).Select(sink => sink.SinkId).ToHashSet();
        foreach (var sink in manifest.Sinks.Where(sink => !sinks.Contains(sink.SinkId) && sink.Unshipped.Count > 0))
        {
            var line = $"not used: {sink.Unshipped.Sum(segment => segment.Rows)} rows that were not delivered to {sink.Table}";
            _report.Add(line);
            _losses.Add(line);
        }
    }

    void AddOperator(PhysicalNode node, ManifestOperator op, ManifestPlanOperator? old, CheckpointManifest manifest)
    {
        var holds = op.Tables.Count > 0 || op.State is { Count: > 0 } || manifest.Sources.Any(source => source.OperatorId == op.Id);
        if (op.Tables.FirstOrDefault(table => table.Version != JobState.TableVersion) is { } other)
        {
            var line = $"not readable: {Text(op)}: table {other.Name} has version {other.Version}, this engine reads version {JobState.TableVersion}";
            _report.Add(line);
            _impossible.Add(line);
            return;
        }
        if (op.Tables.Count > 0 && PlanGraph.Aggregates(node) is { } now)
        {
            AddAggregates(node, op, old?.Aggregates, now);
            return;
        }
        _operators.Add(op);
        if (holds)
            _report.Add("restored: " + Text(op));
    }

    void AddAggregates(PhysicalNode node, ManifestOperator op, IReadOnlyList<ManifestAggregate>? old, IReadOnlyList<ManifestAggregate> now)
    {
        if (old is null)
        {
            var line = $"not readable: {Text(op)}: the checkpoint does not say how its accumulators lie";
            _report.Add(line);
            _impossible.Add(line);
            return;
        }
        var match = new AggregateMatch(old, now);
        var tables = Tables(node, op, match);
        _drops.AddRange(op.Tables.Where(table => !tables.Exists(kept => kept.TableId == table.TableId)).Select(table => table.TableId));
        if (match.RewritesValues && op.Tables.FirstOrDefault(table => table.Name == AccumulatorTables.Main) is { } main)
            _rewrites.Add(new TableRewrite(main.TableId, match.OldBytes, match.NewBytes, match.Copies));
        // Where groups are numbered: how long the key is without the value.
        var tailBytes = node is PhysicalGroupAggregate { NumbersGroups: true } ? sizeof(int) : 0;
        foreach (var (name, oldBytes, newBytes, copies) in match.DistinctRewrites(tailBytes))
        {
            if (op.Tables.FirstOrDefault(table => table.Name == name) is { } counts)
                _rewrites.Add(new TableRewrite(counts.TableId, oldBytes, newBytes, copies, newBytes - tailBytes));
        }
        _operators.Add(op with { Tables = tables });
        var changes = match.Changes;
        if (changes.Count == 0)
        {
            _report.Add("restored: " + Text(op));
            return;
        }
        var text = $"migrated: {Text(op)}: {string.Join("; ", changes)}";
        AddLosses(node, op, match, ref text);
        _report.Add(text);
    }

    // An aggregate that comes later has seen nothing of what its groups have seen: results would be wrong without a word.
    void AddLosses(PhysicalNode node, ManifestOperator op, AggregateMatch match, ref string text)
    {
        var added = string.Join(", ", match.Added.Select(aggregate => aggregate.Text));
        if (added.Length == 0)
            return;
        if (node is PhysicalWindowAggregate && !HasOpenWindows(op))
        {
            text += $" ({added} complete: no window was open)";
        }
        else if (!PhysicalLocalAggregate.RowsOf(node.Children[0]).Changelog.IsAppendOnly)
        {
            text += $" ({added} impossible: rows may be taken away that it never saw)";
            _impossible.Add(text);
        }
        else
        {
            var what = node is PhysicalWindowAggregate ? "windows that are open" : "groups that exist";
            text += $" ({added} counts from now on only for {what})";
            _losses.Add(text);
        }
    }

    static List<ManifestTable> Tables(PhysicalNode node, ManifestOperator op, AggregateMatch match)
    {
        var tables = new List<ManifestTable>();
        foreach (var table in op.Tables)
        {
            // The times after which groups are forgotten go on, and with them the numbers that entries of the other tables bear.
            if (table.Name == AccumulatorTables.Main || (table.Name == StateTtl.TimeTable && node is PhysicalGroupAggregate { TtlMillis: > 0 }))
                tables.Add(table with { ValueType = node.State!.Layout });
        }
        foreach (var (name, oldName) in match.Tables)
        {
            if (op.Tables.FirstOrDefault(table => table.Name == oldName) is { } table)
                tables.Add(table with { Name = name, ValueType = node.State!.Layout });
        }
        return tables;
    }

    static bool HasOpenWindows(ManifestOperator op) => op.State?.Any(state => state is { Length: > sizeof(long) }) ?? false;

    static string Text(ManifestOperator op) =>
        op.Tables.Count == 0 ? op.Name : $"{op.Name} ({string.Join(", ", op.Tables.Select(table => table.Name + " " + table.ValueType))})";
}

/// <summary>A table whose values get another layout.</summary>
/// <param name="TableId">Its number.</param>
/// <param name="OldBytes">Length of a value before.</param>
/// <param name="NewBytes">Length of a value afterwards.</param>
/// <param name="Copies">What is copied; the rest is zero.</param>
/// <param name="CountBytes">An entry goes where as many of the first bytes are zero then; none for no entry.</param>
sealed record TableRewrite(int TableId, int OldBytes, int NewBytes, IReadOnlyList<AccumulatorCopy> Copies, int CountBytes = 0);
