using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using SqlStream.Client;

namespace SqlStream.Server.Http;

/// <summary>The description of the API as OpenAPI 3.1, made from the table of its routes and the JSON that they read and write.</summary>
static partial class OpenApiDocument
{
    /// <summary>The document.</summary>
    /// <param name="routes">The routes.</param>
    /// <param name="version">Version of the engine.</param>
    /// <param name="needsToken">Requests bring a token.</param>
    public static byte[] Write(IReadOnlyList<ApiRoute> routes, string version, bool needsToken)
    {
        var schemas = new JsonObject();
        Add(schemas, ApiJson.Wire.Problem);
        var paths = new JsonObject();
        foreach (var group in routes.GroupBy(route => route.Pattern))
        {
            var path = new JsonObject();
            foreach (var route in group)
                path[route.Method.ToLowerInvariant()] = Operation(route, schemas);
            paths[group.Key] = path;
        }
        var components = new JsonObject { ["schemas"] = schemas };
        var document = new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject { ["title"] = "SqlStream", ["version"] = version, ["description"] = "Streaming SQL with exactly-once results." },
            ["paths"] = paths,
            ["components"] = components,
        };
        if (needsToken)
        {
            components["securitySchemes"] = new JsonObject { ["token"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" } };
            document["security"] = new JsonArray(new JsonObject { ["token"] = new JsonArray() });
        }
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            document.WriteTo(json);
        return buffer.ToArray();
    }

    static JsonObject Operation(ApiRoute route, JsonObject schemas)
    {
        var operation = new JsonObject { ["summary"] = route.Summary };
        var parameters = new JsonArray();
        foreach (Match part in PathPart().Matches(route.Pattern))
            parameters.Add(Parameter(part.Groups[1].Value, "path", "string", null));
        foreach (var (name, type, meaning) in route.Parameters)
            parameters.Add(Parameter(name, "query", type, meaning));
        if (parameters.Count > 0)
            operation["parameters"] = parameters;
        if (route.Request is { } request)
        {
            operation["requestBody"] = new JsonObject { ["required"] = !route.IsBodyOptional, ["content"] = Content("application/json", Add(schemas, request)) };
        }
        var done = new JsonObject { ["description"] = route.Summary };
        if (route.Response is { } response)
            done["content"] = Content(route.ContentType, Add(schemas, response));
        else if (route.Status != 204)
            done["content"] = Content(route.ContentType, new JsonObject { ["type"] = "string" });
        operation["responses"] = new JsonObject
        {
            [route.Status.ToString(CultureInfo.InvariantCulture)] = done,
            ["default"] = new JsonObject { ["description"] = "what was wrong, as RFC 9457 has it", ["content"] = Content("application/problem+json", Reference("Problem")) },
        };
        return operation;
    }

    static JsonObject Parameter(string name, string place, string type, string? meaning)
    {
        var parameter = new JsonObject { ["name"] = name, ["in"] = place, ["schema"] = new JsonObject { ["type"] = type } };
        if (place == "path")
            parameter["required"] = true;
        if (meaning is not null)
            parameter["description"] = meaning;
        return parameter;
    }

    static JsonObject Content(string mediaType, JsonNode schema) => new() { [mediaType] = new JsonObject { ["schema"] = schema } };

    static JsonObject Reference(string name) => new() { ["$ref"] = $"#/components/schemas/{name}" };

    static JsonObject Add(JsonObject schemas, JsonTypeInfo type)
    {
        var name = type.Type.Name;
        if (!schemas.ContainsKey(name))
        {
            schemas[name] = new JsonObject();
            schemas[name] = Moved(type.GetJsonSchemaAsNode(new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true }), $"#/components/schemas/{name}");
        }
        return Reference(name);
    }

    // References within a schema are to its own root, which is elsewhere in the document.
    static JsonNode Moved(JsonNode schema, string place)
    {
        foreach (var reference in References(schema).ToList())
            reference["$ref"] = place + reference["$ref"]!.GetValue<string>().TrimStart('#');
        return schema;
    }

    static IEnumerable<JsonObject> References(JsonNode? node) => node switch
    {
        JsonObject one => one.SelectMany(property => References(property.Value)).Concat(one["$ref"] is JsonValue ? [one] : []),
        JsonArray many => many.SelectMany(References),
        _ => [],
    };

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex PathPart();
}
