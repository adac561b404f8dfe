using System.Buffers.Binary;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;
using SqlStream.State;

namespace SqlStream.Execution.Recovery;

/// <summary>Carries out what a <see cref="RestorePlan"/> says of stored values, in one commit: a crash in between leaves the checkpoint
/// as it was, and the next start does it again.</summary>
static class StateMigrator
{
    const long PartBytes = 32L << 20;

    /// <summary>True if there is something to do.</summary>
    public static bool IsNeeded(RestorePlan plan) => plan.Rewrites.Count > 0 || plan.Drops.Count > 0;

    /// <summary>Rewrites and deletes. The content of the backend is that of the epoch after the checkpoint's then.</summary>
    public static void Run(RestorePlan plan, IStateBackend backend, CancellationToken cancellation)
    {
        using var parts = new Parts(backend, backend.Content.Next, cancellation);
        foreach (var rewrite in plan.Rewrites)
            Rewrite(rewrite, backend, parts);
        foreach (var table in plan.Drops)
            Drop(table, backend, parts);
        parts.Commit();
    }

    static void Rewrite(TableRewrite rewrite, IStateBackend backend, Parts parts)
    {
        var value = new byte[rewrite.NewBytes];
        using var entries = Scan(backend, rewrite.TableId);
        while (entries.MoveNext())
        {
            Check.That(entries.Value.Length == rewrite.OldBytes);
            value.AsSpan().Clear();
            foreach (var copy in rewrite.Copies)
                copy.Apply(entries.Value, value);
            if (rewrite.CountBytes > 0 && !value.AsSpan(0, rewrite.CountBytes).ContainsAnyExcept((byte)0))
                parts.Changes.Delete(entries.Key);
            else
                parts.Changes.Put(entries.Key, value);
            parts.Flush(PartBytes);
        }
    }

    static void Drop(int table, IStateBackend backend, Parts parts)
    {
        using var entries = Scan(backend, table);
        while (entries.MoveNext())
        {
            parts.Changes.Delete(entries.Key);
            parts.Flush(PartBytes);
        }
    }

    static IStateIterator Scan(IStateBackend backend, int table)
    {
        Span<byte> from = stackalloc byte[sizeof(ushort)];
        Span<byte> to = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(from, (ushort)table);
        BinaryPrimitives.WriteUInt16BigEndian(to, (ushort)(table + 1));
        return backend.Scan(from, table == ushort.MaxValue ? [] : to);
    }

    sealed class Parts(IStateBackend backend, Epoch epoch, CancellationToken cancellation) : IDisposable
    {
        readonly List<IPreparedChanges> _prepared = [];

        public ChangeSet Changes { get; } = new();

        public void Flush(long bytesMin)
        {
            if (Changes.Count == 0 || Changes.Bytes < bytesMin)
                return;
            cancellation.ThrowIfCancellationRequested();
            _prepared.Add(backend.Prepare(epoch, Changes));
            Changes.Clear();
        }

        public void Commit()
        {
            Flush(0);
            List<IPreparedChanges> all = [.. _prepared];
            // From here on they are the backend's, also when it fails.
            _prepared.Clear();
            backend.Commit(epoch, all);
        }

        public void Dispose()
        {
            foreach (var prepared in _prepared)
                prepared.Dispose();
        }
    }
}
