using System.Globalization;
using SqlStream.Broker.Protocol;
using SqlStream.Broker.Topics;

namespace SqlStream.Broker.Handlers;

/// <summary>Tells the settings of topics; those of the broker are few.</summary>
sealed class DescribeConfigsHandler(Cluster cluster) : ImmediateHandler(cluster)
{
    public override ApiRange Api { get; } = new(ApiKey.DescribeConfigs, 0, 1, FlexibleFrom: 4);

    protected override void Handle(Request request, WireReader reader, WireWriter writer)
    {
        var resources = new List<(sbyte Type, string Name, HashSet<string>? Wanted)>();
        for (var count = reader.ArrayLength(); count > 0; count--)
            resources.Add((reader.Int8(), reader.String(), ReadWanted(reader)));
        var withSynonyms = request.Version >= 1 && reader.Boolean();
        writer.Int32(request.ThrottleMs);
        writer.ArrayLength(resources.Count);
        foreach (var (type, name, wanted) in resources)
        {
            var topic = type == ConfigResource.Topic ? Cluster.Topics.Find(name) : null;
            var error = request.Final(request.Refused ?? ConfigResource.Problem(type, topic));
            writer.Error(error);
            writer.String(null);
            writer.Int8(type);
            writer.String(name);
            var settings = error == ErrorCode.None ? Settings(topic).Where(setting => wanted?.Contains(setting.Name) != false).ToArray() : [];
            writer.ArrayLength(settings.Length);
            foreach (var setting in settings)
                Write(writer, request.Version, setting, withSynonyms);
        }
    }

    static HashSet<string>? ReadWanted(WireReader reader)
    {
        var count = reader.ArrayLength();
        if (count < 0)
            return null;
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        for (; count > 0; count--)
            wanted.Add(reader.String());
        return wanted;
    }

    IEnumerable<Setting> Settings(Topic? topic) => topic is null
        ? BrokerSettings()
        : TopicSettings.Names.Select(name => new Setting(name, topic.Settings.Value(name), IsOwn: topic.Settings.Own.ContainsKey(name), IsTopic: true));

    IEnumerable<Setting> BrokerSettings() =>
    [
        new("auto.create.topics.enable", Cluster.Options.CreatesTopics ? "true" : "false", false, false),
        new("default.replication.factor", "1", false, false),
        new("message.max.bytes", Cluster.Options.MessageBytesMax.ToString(CultureInfo.InvariantCulture), false, false),
        new("num.partitions", Cluster.Options.Partitions.ToString(CultureInfo.InvariantCulture), false, false),
        new("transaction.max.timeout.ms", "900000", false, false),
    ];

    static void Write(WireWriter writer, short version, Setting setting, bool withSynonyms)
    {
        // Sources: 1 set for the topic, 4 static setting of the broker, 5 default.
        var source = (sbyte)(setting.IsOwn ? 1 : setting.IsTopic ? 5 : 4);
        writer.String(setting.Name);
        writer.String(setting.Value);
        writer.Boolean(!setting.IsTopic);
        if (version == 0)
            writer.Boolean(!setting.IsOwn);
        else
            writer.Int8(source);
        writer.Boolean(false);
        if (version == 0)
            return;
        writer.ArrayLength(withSynonyms ? 1 : 0);
        if (!withSynonyms)
            return;
        writer.String(setting.Name);
        writer.String(setting.Value);
        writer.Int8(source);
    }

    readonly record struct Setting(string Name, string Value, bool IsOwn, bool IsTopic);
}
