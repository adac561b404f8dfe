using System.Buffers;
using System.Text;
using System.Text.Json;
using SqlStream.Core.Connect;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Formats.Avro;

/// <summary>The Avro schema of a table's columns.</summary>
static class AvroTypes
{
    // The name that the dialect gives to the record of a table: a registry compares it with that of the versions before.
    const string RecordSpace = "org.apache.flink.avro.generated";
    const string RecordName = "record";

    /// <summary>Intervals have no Avro type, and the keys of maps are strings.</summary>
    public static bool IsSupported(SqlType type) => type switch
    {
        MapType map => map.Key.IsCharacter && IsSupported(map.Value),
        CollectionType { Kind: SqlTypeKind.Multiset } multiset => multiset.Element.IsCharacter,
        CollectionType array => IsSupported(array.Element),
        RowType row => row.Fields.All(field => IsSupported(field.Type)),
        _ => !type.IsInterval,
    };

    /// <summary>Refuses columns that Avro cannot hold, for their types or their names.</summary>
    public static void Ensure(ConnectorTable table, string format)
    {
        FormatTypes.Ensure(table, format, IsSupported);
        foreach (var field in table.Schema.Fields)
        {
            if (MisfitName(field) is { } name)
                throw ConnectorErrors.NameNotSupported(field.Name, name, $"format '{format}'");
        }
    }

    /// <summary>The schema of a record of the columns, as JSON.</summary>
    /// <param name="schema">The columns.</param>
    /// <param name="isLegacy">TIMESTAMP is an instant, as it is for readers that know no local timestamps.</param>
    public static string ToJson(Schema schema, bool isLegacy)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            WriteRecord(writer, schema.Fields, RecordName, isLegacy);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    static string? MisfitName(Field field)
    {
        if (!IsName(field.Name))
            return field.Name;
        return field.Type switch
        {
            RowType row => row.Fields.Select(MisfitName).FirstOrDefault(name => name is not null),
            CollectionType collection => MisfitName(new Field(field.Name, collection.Element)),
            MapType map => MisfitName(new Field(field.Name, map.Value)),
            _ => null,
        };
    }

    static bool IsName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');

    static void WriteRecord(Utf8JsonWriter writer, ValueList<Field> fields, string name, bool isLegacy)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "record");
        writer.WriteString("name", name);
        writer.WriteString("namespace", RecordSpace);
        writer.WriteStartArray("fields");
        foreach (var field in fields)
        {
            writer.WriteStartObject();
            writer.WriteString("name", field.Name);
            writer.WritePropertyName("type");
            WriteType(writer, field.Type, $"{name}_{field.Name}", isLegacy);
            if (field.Type.IsNullable)
                writer.WriteNull("default");
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    static void WriteType(Utf8JsonWriter writer, SqlType type, string name, bool isLegacy)
    {
        if (type.IsNullable)
        {
            writer.WriteStartArray();
            writer.WriteStringValue("null");
            WriteType(writer, type.WithNullability(false), name, isLegacy);
            writer.WriteEndArray();
            return;
        }
        switch (type)
        {
            case RowType row:
                WriteRecord(writer, row.Fields, name, isLegacy);
                break;
            case CollectionType { Kind: SqlTypeKind.Array } array:
                WriteNested(writer, "array", "items", array.Element, name, isLegacy);
                break;
            case CollectionType:
                WriteNested(writer, "map", "values", CollectionType.CountType, name, isLegacy);
                break;
            case MapType map:
                WriteNested(writer, "map", "values", map.Value, name, isLegacy);
                break;
            default:
                WriteScalar(writer, type, isLegacy);
                break;
        }
    }

    static void WriteNested(Utf8JsonWriter writer, string kind, string property, SqlType element, string name, bool isLegacy)
    {
        writer.WriteStartObject();
        writer.WriteString("type", kind);
        writer.WritePropertyName(property);
        WriteType(writer, element, name, isLegacy);
        writer.WriteEndObject();
    }

    static void WriteScalar(Utf8JsonWriter writer, SqlType type, bool isLegacy)
    {
        var (kind, logical) = (type, type.Kind) switch
        {
            (DecimalType, _) => ("bytes", "decimal"),
            (_, SqlTypeKind.Date) => ("int", "date"),
            (_, SqlTypeKind.Time) => ("int", "time-millis"),
            (TemporalType time, _) => ("long", TimestampName(time, isLegacy)),
            (StringType, _) => (type.IsBinary ? "bytes" : "string", null),
            (_, SqlTypeKind.Boolean) => ("boolean", null),
            (_, SqlTypeKind.BigInt) => ("long", null),
            (_, SqlTypeKind.Float) => ("float", null),
            (_, SqlTypeKind.Double) => ("double", null),
            _ => ("int", null),
        };
        if (logical is null)
        {
            writer.WriteStringValue(kind);
            return;
        }
        writer.WriteStartObject();
        writer.WriteString("type", kind);
        writer.WriteString("logicalType", logical);
        if (type is DecimalType number)
        {
            writer.WriteNumber("precision", number.Precision);
            writer.WriteNumber("scale", number.Scale);
        }
        writer.WriteEndObject();
    }

    static string TimestampName(TemporalType type, bool isLegacy)
    {
        var unit = type.Precision switch
        {
            <= 3 => "millis",
            <= TemporalType.MicrosPrecisionMax => "micros",
            _ => "nanos",
        };
        return type.Kind == SqlTypeKind.Timestamp && !isLegacy ? $"local-timestamp-{unit}" : $"timestamp-{unit}";
    }
}
