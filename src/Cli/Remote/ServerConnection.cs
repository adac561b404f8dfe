using System.CommandLine;
using SqlStream.Cli.Commands;
using SqlStream.Client;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Cli.Remote;

/// <summary>The options that say which server a command talks to.</summary>
sealed class ServerConnection
{
    /// <summary>The environment variable with the URL.</summary>
    public const string UrlVariable = "SQLSTREAM_SERVER";

    /// <summary>The environment variable with the token.</summary>
    public const string TokenVariable = "SQLSTREAM_TOKEN";

    readonly Option<string?> _server = new("--server") { Description = $"the server (default ${UrlVariable}, else {ServerAddress.Default})", HelpName = "URL", Arity = ArgumentArity.ZeroOrOne };
    readonly Option<string?> _token = new("--token-file") { Description = $"a file with the token that the server asks for (default ${TokenVariable})", HelpName = "FILE" };
    readonly Option<string?> _authority = new("--tls-ca") { Description = "a PEM file of authorities to trust, in place of the system's", HelpName = "FILE" };
    readonly Option<string?> _certificate = new("--tls-cert") { Description = "a PEM file with a certificate for this client", HelpName = "FILE" };
    readonly Option<string?> _key = new("--tls-key") { Description = "a PEM file with the key of --tls-cert", HelpName = "FILE" };
    readonly Option<string?>? _data;

    public ServerConnection(Option<string?>? data = null) => _data = data;

    /// <summary>The options.</summary>
    public IEnumerable<Option> Options => [_server, _token, _authority, _certificate, _key];

    /// <summary>A server was named on the command line.</summary>
    public bool IsGiven(System.CommandLine.Parsing.CommandResult parsed) => parsed.GetResult(_server) is not null;

    /// <summary>The address that the command line and the environment give.</summary>
    public ServerAddress Address(System.CommandLine.ParseResult parsed)
    {
        var directory = _data is null ? null : parsed.GetValue(_data);
        if (directory is not null)
            return new ServerAddress { DataDirectory = directory };
        var url = parsed.GetValue(_server) ?? Environment.GetEnvironmentVariable(UrlVariable) ?? ServerAddress.Default;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new SqlException(SqlState.InvalidParameterValue, $"--server must be a URL, not '{url}'", $"For example {ServerAddress.Default}.");
        return new ServerAddress
        {
            Url = url,
            Token = Token(parsed.GetValue(_token)),
            CertificateAuthority = parsed.GetValue(_authority),
            Certificate = parsed.GetValue(_certificate),
            Key = parsed.GetValue(_key),
        };
    }

    /// <summary>The token of a file or of the environment; null where there is none.</summary>
    public static string? Token(string? path)
    {
        if (path is null)
            return Environment.GetEnvironmentVariable(TokenVariable) is { Length: > 0 } token ? token.Trim() : null;
        return CommonOptions.ReadFile(path).Text.Trim() is { Length: > 0 } text
            ? text
            : throw new SqlException(SqlState.InvalidParameterValue, $"token file \"{path}\" is empty");
    }
}
