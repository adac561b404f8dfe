using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Handlers;

/// <summary>Replaces all that is set for topics.</summary>
sealed class AlterConfigsHandler(Cluster cluster) : ImmediateHandler(cluster)
{
    public override ApiRange Api { get; } = new(ApiKey.AlterConfigs, 0, 1, FlexibleFrom: 2);

    protected override void Handle(Request request, WireReader reader, WireWriter writer)
    {
        var changes = new List<ConfigChange>();
        for (var count = reader.ArrayLength(); count > 0; count--)
        {
            var (type, name) = (reader.Int8(), reader.String());
            var settings = new Dictionary<string, string?>(StringComparer.Ordinal);
            for (var entries = reader.ArrayLength(); entries > 0; entries--)
                settings[reader.String()] = reader.NullableString();
            changes.Add(new ConfigChange(type, name, _ => settings));
        }
        var isDryRun = reader.Boolean();
        ConfigResource.Alter(request, Cluster, changes, isDryRun);
    }
}
