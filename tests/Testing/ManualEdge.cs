using SqlStream.Core.Connect;

namespace SqlStream.Testing;

/// <summary>Runs edge work within the call.</summary>
public sealed class InlineEdge : IEdgeScheduler
{
    public void Run(string name, Action<CancellationToken> work) => work(CancellationToken.None);
}

/// <summary>Keeps edge work until the test runs it.</summary>
public sealed class ManualEdge : IEdgeScheduler
{
    readonly Queue<Action<CancellationToken>> _work = new();

    public int Waiting => _work.Count;

    public void Run(string name, Action<CancellationToken> work) => _work.Enqueue(work);

    public bool RunOne(CancellationToken cancellation = default)
    {
        if (!_work.TryDequeue(out var work))
            return false;
        work(cancellation);
        return true;
    }
}
