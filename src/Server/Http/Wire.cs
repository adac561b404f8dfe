using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Server.Http;

/// <summary>Reads requests and writes answers.</summary>
static class Wire
{
    static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The body of a request, for which it has the time of <see cref="ServerLimits.BodyTimeout"/>.</summary>
    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type, T? fallback = null)
        where T : class
    {
        var request = context.Request;
        if (request.ContentLength is 0 || (request.ContentLength is null && !request.Headers.ContainsKey("Transfer-Encoding")))
            return fallback ?? throw ServerErrors.WrongBody("There is none.");
        // Pages of other sites can send text without asking, but not this.
        if (!request.HasJsonContentType())
            throw ServerErrors.WrongBody($"Its content type is '{request.ContentType}'; it must be application/json.");
        var time = context.Features.GetRequiredFeature<ServerLimits>().BodyTimeout;
        using var limit = new CancellationTokenSource(time, TimeProvider.System);
        try
        {
            return await JsonSerializer.DeserializeAsync(request.Body, type, limit.Token).ConfigureAwait(false) ?? throw ServerErrors.WrongBody("It is null.");
        }
        catch (JsonException e)
        {
            throw ServerErrors.WrongBody(TextOf(e));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new BadHttpRequestException($"Its body has not come within {time.TotalSeconds} s.", StatusCodes.Status408RequestTimeout);
        }
    }

    /// <summary>Answers with JSON.</summary>
    public static async Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(value, type);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await Sending.WriteAsync(context, body).ConfigureAwait(false);
    }

    // Without the names of types, which mean nothing to who sent it.
    static string TextOf(JsonException error)
    {
        var place = error.LineNumber is { } line && error.BytePositionInLine is { } position
            ? string.Create(CultureInfo.InvariantCulture, $" (line {line + 1}, byte {position + 1})")
            : "";
        var path = error.Path is null or "$" ? "the body" : error.Path.StartsWith("$.", StringComparison.Ordinal) ? $"'{error.Path[2..]}'" : error.Path;
        if (error.InnerException?.InnerException is DecoderFallbackException)
            return $"The value of {path} is not valid UTF-8{place}.";
        if (error.Message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal))
            return $"The value of {path} has the wrong type{place}.";
        if (error.Message.StartsWith("The JSON property '", StringComparison.Ordinal))
            return $"There is no property '{error.Message.Split('\'')[1]}'.";
        if (error.Message.StartsWith("Duplicate property '", StringComparison.Ordinal))
            return $"The property '{error.Message.Split('\'')[1]}' is there twice.";
        var end = error.Message.IndexOf(" Path:", StringComparison.Ordinal);
        return (end < 0 ? error.Message : error.Message[..end]).TrimEnd('.') + place + ".";
    }

    /// <summary>A part of the path.</summary>
    public static string Part(HttpContext context, string name) => (string)context.Request.RouteValues[name]!;

    /// <summary>A whole number among the query parameters.</summary>
    public static long Number(HttpContext context, string name, long fallback, long min, long max)
    {
        var text = context.Request.Query[name].ToString();
        if (text.Length == 0)
            return fallback;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw ServerErrors.WrongParameter(name, $"a whole number from {min} to {max}", text);
    }

    /// <summary>True or false among the query parameters.</summary>
    public static bool Flag(HttpContext context, string name)
    {
        var text = context.Request.Query[name].ToString();
        return text switch
        {
            "" or "false" => false,
            "true" => true,
            _ => throw ServerErrors.WrongParameter(name, "true or false", text),
        };
    }

    /// <summary>A SQL text that is not longer than allowed, and has no characters that are none.</summary>
    public static SourceText Sql(string? sql, ServerLimits limits)
    {
        if (sql is null)
            throw ServerErrors.WrongBody("It has no 'sql'.");
        if (sql.Length > limits.SqlCharactersMax)
            throw ServerErrors.SqlTooLong(sql.Length, limits.SqlCharactersMax);
        try
        {
            _ = _strict.GetByteCount(sql);
        }
        catch (EncoderFallbackException)
        {
            throw new SqlException(SqlState.CharacterNotInRepertoire, "the statement has half of a character", "Send surrogates in pairs.");
        }
        return new SourceText(sql);
    }
}
