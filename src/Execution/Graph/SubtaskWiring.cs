using SqlStream.Execution.Checkpoints;
using SqlStream.Execution.Exchange;
using SqlStream.Execution.Runtime;

namespace SqlStream.Execution.Graph;

/// <summary>Makes the subtasks of a graph and the channels between them.</summary>
sealed class SubtaskWiring(
    JobGraph graph, JobOptions options, JobServices services, OperatorFactory factory, SubtaskMemory? memory, IReadOnlyList<Channel> results,
    CheckpointTriggers? triggers,
    ISubtaskEvents events)
{
    readonly Dictionary<(int From, int To, int Edge), Channel[,]> _channels = [];

    /// <summary>The subtasks, producers before consumers.</summary>
    public List<Subtask> Subtasks { get; } = [];

    /// <summary>All channels, those to the client left out.</summary>
    public List<Channel> Channels { get; } = [];

    public void Build()
    {
        foreach (var vertex in graph.Vertices)
        {
            for (var i = 0; i < vertex.Edges.Count; i++)
                ConnectEdge(vertex, i);
        }
        foreach (var vertex in graph.Vertices)
        {
            for (var i = 0; i < vertex.Parallelism; i++)
                Subtasks.Add(Create(vertex, i));
        }
    }

    void ConnectEdge(JobVertex vertex, int edge)
    {
        var producers = vertex.Edges[edge].From.Parallelism;
        var channels = new Channel[producers, vertex.Parallelism];
        for (var p = 0; p < producers; p++)
        {
            for (var c = 0; c < vertex.Parallelism; c++)
            {
                if (vertex.Edges[edge].Keys is null && p != c)
                    continue;
                channels[p, c] = new Channel(options.ChannelCapacity);
                Channels.Add(channels[p, c]);
            }
        }
        _channels.Add((vertex.Edges[edge].From.Id, vertex.Id, edge), channels);
    }

    Subtask Create(JobVertex vertex, int index)
    {
        var inputs = new List<Channel>();
        var numbers = new List<int>();
        for (var i = 0; i < vertex.Edges.Count; i++)
        {
            var channels = _channels[(vertex.Edges[i].From.Id, vertex.Id, i)];
            for (var p = 0; p < channels.GetLength(0); p++)
            {
                if (channels[p, index] is not { } channel)
                    continue;
                inputs.Add(channel);
                numbers.Add(i);
            }
        }
        var outputs = Outputs(vertex, index);
        var handle = new SubtaskHandle { Clock = services.Clock };
        var gate = vertex.Edges.Count == 0 ? null : new InputGate(inputs, options.ExactlyOnce, numbers);
        var subtask = new Subtask(
            services.Scheduler, services.Clock, events, vertex.Id, vertex.Name, index, gate, factory.Create(vertex, index, handle),
            new OutputRouter([.. outputs]), memory, services.Guards ? vertex.Nodes : null, triggers);
        handle.Subtask = subtask;
        foreach (var input in inputs)
            input.WakeConsumer = subtask.Schedule;
        foreach (var channel in outputs.SelectMany(output => output.Targets))
            channel.WakeProducer = subtask.Schedule;
        return subtask;
    }

    List<OutputEdge> Outputs(JobVertex vertex, int index)
    {
        var outputs = new List<OutputEdge>();
        foreach (var consumer in graph.Vertices)
        {
            for (var i = 0; i < consumer.Edges.Count; i++)
            {
                if (!ReferenceEquals(consumer.Edges[i].From, vertex))
                    continue;
                var channels = _channels[(vertex.Id, consumer.Id, i)];
                var targets = Enumerable.Range(0, consumer.Parallelism).Select(c => channels[index, c]).ToArray();
                outputs.Add(consumer.Edges[i].Keys is { } keys
                    ? new HashEdge(targets, keys, options.MaxParallelism, services.Pool)
                    : new ForwardEdge(targets[index]));
            }
        }
        if (vertex.Nodes is [.., Planner.Physical.PhysicalCollect])
            outputs.Add(new ForwardEdge(results[index]));
        return outputs;
    }
}
