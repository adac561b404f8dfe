using System.Text;
using System.Text.Json;

namespace SqlStream.Connectors.Formats.Avro;

/// <summary>Parses Avro schemas from JSON.</summary>
sealed class AvroSchemaParser
{
    const int DepthMax = 200;
    const int FixedBytesMax = 1 << 20;

    static readonly Dictionary<string, AvroKind> _primitives = new(StringComparer.Ordinal)
    {
        ["null"] = AvroKind.Null,
        ["boolean"] = AvroKind.Boolean,
        ["int"] = AvroKind.Int,
        ["long"] = AvroKind.Long,
        ["float"] = AvroKind.Float,
        ["double"] = AvroKind.Double,
        ["bytes"] = AvroKind.Bytes,
        ["string"] = AvroKind.String,
    };

    readonly Dictionary<string, AvroSchema> _named = new(StringComparer.Ordinal);

    /// <summary>Parses a schema. <paramref name="problem"/> says what is wrong where the answer is null.</summary>
    /// <param name="text">The schema.</param>
    /// <param name="problem">What is wrong with it.</param>
    /// <param name="references">Schemas whose names it uses, in an order in which each uses only earlier ones.</param>
    public static AvroSchema? Parse(string text, out string? problem, params ReadOnlySpan<string> references)
    {
        problem = null;
        try
        {
            var parser = new AvroSchemaParser();
            foreach (var reference in references)
                parser.ParseText(reference);
            return parser.ParseText(text);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            problem = e.Message;
            return null;
        }
    }

    AvroSchema ParseText(string text)
    {
        // A primitive is often written without quotes.
        if (_primitives.TryGetValue(text.Trim(), out var kind))
            return new AvroSchema(kind);
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = DepthMax });
        return ParseElement(document.RootElement, "");
    }

    AvroSchema ParseElement(JsonElement element, string space) => element.ValueKind switch
    {
        JsonValueKind.String => Named(element.GetString()!, space),
        JsonValueKind.Array => Union(element, space),
        JsonValueKind.Object => ParseObject(element, space),
        _ => throw new FormatException($"a schema is a name, an array or an object, not {element.ValueKind}"),
    };

    AvroSchema Named(string name, string space)
    {
        if (_primitives.TryGetValue(name, out var kind))
            return new AvroSchema(kind);
        if (!name.Contains('.', StringComparison.Ordinal) && space.Length > 0 && _named.TryGetValue($"{space}.{name}", out var near))
            return near;
        return _named.TryGetValue(name, out var known) ? known : throw new FormatException($"schema \"{name}\" is not defined");
    }

    AvroSchema Union(JsonElement element, string space)
    {
        AvroSchema[] branches = [.. element.EnumerateArray().Select(branch => ParseElement(branch, space))];
        if (branches.Any(branch => branch.Kind == AvroKind.Union))
            throw new FormatException("a union holds a union");
        if (branches.GroupBy(branch => branch.Name.Length > 0 ? branch.Name : branch.Kind.ToString()).Any(group => group.Count() > 1))
            throw new FormatException("a union holds two schemas of one kind");
        return new AvroSchema(AvroKind.Union) { Branches = branches };
    }

    AvroSchema ParseObject(JsonElement element, string space)
    {
        if (!element.TryGetProperty("type", out var type))
            throw new FormatException("a schema has no \"type\"");
        if (type.ValueKind != JsonValueKind.String)
            return ParseElement(type, space);
        return type.GetString() switch
        {
            "record" or "error" => Record(element, space),
            "enum" => Enumeration(element, space),
            "fixed" => Fixed(element, space),
            "array" => new AvroSchema(AvroKind.Array) { Element = ParseElement(Property(element, "items"), space) },
            "map" => new AvroSchema(AvroKind.Map) { Element = ParseElement(Property(element, "values"), space) },
            var name when _primitives.TryGetValue(name!, out var kind) => Primitive(kind, element),
            var name => Named(name!, space),
        };
    }

    AvroSchema Record(JsonElement element, string space)
    {
        var (name, inner) = NameOf(element, space);
        var record = Define(new AvroSchema(AvroKind.Record) { Name = name, Aliases = AliasesOf(element, inner) });
        var fields = new List<AvroField>();
        foreach (var field in Array(element, "fields").EnumerateArray())
        {
            var fieldName = Text(field, "name");
            if (fields.Exists(known => known.Name == fieldName))
                throw new FormatException($"record \"{name}\" has two fields \"{fieldName}\"");
            fields.Add(new AvroField(
                fieldName,
                ParseElement(Property(field, "type"), inner),
                field.TryGetProperty("default", out var fallback) ? fallback.Clone() : null,
                Texts(field, "aliases")));
        }
        record.Fields = fields;
        return record;
    }

    AvroSchema Enumeration(JsonElement element, string space)
    {
        var (name, inner) = NameOf(element, space);
        var symbols = Texts(element, "symbols");
        if (symbols.Distinct().Count() != symbols.Count)
            throw new FormatException($"enum \"{name}\" has a symbol twice");
        return Define(new AvroSchema(AvroKind.Enum)
        {
            Name = name,
            Aliases = AliasesOf(element, inner),
            Symbols = [.. symbols.Select(Encoding.UTF8.GetBytes)],
            DefaultSymbol = element.TryGetProperty("default", out var fallback) && fallback.ValueKind == JsonValueKind.String
                ? Encoding.UTF8.GetBytes(fallback.GetString()!)
                : null,
        });
    }

    AvroSchema Fixed(JsonElement element, string space)
    {
        var (name, inner) = NameOf(element, space);
        if (!Property(element, "size").TryGetInt32(out var size) || size is < 0 or > FixedBytesMax)
            throw new FormatException($"the size of fixed \"{name}\" must be a number of bytes up to {FixedBytesMax}");
        var (logical, precision, scale) = LogicalOf(AvroKind.Fixed, element, size);
        return Define(new AvroSchema(AvroKind.Fixed)
        {
            Name = name,
            Aliases = AliasesOf(element, inner),
            Size = size,
            Logical = logical,
            Precision = precision,
            Scale = scale,
        });
    }

    static AvroSchema Primitive(AvroKind kind, JsonElement element)
    {
        var (logical, precision, scale) = LogicalOf(kind, element, int.MaxValue);
        return new AvroSchema(kind)
        {
            Logical = logical,
            Precision = precision,
            Scale = scale,
            IsLocal = LogicalName(element)?.StartsWith("local-", StringComparison.Ordinal) == true,
        };
    }

    // A logical type that does not fit its schema is to be ignored.
    static (AvroLogical Logical, int Precision, int Scale) LogicalOf(AvroKind kind, JsonElement element, int size)
    {
        switch (kind, LogicalName(element))
        {
            case (AvroKind.Bytes or AvroKind.Fixed, "decimal"):
                var precision = Number(element, "precision", 0);
                var scale = Number(element, "scale", 0);
                return precision > 0 && scale >= 0 && scale <= precision ? (AvroLogical.Decimal, precision, scale) : default;
            case (AvroKind.Int, "date"):
                return (AvroLogical.Date, 0, 0);
            case (AvroKind.Int, "time-millis"):
                return (AvroLogical.TimeMillis, 0, 0);
            case (AvroKind.Long, "time-micros"):
                return (AvroLogical.TimeMicros, 0, 0);
            case (AvroKind.Long, "timestamp-millis" or "local-timestamp-millis"):
                return (AvroLogical.TimestampMillis, 0, 0);
            case (AvroKind.Long, "timestamp-micros" or "local-timestamp-micros"):
                return (AvroLogical.TimestampMicros, 0, 0);
            case (AvroKind.Long, "timestamp-nanos" or "local-timestamp-nanos"):
                return (AvroLogical.TimestampNanos, 0, 0);
            case (AvroKind.String, "uuid"):
            case (AvroKind.Fixed, "uuid") when size == 16:
                return (AvroLogical.Uuid, 0, 0);
            default:
                return default;
        }
    }

    static string? LogicalName(JsonElement element) =>
        element.TryGetProperty("logicalType", out var logical) && logical.ValueKind == JsonValueKind.String ? logical.GetString() : null;

    AvroSchema Define(AvroSchema schema)
    {
        if (_primitives.ContainsKey(schema.Name) || !_named.TryAdd(schema.Name, schema))
            throw new FormatException($"schema \"{schema.Name}\" is defined twice");
        return schema;
    }

    static (string Name, string Space) NameOf(JsonElement element, string space)
    {
        var name = Text(element, "name");
        var dot = name.LastIndexOf('.');
        if (dot >= 0)
            return (name, name[..dot]);
        if (element.TryGetProperty("namespace", out var own) && own.ValueKind == JsonValueKind.String)
            space = own.GetString()!;
        return (Full(name, space), space);
    }

    static IReadOnlyList<string> AliasesOf(JsonElement element, string space) =>
        [.. Texts(element, "aliases").Select(alias => alias.Contains('.', StringComparison.Ordinal) ? alias : Full(alias, space))];

    static string Full(string name, string space) => space.Length > 0 ? $"{space}.{name}" : name;

    static JsonElement Property(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            ? value
            : throw new FormatException($"a schema has no \"{name}\"");

    static JsonElement Array(JsonElement element, string name) => Property(element, name) is { ValueKind: JsonValueKind.Array } array
        ? array
        : throw new FormatException($"\"{name}\" of a schema is no array");

    static string Text(JsonElement element, string name) => Property(element, name) is { ValueKind: JsonValueKind.String } text
        ? text.GetString()!
        : throw new FormatException($"\"{name}\" of a schema is no string");

    static IReadOnlyList<string> Texts(JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out _))
            return [];
        return [.. Array(element, name).EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String
            ? item.GetString()!
            : throw new FormatException($"\"{name}\" of a schema holds {item.ValueKind}"))];
    }

    static int Number(JsonElement element, string name, int fallback) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)
            ? number
            : fallback;
}
