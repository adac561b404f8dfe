using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using SqlStream.Connectors.Formats.Avro;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Formats.AvroConfluent;

/// <summary>Asks a schema registry over HTTP. Schemas never change under their number, so each is asked for once. Thread-safe; blocks.</summary>
sealed class RegistryClient : IDisposable
{
    const string ContentType = "application/vnd.schemaregistry.v1+json";
    const int AnswerBytesMax = 16 << 20;
    const int ReferencesMax = 100;

    readonly RegistrySettings _settings;
    readonly HttpClient _http;
    readonly ConcurrentDictionary<int, AvroSchema> _schemas = new();
    readonly ConcurrentDictionary<(string Subject, string Schema), int> _numbers = new();

    public RegistryClient(RegistrySettings settings)
    {
        _settings = settings;
        _http = new HttpClient { Timeout = settings.Timeout, MaxResponseContentBufferSize = AnswerBytesMax };
        _http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue(ContentType));
        if (settings.Authorization is not null)
            _http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", settings.Authorization);
    }

    /// <summary>The schema of a number if it is known here, else null.</summary>
    public AvroSchema? Known(int id) => _schemas.GetValueOrDefault(id);

    /// <summary>The schema of a number, or null and what is wrong with it.</summary>
    public AvroSchema? Fetch(int id, out string? problem, CancellationToken cancellation)
    {
        problem = null;
        if (Known(id) is { } known)
            return known;
        using var answer = Get(string.Create(CultureInfo.InvariantCulture, $"schemas/ids/{id}"), cancellation);
        if (answer is null)
        {
            problem = $"schema {id} is not in the registry";
            return null;
        }
        if (TextOf(answer.RootElement, "schema") is not { } text || (TextOf(answer.RootElement, "schemaType") ?? "AVRO") != "AVRO")
        {
            problem = $"schema {id} of the registry is no Avro schema";
            return null;
        }
        var references = new List<string>();
        CollectReferences(answer.RootElement, references, [], cancellation);
        if (AvroSchemaParser.Parse(text, out var wrong, [.. references]) is not { } schema)
        {
            problem = $"schema {id} of the registry is malformed: {wrong}";
            return null;
        }
        return _schemas.GetOrAdd(id, schema);
    }

    /// <summary>The number of a schema of a subject; it is registered if it is new. Asked once for each.</summary>
    public int Register(string subject, string schema, CancellationToken cancellation)
    {
        if (_numbers.TryGetValue((subject, schema), out var known))
            return known;
        var body = JsonSerializer.Serialize(new Dictionary<string, string> { ["schema"] = schema });
        using var answer = Send(url => new HttpRequestMessage(HttpMethod.Post, new Uri(url, $"subjects/{Uri.EscapeDataString(subject)}/versions"))
        {
            Content = new StringContent(body, Encoding.UTF8, ContentType),
        }, subject, cancellation)!;
        return answer.RootElement.ValueKind == JsonValueKind.Object && answer.RootElement.TryGetProperty("id", out var id)
            && id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out var number)
            ? _numbers.GetOrAdd((subject, schema), number)
            : throw RegistryErrors.Unreachable(_settings.Urls[0], "it answers without a number", null);
    }

    public void Dispose() => _http.Dispose();

    // Schemas that others refer to come first.
    void CollectReferences(JsonElement answer, List<string> texts, HashSet<string> seen, CancellationToken cancellation)
    {
        if (!answer.TryGetProperty("references", out var references) || references.ValueKind != JsonValueKind.Array)
            return;
        foreach (var reference in references.EnumerateArray())
        {
            if (reference.ValueKind != JsonValueKind.Object || TextOf(reference, "subject") is not { } subject
                || !reference.TryGetProperty("version", out var version))
                continue;
            var path = $"subjects/{Uri.EscapeDataString(subject)}/versions/{version.GetRawText()}";
            if (!seen.Add(path) || seen.Count > ReferencesMax)
                continue;
            using var found = Get(path, cancellation);
            if (found is null || TextOf(found.RootElement, "schema") is not { } text)
                continue;
            CollectReferences(found.RootElement, texts, seen, cancellation);
            texts.Add(text);
        }
    }

    static string? TextOf(JsonElement element, string property) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    JsonDocument? Get(string path, CancellationToken cancellation) =>
        Send(url => new HttpRequestMessage(HttpMethod.Get, new Uri(url, path)), null, cancellation);

    // The answer of the first address that gives one; null if there is no such thing.
    JsonDocument? Send(Func<Uri, HttpRequestMessage> request, string? subject, CancellationToken cancellation)
    {
        Exception? failure = null;
        foreach (var url in _settings.Urls)
        {
            try
            {
                return SendOnce(url, request(url), subject, cancellation);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or JsonException
                || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                failure = RegistryErrors.Unreachable(
                    url, e is OperationCanceledException ? $"no answer within {_settings.Timeout.TotalSeconds} s" : e.Message, e);
            }
            catch (ExternalException e)
            {
                failure = e;
            }
        }
        throw failure!;
    }

    JsonDocument? SendOnce(Uri url, HttpRequestMessage request, string? subject, CancellationToken cancellation)
    {
        using var sent = request;
        using var response = _http.Send(request, HttpCompletionOption.ResponseContentRead, cancellation);
        using var content = response.Content.ReadAsStream(cancellation);
        if (response.IsSuccessStatusCode)
            return JsonDocument.Parse(content);
        using var reader = new StreamReader(content);
        var answer = reader.ReadToEnd();
        if (response.StatusCode != HttpStatusCode.NotFound || subject is not null)
            throw RegistryErrors.Refused(url, subject, response.StatusCode, answer);
        // A registry says what is not there; anything else says that there is no registry.
        return answer.Contains("\"error_code\"", StringComparison.Ordinal)
            ? null
            : throw RegistryErrors.Unreachable(url, "there is no registry at the address", null);
    }
}
