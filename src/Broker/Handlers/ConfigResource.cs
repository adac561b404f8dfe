using SqlStream.Broker.Protocol;
using SqlStream.Broker.Topics;

namespace SqlStream.Broker.Handlers;

/// <summary>What the requests about settings have in common.</summary>
static class ConfigResource
{
    public const sbyte Topic = 2;
    public const sbyte Broker = 4;

    public static ErrorCode Problem(sbyte type, Topic? topic) => type switch
    {
        Topic => topic is null ? ErrorCode.UnknownTopicOrPartition : ErrorCode.None,
        Broker => ErrorCode.None,
        _ => ErrorCode.InvalidRequest,
    };

    /// <summary>Carries out changes and writes the answer, which the two requests that change settings share.</summary>
    public static void Alter(Request request, Cluster cluster, IReadOnlyList<ConfigChange> changes, bool isDryRun)
    {
        var writer = request.Writer;
        writer.Int32(request.ThrottleMs);
        writer.ArrayLength(changes.Count);
        foreach (var change in changes)
        {
            string? message = null;
            var error = request.Refused ?? Alter(cluster, change, isDryRun, out message);
            writer.Error(request.Final(error));
            writer.String(message);
            writer.Int8(change.Type);
            writer.String(change.Name);
            writer.Tags();
        }
        writer.Tags();
    }

    static ErrorCode Alter(Cluster cluster, ConfigChange change, bool isDryRun, out string? message)
    {
        message = null;
        if (change.Type != Topic)
        {
            message = "Only the settings of topics can be changed here.";
            return ErrorCode.InvalidRequest;
        }
        if (cluster.Topics.Find(change.Name) is not { } topic)
            return ErrorCode.UnknownTopicOrPartition;
        if (change.Apply(topic) is not { } settings)
        {
            message = "Only a list can be appended to or subtracted from.";
            return ErrorCode.InvalidConfig;
        }
        foreach (var (name, value) in settings)
        {
            message = TopicSettings.Problem(name, value);
            if (message is not null)
                return ErrorCode.InvalidConfig;
        }
        if (!isDryRun)
            cluster.Topics.Configure(topic, settings.Select(setting => new KeyValuePair<string, string>(setting.Key, setting.Value!)));
        return ErrorCode.None;
    }
}

/// <summary>A change of settings: what is set for a topic afterwards, or null where the change has no meaning.</summary>
sealed record ConfigChange(sbyte Type, string Name, Func<Topic, Dictionary<string, string?>?> Apply);
