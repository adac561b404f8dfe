using System.Runtime.CompilerServices;
using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Graph;

/// <summary>Cuts a physical plan into tasks: at exchanges, where inputs come together, and where a sub-plan has several consumers.</summary>
public sealed class JobGraphBuilder
{
    readonly Dictionary<PhysicalNode, int> _consumers = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<PhysicalNode, JobVertex> _vertexOf = new(ReferenceEqualityComparer.Instance);
    readonly List<JobVertex> _vertices = [];
    readonly int _parallelism;

    JobGraphBuilder(int parallelism) => _parallelism = parallelism;

    /// <summary>Builds the graph of a plan.</summary>
    public static JobGraph Build(PhysicalPlan plan, int parallelism)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var builder = new JobGraphBuilder(parallelism);
        foreach (var node in plan.Nodes())
        {
            foreach (var child in node.Children)
                builder._consumers[child] = builder._consumers.GetValueOrDefault(child) + 1;
        }
        foreach (var root in plan.Roots)
            builder.VertexOf(root);
        for (var i = 0; i < builder._vertices.Count; i++)
            builder._vertices[i].Id = i + 1;
        return new JobGraph(builder._vertices);
    }

    JobVertex VertexOf(PhysicalNode node)
    {
        if (!_vertexOf.TryGetValue(node, out var vertex))
            _vertexOf[node] = vertex = Place(node);
        return vertex;
    }

    JobVertex Place(PhysicalNode node)
    {
        if (node is PhysicalExchange or PhysicalUnion)
        {
            var edges = node.Children.Select(child => node is PhysicalExchange ? EdgeFrom(node) : EdgeFrom(child)).ToList();
            return AddVertex(null, edges);
        }
        if (node.Children.IsEmpty)
            return AddVertex(node, []);
        if (node.Children.Count > 1)
            return AddVertex(node, [.. node.Children.Select(EdgeFrom)]);
        var input = node.Children[0];
        if (input is PhysicalExchange)
            return AddVertex(node, [EdgeFrom(input)]);
        var below = VertexOf(input);
        // A chain goes on only while each row has one consumer.
        if (_consumers[input] > 1)
            return AddVertex(node, [new JobEdge(below, null, [])]);
        below.Chain.Add(node);
        return below;
    }

    JobEdge EdgeFrom(PhysicalNode node)
    {
        if (node is not PhysicalExchange exchange)
            return new JobEdge(VertexOf(node), null, []);
        var keys = exchange.Kind == ExchangeKind.Single ? [] : exchange.Keys.ToList();
        return new JobEdge(VertexOf(exchange.Input), keys, [.. keys.Select(key => exchange.Input.Schema[key].Name)]);
    }

    JobVertex AddVertex(PhysicalNode? node, IReadOnlyList<JobEdge> edges)
    {
        var vertex = new JobVertex(0, Parallelism(node, edges));
        vertex.Edges.AddRange(edges);
        if (node is not null)
            vertex.Chain.Add(node);
        _vertices.Add(vertex);
        return vertex;
    }

    int Parallelism(PhysicalNode? node, IReadOnlyList<JobEdge> edges)
    {
        if (node is PhysicalValues)
            return 1;
        if (edges.Count == 0)
            return _parallelism;
        if (edges.Any(edge => edge.Keys is { Count: 0 }))
            return 1;
        return edges.Any(edge => edge.Keys is not null) ? _parallelism : edges.Max(edge => edge.From.Parallelism);
    }
}
