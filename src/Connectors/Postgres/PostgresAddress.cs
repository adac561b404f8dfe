using Npgsql;
using SqlStream.Core.Connect;
using SqlStream.Core.Files;

namespace SqlStream.Connectors.Postgres;

/// <summary>Where a server is, and as whom to come to it.</summary>
sealed class PostgresAddress
{
    const int TimeoutSeconds = 10;
    const int KeepAliveSeconds = 30;
    const int BufferBytes = 64 << 10;

    readonly Lazy<NpgsqlDataSource> _source;

    PostgresAddress(NpgsqlConnectionStringBuilder builder, string? passwordFile)
    {
        builder.Pooling = false;
        builder.Enlist = false;
        builder.CommandTimeout = 0;
        builder.IncludeErrorDetail = true;
        builder.ReadBufferSize = BufferBytes;
        builder.WriteBufferSize = BufferBytes;
        if (!builder.ShouldSerialize("Timeout"))
            builder.Timeout = TimeoutSeconds;
        if (!builder.ShouldSerialize("Keepalive"))
            builder.KeepAlive = KeepAliveSeconds;
        if (builder.Database is null or "")
            builder.Database = builder.Username;
        _source = new Lazy<NpgsqlDataSource>(() => Build(builder.ConnectionString, passwordFile));
        Host = builder.Host?.Contains(',') == true ? builder.Host : $"{builder.Host}:{builder.Port}";
        Database = builder.Database ?? "";
    }

    /// <summary>Host and port.</summary>
    public string Host { get; }

    /// <summary>The database.</summary>
    public string Database { get; }

    public static IReadOnlyList<OptionDefinition> Definitions { get; } =
    [
        new("url", null, "The server and the database: postgres://host:5432/database, jdbc:postgresql://host:5432/database or Host=...;Database=...", Aliases: ["base-url"]),
        new("database", null, "The database; instead of the one in the address."),
        new("username", null, "The user; instead of the one in the address."),
        new("password", null, "The password; instead of the one in the address."),
        new("password-file", null, "A file that holds the password; read at each connection."),
        new("connection.max-retry-timeout", "10 s", "How long one attempt to connect may take."),
    ];

    /// <summary>Reads the options; 22023 for those that cannot work, 42501 for a file outside the directories that may be used.</summary>
    public static PostgresAddress Read(TableOptions options, FileRoots files, string? database = null)
    {
        options.RequiredText("url", "base-url");
        var url = options.Find("url", "base-url")!;
        var builder = PostgresUrl.Read(url);
        foreach (var path in new[] { builder.Passfile, builder.RootCertificate, builder.SslCertificate, builder.SslKey })
        {
            if (!string.IsNullOrEmpty(path))
                files.Check(path, url.Span);
        }
        if (options.Text("username") is { } user)
            builder.Username = user;
        if (options.Text("password") is { } password)
            builder.Password = password;
        if ((database ?? options.Text("database")) is { } named)
            builder.Database = named;
        if (options.Find("connection.max-retry-timeout") is not null)
            builder.Timeout = (int)Math.Clamp(options.Duration("connection.max-retry-timeout", TimeSpan.Zero).TotalSeconds, 1, 60);
        var file = options.Find("password-file");
        if (file is not null && options.Find("password") is not null)
            throw ConnectorErrors.OptionsExclude(file, "password");
        return new PostgresAddress(builder, file?.Value);
    }

    /// <summary>A connection that is not open.</summary>
    public NpgsqlConnection Create() => _source.Value.CreateConnection();

    /// <summary>Without a secret.</summary>
    public override string ToString() => $"{Host}/{Database}";

    // Connections are not pooled, so that there is nothing to dispose of.
    static NpgsqlDataSource Build(string connectionString, string? passwordFile)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        // What types there are need not be asked: everything that is read or written is of one that is built in.
        builder.ConfigureTypeLoading(loading => loading.EnableTypeLoading(false));
        KeyArrays.AddTo(builder);
        if (passwordFile is not null)
            builder.UsePasswordProvider(_ => ReadPassword(passwordFile), (_, _) => new ValueTask<string>(ReadPassword(passwordFile)));
        return builder.Build();
    }

    static string ReadPassword(string path)
    {
        try
        {
            return File.ReadAllText(path).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw PostgresErrors.PasswordFile(path, e);
        }
    }
}
