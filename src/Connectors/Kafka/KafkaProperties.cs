using SqlStream.Connectors.Kafka.Native;
using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Kafka;

/// <summary>The options <c>properties.*</c>: names of the Java client are understood as far as they mean something here, all others must be
/// known to librdkafka.</summary>
static class KafkaProperties
{
    const string DefaultServers = "localhost:9092";

    static readonly string[] _prefixes = ["properties.", "connector.properties."];

    // Names that the Java client has and librdkafka does not.
    static readonly Dictionary<string, string> _renamed = new()
    {
        ["fetch.max.wait.ms"] = "fetch.wait.max.ms",
        ["max.request.size"] = "message.max.bytes",
        ["delivery.timeout.ms"] = "message.timeout.ms",
        ["buffer.memory"] = "",
        ["max.poll.records"] = "",
        ["key.deserializer"] = "",
        ["value.deserializer"] = "",
        ["key.serializer"] = "",
        ["value.serializer"] = "",
        ["enable.auto.commit"] = "",
        ["auto.commit.interval.ms"] = "",
        ["commit.offsets.on.checkpoint"] = "",
        ["partition.discovery.interval.ms"] = "",
        ["sasl.login.callback.handler.class"] = "",
        ["zookeeper.connect"] = "",
    };

    // What the exactly-once protocol decides.
    static readonly Dictionary<string, string> _reserved = new()
    {
        ["transactional.id"] = "The transactional id is that of the job and its sink; set 'sink.transactional-id-prefix'.",
        ["enable.idempotence"] = "Nothing is written without it.",
        ["acks"] = "Transactions and idempotence need acks = all.",
        ["request.required.acks"] = "Transactions and idempotence need acks = all.",
        ["enable.partition.eof"] = "The connector needs the ends of partitions.",
    };

    static readonly Dictionary<string, string> _hints = new()
    {
        ["ssl.truststore.location"] = "Set 'properties.ssl.ca.location', a PEM file.",
        ["ssl.truststore.password"] = "Set 'properties.ssl.ca.location', a PEM file.",
        ["ssl.keystore.type"] = "Set 'properties.ssl.certificate.location' and 'properties.ssl.key.location', PEM files, or 'properties.ssl.keystore.location', PKCS#12.",
        ["sasl.client.callback.handler.class"] = "Set 'properties.sasl.mechanism', 'properties.sasl.username' and 'properties.sasl.password'.",
    };

    public static IReadOnlyDictionary<string, string> Read(TableOptions options)
    {
        var properties = new Dictionary<string, string>();
        foreach (var option in options.Options)
        {
            var prefix = Array.Find(_prefixes, prefix => option.Key.StartsWith(prefix, StringComparison.Ordinal));
            if (prefix is not null)
                Add(properties, option, option.Key[prefix.Length..]);
        }
        properties.TryAdd("bootstrap.servers", DefaultServers);
        return properties;
    }

    static void Add(Dictionary<string, string> properties, TableOption option, string name)
    {
        if (_reserved.TryGetValue(name, out var reason))
            throw KafkaErrors.PropertyReserved(option, reason);
        if (name == "sasl.jaas.config")
        {
            AddLogin(properties, option);
            return;
        }
        if (_renamed.TryGetValue(name, out var ours))
        {
            if (ours.Length == 0)
                return;
            name = ours;
        }
        var value = name == "auto.offset.reset" && option.Value == "none" ? "error" : option.Value;
        if (RdKafkaClient.Check(name, value) is { } problem)
            throw KafkaErrors.Property(option, problem, _hints.GetValueOrDefault(name));
        properties[name] = value;
    }

    // org.apache.kafka.common.security.plain.PlainLoginModule required username="a" password="b";
    static void AddLogin(Dictionary<string, string> properties, TableOption option)
    {
        foreach (var name in new[] { "username", "password" })
        {
            var start = option.Value.IndexOf(name + "=\"", StringComparison.Ordinal);
            var end = start < 0 ? -1 : option.Value.IndexOf('"', start + name.Length + 2);
            if (end < 0)
            {
                throw KafkaErrors.Property(option, $"it holds no {name}=\"...\"",
                    "Set 'properties.sasl.username' and 'properties.sasl.password' instead.");
            }
            properties["sasl." + name] = option.Value[(start + name.Length + 2)..end];
        }
    }
}
