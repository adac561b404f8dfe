using System.Net;

namespace SqlStream.Server.Security;

/// <summary>Holds the options of a server against what is safe, before it listens.</summary>
static class AccessRules
{
    /// <summary>Characters of a token at the least.</summary>
    public const int TokenCharactersMin = 16;

    /// <summary>Raises what is not safe.</summary>
    public static void Check(ServerOptions options)
    {
        if (options.Token is { } token && token.Length < TokenCharactersMin)
            throw ServerErrors.TokenTooShort(TokenCharactersMin);
        var isMutual = options.Certificate is not null && options.ClientAuthority is not null;
        if (!IPAddress.IsLoopback(options.Listen.Address) && options.Token is null && !isMutual)
            throw ServerErrors.NeedsAuthentication(options.Listen.Address);
    }
}
