using SqlStream.Core.Time;
using SqlStream.State;

namespace SqlStream.Testing.Simulation;

/// <summary>A state backend whose commits take time and may fail (<c>backend.commit</c>, <c>backend.prepare</c>).</summary>
public sealed class SimBackend(IStateBackend inner, SimScheduler scheduler, SimFaults faults) : IStateBackend
{
    public string Name => inner.Name;

    public Epoch Content => inner.Content;

    public StateMetrics Metrics => inner.Metrics;

    public IPreparedChanges Prepare(Epoch epoch, ChangeSet changes)
    {
        scheduler.Yield();
        faults.MayFail("backend.prepare");
        return inner.Prepare(epoch, changes);
    }

    public void Commit(Epoch epoch, IReadOnlyList<IPreparedChanges> changes)
    {
        scheduler.Yield();
        if (faults.Strikes("backend.commit"))
        {
            foreach (var prepared in changes)
                prepared.Dispose();
            throw new Core.Diagnostics.ExternalException("simulated fault: backend.commit", Core.Diagnostics.Retry.Backoff);
        }
        inner.Commit(epoch, changes);
        scheduler.Yield();
    }

    public StateSnapshot Snapshot() => inner.Snapshot();

    public IReadOnlyList<long> Measure(IReadOnlyList<ushort> tables) => inner.Measure(tables);

    public void MultiGet(StateReadBatch batch) => inner.MultiGet(batch);

    public IStateIterator Scan(ReadOnlySpan<byte> from, ReadOnlySpan<byte> toExclusive) => inner.Scan(from, toExclusive);

    public void Dispose() => inner.Dispose();
}
