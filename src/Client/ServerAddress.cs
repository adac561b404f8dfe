using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace SqlStream.Client;

/// <summary>Where a server is, and how it is reached.</summary>
public sealed record ServerAddress
{
    /// <summary>Where it is if nobody says.</summary>
    public const string Default = "http://127.0.0.1:8083";

    /// <summary>The name of the Unix socket in a data directory.</summary>
    public const string SocketName = "control.sock";

    // What the kernel takes for a path of a socket.
    const int SocketPathBytesMax = 100;

    /// <summary>Its URL, such as <c>http://127.0.0.1:8083</c>.</summary>
    public string Url { get; init; } = Default;

    /// <summary>The data directory whose Unix socket is used in place of the URL.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>The token that the server asks for.</summary>
    public string? Token { get; init; }

    /// <summary>A PEM file of authorities to trust, in place of the system's.</summary>
    public string? CertificateAuthority { get; init; }

    /// <summary>A PEM file with the certificate of this client.</summary>
    public string? Certificate { get; init; }

    /// <summary>A PEM file with the key of <see cref="Certificate"/>.</summary>
    public string? Key { get; init; }

    /// <summary>What messages call it.</summary>
    public string Display => DataDirectory is null ? Url : Path.Combine(DataDirectory, SocketName);

    internal HttpClient Open()
    {
        var handler = new SocketsHttpHandler
        {
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = TimeSpan.FromSeconds(10),
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
        };
        if (DataDirectory is { } directory)
            handler.ConnectCallback = (_, cancellation) => ConnectAsync(directory, cancellation);
        if (CertificateAuthority is not null || Certificate is not null)
            handler.SslOptions = Tls();
        var client = new HttpClient(handler)
        {
            BaseAddress = new Uri(DataDirectory is null ? Url.TrimEnd('/') + "/" : "http://localhost/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (Token is { Length: > 0 })
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        return client;
    }

    SslClientAuthenticationOptions Tls()
    {
        var options = new SslClientAuthenticationOptions();
        if (CertificateAuthority is { } authority)
        {
            var trusted = new X509Certificate2Collection();
            trusted.ImportFromPemFile(authority);
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(trusted);
        }
        if (Certificate is { } certificate)
            options.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, Key)];
        return options;
    }

    static async ValueTask<Stream> ConnectAsync(string directory, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await SocketPath.UseAsync(Path.Combine(Path.GetFullPath(directory), SocketName), SocketPathBytesMax,
                path => socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation).AsTask()).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
