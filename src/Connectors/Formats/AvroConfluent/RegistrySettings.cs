using System.Text;
using SqlStream.Core.Connect;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Formats.AvroConfluent;

/// <summary>How a schema registry is reached.</summary>
/// <param name="Urls">Its addresses, without a slash at the end; tried in this order.</param>
/// <param name="Authorization">The header of that name, or null.</param>
/// <param name="Timeout">A request takes no longer.</param>
sealed record RegistrySettings(ValueList<Uri> Urls, string? Authorization, TimeSpan Timeout)
{
    const string Url = "avro-confluent.url";
    const string BasicSource = "avro-confluent.basic-auth.credentials-source";
    const string BasicUser = "avro-confluent.basic-auth.user-info";
    const string BearerSource = "avro-confluent.bearer-auth.credentials-source";
    const string BearerToken = "avro-confluent.bearer-auth.token";
    const string TimeoutKey = "avro-confluent.request-timeout";

    public static IReadOnlyList<OptionDefinition> Definitions { get; } =
    [
        new(Url, null, "Address of the schema registry, or several with commas between them.",
            Aliases: ["avro-confluent.schema-registry.url"]),
        new(BasicSource, "USER_INFO", "Where name and password come from: the option, or the address.", ["USER_INFO", "URL"]),
        new(BasicUser, null, "name:password."),
        new(BearerSource, "STATIC_TOKEN", "Where the token comes from.", ["STATIC_TOKEN"]),
        new(BearerToken, null, "A token that the registry asks for."),
        new(TimeoutKey, "10 s", "A request to the registry takes no longer."),
        new("avro-confluent.ssl.*", null, "Not supported: the certificates that the system trusts are trusted."),
        new("avro-confluent.properties.*", null, "Not supported."),
    ];

    public static RegistrySettings Read(TableOptions options)
    {
        foreach (var option in options.Options)
        {
            if (option.Key.StartsWith("avro-confluent.ssl.", StringComparison.Ordinal))
                throw ConnectorErrors.OptionNotSupported(option, "Add the registry's certificate to those that the system trusts.");
            if (option.Key.StartsWith("avro-confluent.properties.", StringComparison.Ordinal))
                throw ConnectorErrors.OptionNotSupported(option, "Leave the option out.");
        }
        options.RequiredText(Url, "avro-confluent.schema-registry.url");
        var written = options.Find(Url, "avro-confluent.schema-registry.url")!;
        var urls = new List<Uri>();
        foreach (var text in written.Value.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
                throw ConnectErrors.InvalidOptionValue(written, "an address such as http://localhost:8081");
            urls.Add(url);
        }
        var timeout = options.Duration(TimeoutKey, TimeSpan.FromSeconds(10));
        if (timeout <= TimeSpan.Zero || timeout > TimeSpan.FromMinutes(10))
            throw ConnectErrors.InvalidOptionValue(options.Find(TimeoutKey)!, "longer than 0 and at most 10 min");
        return new RegistrySettings([.. urls.Select(WithoutUser)], ReadAuthorization(options, urls), timeout);
    }

    static string? ReadAuthorization(TableOptions options, List<Uri> urls)
    {
        var source = options.Choice(BasicSource, "USER_INFO", "USER_INFO", "URL");
        options.Choice(BearerSource, "STATIC_TOKEN", "STATIC_TOKEN");
        var user = options.Find(BasicUser);
        if (options.Find(BearerToken) is { } token)
            return user is null ? $"Bearer {token.Value}" : throw ConnectorErrors.OptionsExclude(user, BearerToken);
        if (user is not null && !user.Value.Contains(':', StringComparison.Ordinal))
            throw ConnectorErrors.SecretMalformed(user, "name:password");
        var credentials = user?.Value ?? (source == "URL" || options.Find(BasicSource) is null
            ? urls.Select(url => Uri.UnescapeDataString(url.UserInfo)).FirstOrDefault(info => info.Length > 0)
            : null);
        return credentials is null ? null : $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials))}";
    }

    static Uri WithoutUser(Uri url) => new UriBuilder(url) { UserName = "", Password = "" }.Uri;
}
