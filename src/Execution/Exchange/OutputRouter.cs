using SqlStream.Core.Rows;
using SqlStream.Execution.Messages;
using SqlStream.Execution.Operators;

namespace SqlStream.Execution.Exchange;

/// <summary>The end of a chain: sends what comes out to every consumer.</summary>
sealed class OutputRouter(OutputEdge[] edges) : IOutput
{
    /// <summary>The edges.</summary>
    public IReadOnlyList<OutputEdge> Edges => edges;

    /// <summary>Bytes that were sent to all consumers. Any thread.</summary>
    public long BytesSent => edges.Sum(edge => edge.Targets.Sum(target => target.BytesSent));

    /// <summary>True if every channel takes a batch. If not, the subtask is woken when one more does.</summary>
    public bool HasCredit()
    {
        foreach (var edge in edges)
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
        if (edges.Length == 0)
        {
            batch.Release();
            return;
        }
        for (var i = 1; i < edges.Length; i++)
            edges[i].Send(batch.Retain());
        edges[0].Send(batch);
    }

    /// <summary>Sends a control message to every target, in one step.</summary>
    public void Broadcast(StreamMessage message)
    {
        foreach (var edge in edges)
            edge.Broadcast(message);
    }
}
