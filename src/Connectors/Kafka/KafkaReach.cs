using System.Collections.Immutable;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Kafka;

/// <summary>Which partitions of a consumer cannot be reached. Looks on edge threads, with a client of its own, once the consumer has lost a
/// connection, until all is well again; says what it finds, and gives up if the whole cluster stays away.</summary>
/// <remarks>A consumer does not tell of one partition whether its broker answers: asking each for its end does. The same question, asked before a
/// split counts as idle, finds connections that are dead without having said so.</remarks>
sealed class KafkaReach(KafkaOptions options, SplitReaderContext context, Action clearTrouble) : IDisposable
{
    const int NamedSplitsMax = 5;

    // A connection that a broker closes for want of use is there again at once.
    static readonly TimeSpan _firstLook = TimeSpan.FromSeconds(1);
    static readonly TimeSpan _timeout = TimeSpan.FromSeconds(3);
    static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    readonly Lock _lock = new();
    ImmutableList<KafkaSplit> _splits = [];
    volatile ImmutableHashSet<string> _away = [];
    ExternalException? _failure;
    ITimer? _timer;
    bool _looks;
    bool _asks;
    long _since;
    (long At, IReadOnlyDictionary<TopicPartition, long> Offsets)? _ends;
    volatile bool _disposed;

    /// <summary>What the consumer does, for messages.</summary>
    public string Purpose => PurposeOf(_splits.Select(split => split.Name));

    /// <summary>A split is read from now on.</summary>
    public void Add(KafkaSplit split)
    {
        lock (_lock)
            _splits = _splits.RemoveAll(known => known.Name == split.Name).Add(split);
    }

    /// <summary>Raises that the cluster stayed away for too long.</summary>
    public void ThrowIfLost()
    {
        if (Volatile.Read(ref _failure) is { } failure)
            throw failure;
    }

    /// <summary>False if the broker of a split cannot be reached.</summary>
    public bool Reaches(KafkaSplit split) => _away.IsEmpty || !_away.Contains(split.Name);

    /// <summary>Something came from the broker of a split.</summary>
    public void Found(KafkaSplit split)
    {
        if (_away.IsEmpty)
            return;
        lock (_lock)
        {
            _away = _away.Remove(split.Name);
            if (_away.IsEmpty)
                context.TellTrouble(null);
        }
    }

    /// <summary>A connection was lost: begins to look, if nobody does.</summary>
    public void LookInto()
    {
        lock (_lock)
        {
            if (_looks || _disposed)
                return;
            _looks = true;
            _since = context.Clock.GetTimestamp();
            LookAgain();
        }
    }

    /// <summary>The end of a split as its broker told it in answer to a question not older than that; -1 if it did not, null if the answer is on its
    /// way: then the consumer is woken.</summary>
    public long? EndSince(KafkaSplit split, long timestamp)
    {
        lock (_lock)
        {
            if (_ends is var (at, offsets) && at >= timestamp)
                return offsets.TryGetValue(split.TopicPartition, out var end) ? end : -1;
            if (_asks)
                return null;
            _asks = true;
        }
        context.Edge.Run("ask " + options.Servers, _ => AskEnds());
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _timer?.Dispose();
        }
    }

    void LookAgain()
    {
        _timer?.Dispose();
        _timer = context.Clock.CreateTimer(_ => context.Edge.Run("reach " + options.Servers, _ => Look()), null, _firstLook, Timeout.InfiniteTimeSpan);
    }

    void Look()
    {
        var splits = _splits;
        if (_disposed)
            return;
        ImmutableHashSet<string> away;
        string? reason = null;
        try
        {
            away = [.. Away(splits, out reason)];
            // The cluster is there.
            _since = context.Clock.GetTimestamp();
        }
        catch (ExternalException e)
        {
            if (e.Retry == Retry.Never || context.Clock.GetElapsedTime(_since) >= _patience)
            {
                Volatile.Write(ref _failure, e);
                Wake();
                return;
            }
            away = [.. splits.Select(split => split.Name)];
            reason = e.Message;
        }
        lock (_lock)
        {
            if (_disposed)
                return;
            _away = away;
            context.TellTrouble(reason);
            _looks = !away.IsEmpty;
            if (_looks)
                LookAgain();
            else
                clearTrouble();
        }
        Wake();
    }

    // Those that cannot be reached while others can; raises if none can.
    IEnumerable<string> Away(ImmutableList<KafkaSplit> splits, out string? reason)
    {
        using var admin = new KafkaAdmin(options.Properties, PurposeOf(splits.Select(split => split.Name))) { Timeout = _timeout };
        var failed = admin.WithoutEnd(splits.Select(split => split.TopicPartition));
        var names = splits.Where(split => failed.ContainsKey(split.TopicPartition)).Select(split => split.Name).ToList();
        reason = names.Count == 0 ? null : KafkaErrors.Unreachable(options.Servers, failed.First().Value, PurposeOf(names)).Message;
        return names;
    }

    void AskEnds()
    {
        var at = context.Clock.GetTimestamp();
        IReadOnlyDictionary<TopicPartition, long> offsets = new Dictionary<TopicPartition, long>();
        try
        {
            using var admin = new KafkaAdmin(options.Properties, Purpose);
            offsets = admin.Offsets(_splits.Select(split => split.TopicPartition), OffsetSpec.Latest(), options.Isolation);
        }
        catch (ExternalException)
        {
            // Not known is not idle; why it is not known is looked into.
            LookInto();
        }
        lock (_lock)
        {
            _ends = (at, offsets);
            _asks = false;
        }
        Wake();
    }

    void Wake()
    {
        if (!_disposed)
            context.Wake();
    }

    static string PurposeOf(IEnumerable<string> names)
    {
        var all = names.ToList();
        return "reading " + string.Join(", ", all.Take(NamedSplitsMax)) + (all.Count > NamedSplitsMax ? $" and {all.Count - NamedSplitsMax} more" : "");
    }
}
