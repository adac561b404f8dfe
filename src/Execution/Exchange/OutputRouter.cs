using SqlStream.Core.Rows;
using SqlStream.Execution.Messages;
using SqlStream.Execution.Operators;

namespace SqlStream.Execution.Exchange;

/// <summary>The end of a chain: sends what comes out to every consumer.</summary>
sealed class OutputRouter(IReadOnlyList<OutputEdge> edges) : IOutput
{
    /// <summary>The edges.</summary>
    public IReadOnlyList<OutputEdge> Edges { get; } = edges;

    /// <summary>True if every channel takes a batch. If not, the subtask is woken when one more does.</summary>
    public bool HasCredit()
    {
        foreach (var edge in Edges)
        {
            foreach (var target in edge.Targets)
            {
                if (!target.HasCredit())
                    return false;
            }
        }
        return true;
    }

    public void Emit(Batch batch)
    {
        if (Edges.Count == 0)
        {
            batch.Release();
            return;
        }
        for (var i = 1; i < Edges.Count; i++)
            Edges[i].Send(batch.Retain());
        Edges[0].Send(batch);
    }

    /// <summary>Sends a control message to every target, in one step.</summary>
    public void Broadcast(StreamMessage message)
    {
        foreach (var edge in Edges)
            edge.Broadcast(message);
    }
}
