using System.Net;
using System.Text.Json;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Formats.AvroConfluent;

/// <summary>The messages about schema registries.</summary>
static class RegistryErrors
{
    const int DetailMax = 500;

    public static ExternalException Unreachable(Uri url, string reason, Exception? cause) =>
        new($"schema registry \"{url}\" cannot be used: {reason}", Retry.Backoff, SqlState.IoError, cause,
            "Check that it runs, and the option 'avro-confluent.url'; the job goes on by itself.");

    /// <summary>What a status means that says no.</summary>
    public static Exception Refused(Uri url, string? subject, HttpStatusCode status, string? answer) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new SqlException(
            SqlState.InsufficientPrivilege, $"schema registry \"{url}\" refuses access",
            "Check the options 'avro-confluent.basic-auth.*' and 'avro-confluent.bearer-auth.*'.", DetailOf(answer)),
        HttpStatusCode.Conflict => new SqlException(
            SqlState.DatatypeMismatch, $"the schema of subject \"{subject}\" is not compatible with those before it",
            "Change the table, the option 'avro-confluent.schema', or the compatibility of the subject.", DetailOf(answer)),
        HttpStatusCode.NotFound or HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest => new SqlException(
            SqlState.InvalidParameterValue, $"schema registry \"{url}\" does not take the schema of subject \"{subject}\"",
            "Check the options 'avro-confluent.url' and 'avro-confluent.schema'.", DetailOf(answer)),
        _ => Unreachable(url, $"it answers with status {(int)status}", null),
    };

    static string? DetailOf(string? answer)
    {
        if (string.IsNullOrEmpty(answer))
            return null;
        try
        {
            using var document = JsonDocument.Parse(answer);
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("message", out var message)
                && message.ValueKind == JsonValueKind.String)
                answer = message.GetString()!;
        }
        catch (JsonException)
        {
            // The text itself is the detail.
        }
        return $"The registry says: {answer[..Math.Min(answer.Length, DetailMax)]}";
    }
}
