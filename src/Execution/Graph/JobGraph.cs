using System.Text;
using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Graph;

/// <summary>A physical plan cut into tasks at its exchanges. EXPLAIN GRAPH shows it.</summary>
public sealed class JobGraph
{
    internal JobGraph(IReadOnlyList<JobVertex> vertices) => Vertices = vertices;

    /// <summary>The tasks, producers before consumers.</summary>
    public IReadOnlyList<JobVertex> Vertices { get; }

    /// <summary>The tasks as text, one a line: <c>2: GroupAggregate -> Sink  parallelism 2  from 1 (hash: k)</c>.</summary>
    public string Describe()
    {
        var text = new StringBuilder();
        foreach (var vertex in Vertices)
        {
            text.Append(vertex.Id).Append(": ").Append(vertex.Name).Append("  parallelism ").Append(vertex.Parallelism);
            foreach (var edge in vertex.Inputs)
                text.Append("  from ").Append(edge.From.Id).Append(" (").Append(edge.Describe()).Append(')');
            text.Append('\n');
        }
        return text.ToString();
    }
}

/// <summary>A task: a chain of operators that run together in each of its subtasks.</summary>
public sealed class JobVertex
{
    internal JobVertex(int id, int parallelism)
    {
        Id = id;
        Parallelism = parallelism;
    }

    /// <summary>Number of the task, from 1 in topological order.</summary>
    public int Id { get; internal set; }

    /// <summary>Number of subtasks.</summary>
    public int Parallelism { get; }

    /// <summary>The nodes of the chain, first to last.</summary>
    public IReadOnlyList<PhysicalNode> Nodes => Chain;

    /// <summary>Where the rows come from; none for a source.</summary>
    public IReadOnlyList<JobEdge> Inputs => Edges;

    /// <summary>The operators with arrows between them.</summary>
    public string Name => Chain.Count == 0 ? "Union" : string.Join(" -> ", Chain.Select(node => node.Stem));

    /// <summary>What the operator of that stem does, as EXPLAIN has it.</summary>
    public string Describe(string stem) => Chain.Find(node => node.Stem == stem)?.ToString() ?? stem;

    internal List<PhysicalNode> Chain { get; } = [];

    internal List<JobEdge> Edges { get; } = [];
}

/// <summary>An edge between two tasks.</summary>
/// <param name="From">The producer.</param>
/// <param name="Keys">Positions of the columns whose hash decides the consumer subtask; null if rows stay with their subtask number, or all go to one.</param>
/// <param name="KeyNames">Their names.</param>
public sealed record JobEdge(JobVertex From, IReadOnlyList<int>? Keys, IReadOnlyList<string> KeyNames)
{
    internal string Describe() => Keys is null ? "forward" : Keys.Count == 0 ? "single" : $"hash: {string.Join(", ", KeyNames)}";
}
