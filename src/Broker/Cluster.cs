using SqlStream.Broker.Faults;
using SqlStream.Broker.Groups;
using SqlStream.Broker.Security;
using SqlStream.Broker.Storage;
using SqlStream.Broker.Timing;
using SqlStream.Broker.Topics;
using SqlStream.Broker.Transactions;

namespace SqlStream.Broker;

/// <summary>All that the broker knows, shared by its nodes and connections. Everything but the clock and the faults is used under <see cref="Gate"/>.</summary>
sealed class Cluster : IDisposable
{
    const long RetentionIntervalMs = 60_000;
    Journal? _journal;
    FileStream? _lockFile;

    public Cluster(KafkaBrokerOptions options)
    {
        Options = options;
        Clock = new BrokerClock(options.TimeProvider);
        Deadlines = new Deadlines(Gate, Clock, options.Failed);
        Random = new Random(options.Seed ?? (int)options.TimeProvider.GetUtcNow().Ticks);
        Topics = new TopicRegistry(options, Clock);
        Groups = new GroupCoordinator(this);
        Transactions = new TransactionCoordinator(this);
        Credentials = new Credentials(options.Users, new Random(Random.Next()));
        Faults = new FaultPlan(options.TimeProvider);
    }

    public Lock Gate { get; } = new();

    public KafkaBrokerOptions Options { get; }

    public BrokerClock Clock { get; }

    public Deadlines Deadlines { get; }

    public Random Random { get; }

    public TopicRegistry Topics { get; }

    public GroupCoordinator Groups { get; }

    public TransactionCoordinator Transactions { get; }

    public Credentials Credentials { get; }

    public FaultPlan Faults { get; }

    /// <summary>The identity that clients see; the same for every embedded broker.</summary>
    public string Id => "sqlstream-broker";

    /// <summary>The node that answers for groups and transactions.</summary>
    public int Coordinator { get; set; } = 1;

    /// <summary>Host and port of each node, in the order of their ids, which begin at 1.</summary>
    public IReadOnlyList<NodeAddress> Nodes { get; set; } = [];

    /// <summary>Reads the data directory, if there is one, and begins to keep time.</summary>
    public void Open()
    {
        lock (Gate)
        {
            if (Options.Data is { } directory)
                OpenData(directory);
            ScheduleRetention();
        }
    }

    public void Dispose()
    {
        Deadlines.Dispose();
        lock (Gate)
        {
            Groups.Dispose();
            Topics.Dispose();
            _journal?.Dispose();
            _lockFile?.Dispose();
        }
    }

    void OpenData(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory);
            _lockFile = new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw BrokerErrors.DataNotWritable(directory, e);
        }
        catch (IOException e)
        {
            throw BrokerErrors.DataInUse(directory, e);
        }
        _journal = Journal.Open(
            Path.Combine(directory, "meta.journal"),
            (kind, reader) => _ = Topics.Replay(kind, reader) || Groups.Replay(kind, reader) || Transactions.Replay(kind, reader),
            WriteAll,
            Topics.FinishReplay);
        Transactions.FinishReplay();
    }

    void WriteAll(Journal journal)
    {
        Topics.WriteAll(journal);
        Groups.WriteAll(journal);
        Transactions.WriteAll(journal);
    }

    void ScheduleRetention() => Deadlines.At(Clock.Milliseconds + RetentionIntervalMs, () =>
    {
        ScheduleRetention();
        Topics.Retain(Clock.Milliseconds);
        Groups.Expire();
        Transactions.Expire();
        _journal?.Compact();
    });
}

/// <summary>Where clients find a node.</summary>
readonly record struct NodeAddress(string Host, int Port);
