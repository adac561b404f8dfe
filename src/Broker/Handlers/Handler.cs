using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Handlers;

/// <summary>Answers one kind of request, in all its versions. Holds no state of its own, so that all connections share it.</summary>
abstract class Handler
{
    public abstract ApiRange Api { get; }

    /// <summary>Reads the body behind the head and writes the body of the answer.</summary>
    /// <param name="request">The request; its reader stands behind the head.</param>
    /// <param name="stop">When the connection or the broker ends.</param>
    public abstract ValueTask HandleAsync(Request request, CancellationToken stop);
}

/// <summary>A handler that never waits: it does all of its work at once, under the broker's gate.</summary>
abstract class ImmediateHandler(Cluster cluster) : Handler
{
    protected Cluster Cluster => cluster;

    public sealed override ValueTask HandleAsync(Request request, CancellationToken stop)
    {
        lock (cluster.Gate)
            Handle(request, request.Reader, request.Writer);
        return ValueTask.CompletedTask;
    }

    protected abstract void Handle(Request request, WireReader reader, WireWriter writer);

    /// <summary>Why the coordinator does not answer here at all, or null.</summary>
    protected ErrorCode? NotHere(Request request) => request.Refused ?? (request.NodeId == cluster.Coordinator ? null : ErrorCode.NotCoordinator);
}
