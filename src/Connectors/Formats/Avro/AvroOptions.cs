using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Formats.Avro;

/// <summary>The options of format <c>avro</c>.</summary>
static class AvroOptions
{
    const string EncodingKey = "avro.encoding";
    const string LegacyKey = "avro.timestamp_mapping.legacy";

    public static IReadOnlyList<OptionDefinition> Definitions { get; } =
    [
        new(EncodingKey, "binary", "The encoding of values; only binary is supported.", ["binary", "json"]),
        new(LegacyKey, "true", "TIMESTAMP is written as an instant; otherwise as a local timestamp.", ["true", "false"]),
    ];

    /// <summary>Reads the options: whether timestamps are written in the old way.</summary>
    public static bool ReadLegacy(TableOptions options)
    {
        if (options.Choice(EncodingKey, "binary", "binary", "json") == "json")
            throw ConnectorErrors.OptionNotSupported(options.Find(EncodingKey)!, "Use binary, or format json.");
        return options.Boolean(LegacyKey, true);
    }
}
