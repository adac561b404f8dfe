using SqlStream.Broker.Log;

namespace SqlStream.Broker.Topics;

/// <summary>A topic: its settings and the logs of its partitions.</summary>
sealed class Topic(string name, TopicSettings settings)
{
    readonly List<Partition> _partitions = [];

    public string Name { get; } = name;

    public TopicSettings Settings { get; } = settings;

    public IReadOnlyList<Partition> Partitions => _partitions;

    public void Add(Partition partition) => _partitions.Add(partition);

    public Partition? Find(int index) => index >= 0 && index < _partitions.Count ? _partitions[index] : null;
}

/// <summary>A partition: its log, and which of the broker's nodes leads it.</summary>
sealed class Partition(PartitionLog log, int leader)
{
    public PartitionLog Log { get; } = log;

    public int Leader { get; set; } = leader;
}
