using SqlStream.Broker.Protocol;
using SqlStream.Broker.Topics;

namespace SqlStream.Broker.Handlers;

/// <summary>Changes single settings of topics.</summary>
sealed class IncrementalAlterConfigsHandler(Cluster cluster) : ImmediateHandler(cluster)
{
    public override ApiRange Api { get; } = new(ApiKey.IncrementalAlterConfigs, 0, 1, FlexibleFrom: 1);

    const sbyte Set = 0;
    const sbyte Remove = 1;
    const sbyte Append = 2;
    const sbyte Subtract = 3;

    protected override void Handle(Request request, WireReader reader, WireWriter writer)
    {
        var changes = new List<ConfigChange>();
        for (var count = reader.ArrayLength(); count > 0; count--)
        {
            var (type, name) = (reader.Int8(), reader.String());
            var steps = new List<(string Name, sbyte Operation, string? Value)>();
            for (var entries = reader.ArrayLength(); entries > 0; entries--)
            {
                steps.Add((reader.String(), reader.Int8(), reader.NullableString()));
                reader.Tags();
            }
            reader.Tags();
            changes.Add(new ConfigChange(type, name, topic => Apply(topic, steps)));
        }
        var isDryRun = reader.Boolean();
        reader.Tags();
        ConfigResource.Alter(request, Cluster, changes, isDryRun);
    }

    static Dictionary<string, string?>? Apply(Topic topic, List<(string Name, sbyte Operation, string? Value)> steps)
    {
        var settings = topic.Settings.Own.ToDictionary(setting => setting.Key, setting => (string?)setting.Value, StringComparer.Ordinal);
        foreach (var (name, operation, value) in steps)
        {
            switch (operation)
            {
                case Set:
                    settings[name] = value;
                    break;
                case Remove:
                    settings.Remove(name);
                    break;
                // Only this setting is a list.
                case Append or Subtract when name == TopicSettings.CleanupPolicy && value is not null:
                    var parts = topic.Settings.Value(name).Split(',').Except(value.Split(','));
                    settings[name] = string.Join(',', operation == Append ? parts.Concat(value.Split(',')) : parts);
                    break;
                default:
                    return null;
            }
        }
        return settings;
    }
}
