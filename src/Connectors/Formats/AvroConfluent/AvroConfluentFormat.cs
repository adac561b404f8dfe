using System.Collections.Concurrent;
using SqlStream.Connectors.Formats.Avro;
using SqlStream.Core.Connect;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Formats.AvroConfluent;

/// <summary>Format <c>avro-confluent</c>: messages that are one Avro record each, whose schema a registry keeps under a number.</summary>
/// <remarks>Tables of one registry share a client, and what it knows.</remarks>
sealed class AvroConfluentFormat : IMessageFormat
{
    const string SubjectKey = "avro-confluent.subject";
    const string SchemaKey = "avro-confluent.schema";
    const string LegacyKey = "avro-confluent.timestamp_mapping.legacy";

    readonly ConcurrentDictionary<RegistrySettings, RegistryClient> _clients = new();

    public string Name => "avro-confluent";

    public IReadOnlyList<OptionDefinition> Options { get; } =
    [
        .. RegistrySettings.Definitions,
        new(SubjectKey, null, "The subject under which the schema is registered; by default that of the topic.",
            Aliases: ["avro-confluent.schema-registry.subject"]),
        new(SchemaKey, null, "The schema of the table's records; by default it follows from the columns.",
            Aliases: ["avro-confluent.schema-registry.schema"]),
        new(LegacyKey, "true", "TIMESTAMP is written as an instant; otherwise as a local timestamp.", ["true", "false"]),
    ];

    public IMessageDecoder CreateMessageDecoder(MessageTable messages, IReadOnlyList<int> readColumns)
    {
        var (_, schema) = SchemaOf(messages.Table);
        foreach (var field in messages.Table.Schema.Fields)
        {
            if (schema.Kind == AvroKind.Record && !schema.Fields.Any(known => known.Name == field.Name))
                throw ConnectorErrors.AvroColumnWithoutField(field.Name, Name);
        }
        Field[] columns = [.. readColumns.Select(column => messages.Table.Schema[column])];
        return new AvroConfluentDecoder(Client(messages.Table.Options), schema, columns);
    }

    public IMessageEncoder CreateMessageEncoder(MessageTable messages, IReadOnlyList<int> batchColumns)
    {
        var (text, schema) = SchemaOf(messages.Table);
        var subject = messages.Table.Options.Text(SubjectKey, "avro-confluent.schema-registry.subject")
            ?? (messages.Topic is { } topic ? $"{topic}-{(messages.IsKey ? "key" : "value")}" : throw ConnectErrors.MissingOption(SubjectKey));
        var rows = new AvroRowWriter(schema, messages.Table.Schema, batchColumns, Name);
        return new AvroConfluentEncoder(Client(messages.Table.Options), subject, text, rows);
    }

    RegistryClient Client(TableOptions options) =>
        _clients.GetOrAdd(RegistrySettings.Read(options), settings => new RegistryClient(settings));

    (string Text, AvroSchema Schema) SchemaOf(ConnectorTable table)
    {
        AvroTypes.Ensure(table, Name);
        var isLegacy = table.Options.Boolean(LegacyKey, true);
        var given = table.Options.Find(SchemaKey, "avro-confluent.schema-registry.schema");
        var text = given?.Value ?? AvroTypes.ToJson(table.Schema, isLegacy);
        if (AvroSchemaParser.Parse(text, out var problem) is { } schema)
            return (text, schema);
        throw ConnectErrors.InvalidOptionValue(given!, "an Avro schema", $"The schema is malformed: {problem}.");
    }
}
