using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using SqlStream.Client;
using SqlStream.Core.Diagnostics;
using SqlStream.Server.Http;

namespace SqlStream.Server.Security;

/// <summary>Looks at each request before anything else does: the host that it names, the page that sent it, and the token that it brings.</summary>
/// <remarks>A page of another site in a browser on the same machine can send requests to a loopback address, by its number or, with a name of its own that resolves
/// to it, as if it were its own site. Both show in the headers Host, Origin and Sec-Fetch-Site.</remarks>
sealed class RequestGate(ServerOptions options)
{
    const string Scheme = "Bearer ";

    readonly byte[]? _token = options.Token is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(options.Token));
    readonly HashSet<string> _hosts = new(options.HostNames.Append("localhost"), StringComparer.OrdinalIgnoreCase);

    /// <summary>Lets a request pass, or answers it.</summary>
    public async Task InvokeAsync(HttpContext context, Func<Task> next)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        // Who may open the socket of a data directory is said by its file mode.
        if (IsSocket(context))
        {
            await next().ConfigureAwait(false);
            return;
        }
        if (!IsKnownHost(context.Request.Host))
            await Problems.WriteAsync(context, StatusCodes.Status421MisdirectedRequest, Refused($"host \"{context.Request.Host}\" is not one of this server", "Use its address, or start it with --host-name NAME.")).ConfigureAwait(false);
        else if (IsOfAnotherSite(context.Request))
            await Problems.WriteAsync(context, StatusCodes.Status403Forbidden, Refused("requests of pages of other sites are refused", null)).ConfigureAwait(false);
        else if (!IsOpen(context.Request.Path) && !HasToken(context.Request))
            await RefuseAsync(context).ConfigureAwait(false);
        else
            await next().ConfigureAwait(false);
    }

    /// <summary>The request came over the Unix socket.</summary>
    public static bool IsSocket(HttpContext context) => context.Connection.LocalIpAddress is null;

    /// <summary>Routes that need no token: whether the server lives is no secret.</summary>
    public static bool IsOpen(PathString path) => path == "/health/live" || path == "/health/ready";

    static Problem Refused(string title, string? hint) => new() { SqlState = SqlState.InsufficientPrivilege, Title = title, Hint = hint };

    bool IsKnownHost(HostString host) =>
        host.HasValue && (IPAddress.TryParse(host.Host.Trim('[', ']'), out _) || _hosts.Contains(host.Host));

    static bool IsOfAnotherSite(HttpRequest request)
    {
        if (request.Headers.TryGetValue("Sec-Fetch-Site", out var site) && site.ToString() is not ("same-origin" or "none"))
            return true;
        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0 && !(Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }

    // The time that it takes says nothing of how much of a token was right.
    bool HasToken(HttpRequest request)
    {
        if (_token is null)
            return true;
        var header = request.Headers.Authorization;
        if (header.Count != 1 || header[0] is not { } value || !value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        return CryptographicOperations.FixedTimeEquals(_token, SHA256.HashData(Encoding.UTF8.GetBytes(value[Scheme.Length..].Trim())));
    }

    static Task RefuseAsync(HttpContext context)
    {
        context.Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer";
        return Problems.WriteAsync(context, StatusCodes.Status401Unauthorized, new Problem
        {
            SqlState = ServerErrors.InvalidAuthorization,
            Title = "the request brings no valid token",
            Hint = "Send the header 'Authorization: Bearer TOKEN'; the program takes --token-file and SQLSTREAM_TOKEN.",
        });
    }
}
