using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace SqlStream.Server.Http;

/// <summary>A route of the API: what it is called by, what it takes and gives, and who answers.</summary>
/// <param name="Method">GET, POST or DELETE.</param>
/// <param name="Pattern">Its path.</param>
/// <param name="Summary">What it does, in one line.</param>
/// <param name="Handle">Answers.</param>
sealed record ApiRoute(string Method, string Pattern, string Summary, Func<HttpContext, Task> Handle)
{
    /// <summary>The body that it takes; null for none.</summary>
    public JsonTypeInfo? Request { get; init; }

    /// <summary>The body may be left out.</summary>
    public bool IsBodyOptional { get; init; }

    /// <summary>The body that it gives; null for none.</summary>
    public JsonTypeInfo? Response { get; init; }

    /// <summary>The status of an answer without error.</summary>
    public int Status { get; init; } = StatusCodes.Status200OK;

    /// <summary>The media type of the answer, where it is not JSON.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>Its query parameters: name, type, meaning.</summary>
    public IReadOnlyList<(string Name, string Type, string Meaning)> Parameters { get; init; } = [];

    /// <summary>It answers while the server starts or stops.</summary>
    public bool IsAlwaysReady { get; init; }
}
