using System.Globalization;
using SqlStream.Broker.Log;
using SqlStream.Broker.Protocol;
using SqlStream.Broker.Storage;
using SqlStream.Broker.Timing;

namespace SqlStream.Broker.Topics;

/// <summary>All topics. Used under the broker's gate.</summary>
sealed class TopicRegistry(KafkaBrokerOptions options, BrokerClock clock) : IDisposable
{
    const int NameLengthMax = 249;
    const string DeletedSuffix = ".deleted";

    /// <summary>A request for very many partitions is a mistake or an attack; each takes memory, or a directory.</summary>
    public const int PartitionsMax = 10_000;

    readonly SortedDictionary<string, Topic> _topics = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> _defaults = TopicSettings.Defaults(new BrokerDefaults(
        options.RetentionBytes ?? -1, (long)(options.Retention ?? TimeSpan.FromDays(7)).TotalMilliseconds, options.SegmentBytes, options.MessageBytesMax));

    readonly SortedDictionary<string, Replayed> _replayed = new(StringComparer.Ordinal);

    public IReadOnlyCollection<Topic> All => _topics.Values;

    public Journal? Journal { get; set; }

    public int PartitionCount { get; private set; }

    public static bool IsValidName(string name) =>
        name.Length is > 0 and <= NameLengthMax && name is not ("." or "..") && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    public Topic? Find(string name) => _topics.GetValueOrDefault(name);

    public Partition? Find(string name, int partition) => Find(name)?.Find(partition);

    /// <summary>Makes a topic whose name and settings have been checked.</summary>
    public Topic Create(string name, int partitions, IEnumerable<KeyValuePair<string, string>> settings)
    {
        RemoveLeftovers(name);
        var topic = Open(name, partitions, settings);
        Note(topic);
        return topic;
    }

    public void AddPartitions(Topic topic, int count)
    {
        Extend(topic, count);
        Note(topic);
    }

    public void Configure(Topic topic, IEnumerable<KeyValuePair<string, string>> settings)
    {
        topic.Settings.Replace([.. settings]);
        Note(topic);
    }

    public void Delete(Topic topic)
    {
        _topics.Remove(topic.Name);
        PartitionCount -= topic.Partitions.Count;
        foreach (var partition in topic.Partitions)
        {
            partition.Log.WakeAll();
            partition.Log.Dispose();
        }
        RemoveLeftovers(topic.Name);
        Journal?.Write(JournalRecord.TopicDeleted, writer => writer.String(topic.Name));
    }

    public void DeleteRecords(Topic topic, int partition, long offset)
    {
        topic.Partitions[partition].Log.DeleteBefore(offset);
        NoteStart(topic, partition);
    }

    /// <summary>What is kept for how long, and which producers are forgotten.</summary>
    public void Retain(long now)
    {
        foreach (var topic in _topics.Values)
        {
            for (var i = 0; i < topic.Partitions.Count; i++)
                topic.Partitions[i].Log.Retain(now, (long)TimeSpan.FromDays(1).TotalMilliseconds);
        }
    }

    /// <summary>Takes a record of the journal; false if it is about something else.</summary>
    /// <remarks>The logs are opened by <see cref="FinishReplay"/> only: an early record may be about a topic that was deleted and made again.</remarks>
    public bool Replay(JournalRecord kind, WireReader reader)
    {
        switch (kind)
        {
            case JournalRecord.Topic:
                ReplayTopic(reader);
                return true;
            case JournalRecord.TopicDeleted:
                _replayed.Remove(reader.String());
                return true;
            case JournalRecord.LogStart:
                var (topic, index, offset) = (reader.String(), reader.Int32(), reader.Int64());
                if (_replayed.TryGetValue(topic, out var replayed))
                    replayed.Starts[index] = offset;
                return true;
            default:
                return false;
        }
    }

    /// <summary>Opens the topics that are left when the whole journal has been read.</summary>
    public void FinishReplay()
    {
        foreach (var (name, replayed) in _replayed)
        {
            var topic = Open(name, replayed.Partitions, replayed.Settings);
            foreach (var (index, offset) in replayed.Starts)
            {
                if (topic.Find(index)?.Log is { } log)
                    log.DeleteBefore(Math.Min(offset, log.End));
            }
        }
        _replayed.Clear();
    }

    public void WriteAll(Journal journal)
    {
        Journal = journal;
        foreach (var topic in _topics.Values)
        {
            Note(topic);
            for (var i = 0; i < topic.Partitions.Count; i++)
            {
                if (topic.Partitions[i].Log.Start > 0)
                    NoteStart(topic, i);
            }
        }
    }

    public void Dispose()
    {
        foreach (var topic in _topics.Values)
        {
            foreach (var partition in topic.Partitions)
                partition.Log.Dispose();
        }
    }

    Topic Open(string name, int partitions, IEnumerable<KeyValuePair<string, string>> settings)
    {
        var topic = new Topic(name, new TopicSettings(_defaults));
        topic.Settings.Replace(settings);
        Extend(topic, partitions);
        _topics.Add(name, topic);
        return topic;
    }

    void Extend(Topic topic, int count)
    {
        while (topic.Partitions.Count < count)
        {
            var index = topic.Partitions.Count;
            var directory = options.Data is null ? null : Path.Combine(options.Data, DirectoryOf(topic.Name, index));
            topic.Add(new Partition(new PartitionLog(topic.Settings, clock, directory), index % options.Nodes + 1));
            PartitionCount++;
        }
    }

    void ReplayTopic(WireReader reader)
    {
        var (name, partitions) = (reader.String(), reader.Int32());
        var settings = new List<KeyValuePair<string, string>>();
        for (var count = reader.ArrayLength(); count > 0; count--)
            settings.Add(new(reader.String(), reader.String()));
        _replayed[name] = new Replayed(partitions, settings, _replayed.GetValueOrDefault(name)?.Starts ?? []);
    }

    void Note(Topic topic) => Journal?.Write(JournalRecord.Topic, writer =>
    {
        writer.String(topic.Name);
        writer.Int32(topic.Partitions.Count);
        writer.ArrayLength(topic.Settings.Own.Count);
        foreach (var (name, value) in topic.Settings.Own)
        {
            writer.String(name);
            writer.String(value);
        }
    });

    void NoteStart(Topic topic, int partition) => Journal?.Write(JournalRecord.LogStart, writer =>
    {
        writer.String(topic.Name);
        writer.Int32(partition);
        writer.Int64(topic.Partitions[partition].Log.Start);
    });

    // A directory is renamed before it is deleted: what a killed process leaves is then never taken for a log.
    void RemoveLeftovers(string topic)
    {
        if (options.Data is null)
            return;
        foreach (var directory in Directory.EnumerateDirectories(options.Data, topic + "-*"))
        {
            var index = Path.GetFileName(directory)[(topic.Length + 1)..];
            if (!index.All(char.IsAsciiDigit))
                continue;
            Directory.Move(directory, directory + DeletedSuffix);
        }
        foreach (var directory in Directory.EnumerateDirectories(options.Data, "*" + DeletedSuffix))
            Directory.Delete(directory, recursive: true);
    }

    static string DirectoryOf(string topic, int partition) => string.Create(CultureInfo.InvariantCulture, $"{topic}-{partition}");

    sealed record Replayed(int Partitions, List<KeyValuePair<string, string>> Settings, Dictionary<int, long> Starts);
}
