using System.Globalization;
using Npgsql;
using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Postgres;

/// <summary>Reads the address of a server: <c>postgres://user:password@host:port/database?sslmode=require</c>, <c>jdbc:postgresql://host:port/database?user=...</c>,
/// or <c>Host=...;Database=...</c>.</summary>
static class PostgresUrl
{
    const string Expected = "an address such as postgres://host:5432/database, jdbc:postgresql://host:5432/database or Host=...;Database=...";

    // The names of libpq and of the JDBC driver, and what each is here.
    static readonly Dictionary<string, string> _parameters = new(StringComparer.OrdinalIgnoreCase)
    {
        ["user"] = "Username",
        ["password"] = "Password",
        ["host"] = "Host",
        ["port"] = "Port",
        ["dbname"] = "Database",
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password",
        ["passfile"] = "Passfile",
        ["application_name"] = "Application Name",
        ["ApplicationName"] = "Application Name",
        ["connect_timeout"] = "Timeout",
        ["connectTimeout"] = "Timeout",
        ["loginTimeout"] = "Timeout",
        ["options"] = "Options",
        ["currentSchema"] = "Search Path",
        ["target_session_attrs"] = "Target Session Attributes",
    };

    // What the JDBC driver does with them has no meaning here.
    static readonly HashSet<string> _ignored = new(StringComparer.OrdinalIgnoreCase)
    {
        "reWriteBatchedInserts", "prepareThreshold", "binaryTransfer", "tcpKeepAlive", "stringtype", "defaultRowFetchSize", "socketTimeout", "autosave",
    };

    /// <summary>Reads an address; 22023 without its secrets if it is none.</summary>
    public static NpgsqlConnectionStringBuilder Read(TableOption option)
    {
        var text = option.Value.Trim();
        try
        {
            if (text.StartsWith("jdbc:", StringComparison.OrdinalIgnoreCase))
            {
                text = text["jdbc:".Length..];
                if (!text.StartsWith("postgresql:", StringComparison.OrdinalIgnoreCase))
                    throw text.Split(':')[0] is { Length: > 0 } kind && kind.All(char.IsAsciiLetterOrDigit) ? PostgresErrors.OtherDatabase(option, kind) : PostgresErrors.Url(option, Expected);
                // jdbc:postgresql:database is short for one on this host.
                if (!text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase))
                    text = "postgresql:///" + text["postgresql:".Length..].TrimStart('/');
            }
            foreach (var scheme in new[] { "postgres://", "postgresql://" })
            {
                if (text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
                    return ReadUri(option, text[scheme.Length..]);
            }
            if (!text.Contains('='))
                throw PostgresErrors.Url(option, Expected);
            return new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException or UriFormatException or InvalidCastException or OverflowException)
        {
            throw PostgresErrors.Url(option, Expected);
        }
    }

    static NpgsqlConnectionStringBuilder ReadUri(TableOption option, string text)
    {
        var builder = new NpgsqlConnectionStringBuilder { Host = "localhost" };
        var query = text.IndexOf('?', StringComparison.Ordinal);
        var place = query < 0 ? text : text[..query];
        var slash = place.IndexOf('/', StringComparison.Ordinal);
        var authority = slash < 0 ? place : place[..slash];
        if (slash >= 0 && slash + 1 < place.Length)
            builder.Database = Uri.UnescapeDataString(place[(slash + 1)..]);
        var at = authority.LastIndexOf('@');
        if (at >= 0)
        {
            var user = authority[..at].Split(':', 2);
            builder.Username = Uri.UnescapeDataString(user[0]);
            if (user.Length > 1)
                builder.Password = Uri.UnescapeDataString(user[1]);
        }
        ReadHosts(builder, authority[(at + 1)..]);
        foreach (var pair in (query < 0 ? "" : text[(query + 1)..]).Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            Set(option, builder, Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "true");
        }
        return builder;
    }

    static void ReadHosts(NpgsqlConnectionStringBuilder builder, string hosts)
    {
        if (hosts.Length == 0)
            return;
        if (hosts.Count('[') != hosts.Count(']'))
            throw new FormatException();
        var colon = hosts.LastIndexOf(':');
        // Several hosts carry their ports with them; of one the port is apart.
        if (!hosts.Contains(',') && colon > hosts.LastIndexOf(']'))
        {
            builder.Port = int.Parse(hosts[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture);
            hosts = hosts[..colon];
        }
        builder.Host = Uri.UnescapeDataString(hosts.Trim('[', ']'));
    }

    static void Set(TableOption option, NpgsqlConnectionStringBuilder builder, string name, string value)
    {
        if (_ignored.Contains(name))
            return;
        try
        {
            if (name.Equals("ssl", StringComparison.OrdinalIgnoreCase))
            {
                if (bool.Parse(value))
                    builder.SslMode = SslMode.Require;
                return;
            }
            if (!_parameters.TryGetValue(name, out var key))
                throw PostgresErrors.UrlParameter(option, name, _parameters.Keys);
            builder[key] = key == "SSL Mode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            throw PostgresErrors.UrlParameterValue(option, name);
        }
    }
}
