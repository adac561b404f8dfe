using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.Server;

/// <summary>Who may do what with a server, and what becomes of requests that are none.</summary>
public sealed class SecurityTests
{
    const string Token = "correct-horse-battery-staple";

    [Fact]
    public async Task Every_route_but_health_asks_for_the_token()
    {
        using var work = new WorkDirectory();
        work.Write("token", Token + "\n");
        using var server = await ServerProgram.StartAsync(work, "--token-file", "token");
        server.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        var document = await server.DoneAsync("GET", "/v1/openapi.json");
        Assert.Equal("bearer", (string)document["components"]!["securitySchemes"]!["token"]!["scheme"]!);
        var routes = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(operation => (Path: path.Key, Method: operation.Key.ToUpperInvariant())))
            .Append((Path: "/v1/openapi.json", Method: "GET")).Append((Path: "/nix", Method: "GET")).ToList();
        Assert.True(routes.Count > 20, $"{routes.Count}");
        foreach (var wrong in new[] { null, "Bearer wrong", "Bearer ", "Bearer " + Token + "x", "Bearer " + Token[..^1], "Basic " + Token, Token })
        {
            server.Http.DefaultRequestHeaders.Remove("Authorization");
            if (wrong is not null)
                server.Http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", wrong);
            foreach (var (path, method) in routes)
            {
                var (status, body) = await server.SendAsync(method, path);
                if (path is "/health/live" or "/health/ready")
                    Assert.Equal(200, status);
                else
                    Assert.Equal("401 28000", $"{status} {body!["sqlState"]}");
            }
        }
        // The program takes the token as the server does; the socket in the data directory needs none.
        var refused = await RunningProgram.RunAsync(new ProgramStart { Arguments = ["jobs", "list", "--server", server.Url] });
        refused.Exits(1).Says("ERROR 28000: the request brings no valid token");
        var start = new ProgramStart { Arguments = ["jobs", "list", "--server", server.Url], Environment = new Dictionary<string, string> { ["SQLSTREAM_TOKEN"] = Token } };
        (await RunningProgram.RunAsync(start)).Exits(0);
        (await RunningProgram.RunAsync(new ProgramStart { Arguments = ["jobs", "list", "--data", work["data"]] })).Exits(0);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(work["data/control.sock"]));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(work["data/jobs"]));
        }
        // Neither the token nor what is kept of jobs can be read as a table.
        server.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        var session = await server.SessionAsync();
        foreach (var path in new[] { "token", "data/jobs", "data/sessions", "data/lease.json" })
            Assert.Equal(403, await ReadAsync(server, session, work[path]));
    }

    [Fact]
    public async Task Pages_of_other_sites_get_nothing()
    {
        using var work = new WorkDirectory();
        using var server = await ServerProgram.StartAsync(work);
        async Task<int> Status(string header, string value)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/jobs");
            request.Headers.TryAddWithoutValidation(header, value);
            using var response = await server.Http.SendAsync(request);
            Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
            return (int)response.StatusCode;
        }

        Assert.Equal(421, await Status("Host", "rebound.example.com"));
        Assert.Equal(421, await Status("Host", "127.0.0.1.example.com:8083"));
        Assert.Equal(200, await Status("Host", "localhost:8083"));
        Assert.Equal(403, await Status("Origin", "http://example.com"));
        Assert.Equal(403, await Status("Origin", "null"));
        Assert.Equal(403, await Status("Sec-Fetch-Site", "cross-site"));
        Assert.Equal(200, await Status("Origin", server.Url));
    }

    [Fact]
    public async Task Other_addresses_need_a_token_or_certificates()
    {
        using var work = new WorkDirectory();
        Task<ProgramResult> Start(params string[] more) => RunningProgram.RunAsync(new ProgramStart { Arguments = ["server", "--listen", "0.0.0.0:0", "--data", work["data"], .. more] });
        (await Start()).Exits(1).Says("ERROR 22023: a server on 0.0.0.0 needs a token or certificates of its clients", "HINT: Give --token-file");
        work.Write("short", "abc");
        (await Start("--token-file", work["short"])).Exits(1).Says("ERROR 22023: a token must have at least 16 characters");
        (await Start("--tls-cert", "x")).Exits(2);
        Assert.False(Directory.Exists(work["data"]));
        // With certificates: only clients that have one of the right authority get in.
        using var authority = Authority("authority");
        using var stranger = Authority("stranger");
        WriteSigned(work, authority, "server", isServer: true);
        WriteSigned(work, authority, "client", isServer: false);
        WriteSigned(work, stranger, "other", isServer: false);
        work.Write("authority.pem", authority.ExportCertificatePem());
        string[] tls = ["--tls-cert", work["server.pem"], "--tls-key", work["server.key"], "--client-ca", work["authority.pem"]];
        using var server = await ServerProgram.StartAsync(work, tls);
        Assert.StartsWith("https://", server.Url, StringComparison.Ordinal);
        Task<ProgramResult> Jobs(string name) => RunningProgram.RunAsync(new ProgramStart
        {
            Arguments = ["jobs", "list", "--server", server.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal), "--tls-ca", work["authority.pem"], "--tls-cert", work[name + ".pem"], "--tls-key", work[name + ".key"]],
        });
        (await Jobs("client")).Exits(0);
        (await Jobs("other")).Exits(4).Says("ERROR 08006");
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => server.Http.GetAsync("/v1/jobs"));
    }

    [Fact]
    public async Task Paths_stay_below_the_roots()
    {
        using var work = new WorkDirectory();
        work.Write("in/a.txt", "inside\n");
        using var outside = new WorkDirectory();
        outside.Write("secret.txt", "outside\n");
        outside.Write("dir/secret.txt", "outside\n");
        File.CreateSymbolicLink(work["in/link.txt"], outside["secret.txt"]);
        Directory.CreateSymbolicLink(work["linked"], outside["dir"]);
        Directory.CreateSymbolicLink(work["dangling"], outside["new"]);
        Directory.CreateDirectory(work["only"]);
        File.CreateSymbolicLink(work["only/link.txt"], outside["secret.txt"]);
        Directory.CreateSymbolicLink(work["up"], work["in"]);
        using var server = await ServerProgram.StartAsync(work);
        var session = await server.SessionAsync();
        Assert.Equal(201, await ReadAsync(server, session, work["in/a.txt"]));
        Assert.Equal(201, await ReadAsync(server, session, "in/a.txt"));
        Assert.Equal(201, await ReadAsync(server, session, "up/a.txt"));
        Assert.Equal(201, await ReadAsync(server, session, "file://" + work["in/a.txt"]));
        string[] refused =
        [
            "/etc/passwd", "/", "..", "../x", "in/../../x", "linked", "linked/secret.txt", "in/link.txt", "only", "up/../../etc/passwd", work["in"] + "/../../../etc/passwd",
            "file:///etc/passwd", "file://" + work["linked"] + "/secret.txt", "file:///%2e%2e/etc/passwd", "FILE:///etc/passwd", "/proc/self/environ", outside["secret.txt"],
            work.Path + "-other", "//etc/passwd", "./../../etc", "dangling",
        ];
        foreach (var path in refused)
            Assert.True(await ReadAsync(server, session, path) is 403 or 400, path);
        // Sinks, dead letters, catalogs, checkpoints, savepoints and what client libraries open.
        string[] statements =
        [
            "CREATE TEMPORARY TABLE o1 (a STRING) WITH ('connector' = 'filesystem', 'path' = 'dangling', 'format' = 'csv')| INSERT INTO o1 VALUES ('x')",
            "CREATE TEMPORARY TABLE o2 (a STRING) WITH ('connector' = 'filesystem', 'path' = 'in', 'format' = 'json', 'bad-data' = 'dead-letter', 'dead-letter.path' = '/tmp/letters')| SELECT * FROM o2",
            "CREATE CATALOG c WITH ('type' = 'filesystem', 'path' = '/tmp/catalog')",
            "CREATE TEMPORARY FUNCTION f AS 'X' LANGUAGE CSHARP USING ASSEMBLY 'in/a.dll'",
            "SET 'execution.checkpointing.dir' = '/tmp/checkpoints'",
            "SET 'execution.checkpointing.savepoint-dir' = '/tmp/savepoints'",
            "CREATE TEMPORARY TABLE k (a STRING) WITH ('connector' = 'kafka', 'topic' = 't', 'format' = 'raw', 'properties.bootstrap.servers' = 'localhost:1', 'properties.ssl.ca.location' = '/etc/passwd')| SELECT * FROM k",
            "CREATE TEMPORARY TABLE k2 (a STRING) WITH ('connector' = 'kafka', 'topic' = 't', 'format' = 'raw', 'properties.bootstrap.servers' = 'localhost:1', 'properties.plugin.library.paths' = 'in/x')| SELECT * FROM k2",
            "CREATE TEMPORARY TABLE p (a INT) WITH ('connector' = 'postgres', 'url' = 'postgres://localhost:1/x', 'table-name' = 't', 'password-file' = '/etc/passwd')| SELECT * FROM p",
            "CREATE TEMPORARY TABLE p2 (a INT) WITH ('connector' = 'postgres', 'url' = 'postgres://localhost:1/x?p%61ssfile=/etc/passwd', 'table-name' = 't')| SELECT * FROM p2",
            "CREATE CATALOG pg WITH ('type' = 'postgres', 'url' = 'Host=localhost;Port=1;Database=x;Passfile=/etc/passwd')",
            "CREATE TEMPORARY TABLE t (a STRING) WITH ('connector' = 'filesystem', 'path' = 'in', 'format' = 'raw')| SELECT * FROM t /*+ OPTIONS('path' = '/etc/passwd') */",
        ];
        foreach (var statement in statements)
        {
            var (status, body) = (201, (JsonNode?)null);
            foreach (var part in statement.Split('|'))
            {
                if (status == 201)
                    (status, body) = await server.SqlAsync(session, part);
            }
            Assert.True(status is 403, $"{statement}: {status} {body}");
        }
        Assert.Empty(Directory.Exists(outside["new"]) ? [outside["new"]] : Array.Empty<string>());
    }

    [Fact]
    public async Task Bytes_that_are_no_requests_and_crowds_of_clients_harm_nobody()
    {
        using var work = new WorkDirectory();
        using var server = await ServerProgram.StartAsync(work);
        var port = new Uri(server.Url).Port;
        var long1 = new string('x', 20_000);
        byte[][] garbage =
        [
            [0, 1, 2, 3, 255, 254, 13, 10, 13, 10], [0x16, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3], Encoding.ASCII.GetBytes("GET\r\n\r\n"), Encoding.ASCII.GetBytes("GET /v1/jobs HTTP/9.9\r\n\r\n"),
            Encoding.ASCII.GetBytes($"GET /{long1} HTTP/1.1\r\nHost: localhost\r\n\r\n"), Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: localhost\r\nX: {long1}{long1}\r\n\r\n"),
            Encoding.ASCII.GetBytes("POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n{"),
            Encoding.ASCII.GetBytes("POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}"),
            Encoding.ASCII.GetBytes("POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"),
            Encoding.ASCII.GetBytes("GET /v1/jobs HTTP/1.1\r\n\r\n"), Encoding.ASCII.GetBytes("GET /v1/jobs HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
            Encoding.ASCII.GetBytes("GET /v1/../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n"), Encoding.ASCII.GetBytes("GET /v1/jobs/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ];
        foreach (var bytes in garbage)
        {
            var answer = await AnswerAsync(port, bytes);
            // Refused, cut off, or answered in the protocol that it tried to speak, but never served.
            Assert.False(answer.StartsWith("HTTP/1.1 2", StringComparison.Ordinal) || answer.StartsWith("HTTP/1.1 5", StringComparison.Ordinal) && !answer.StartsWith("HTTP/1.1 505", StringComparison.Ordinal)
                || answer.Contains("root:", StringComparison.Ordinal), $"{Encoding.ASCII.GetString(bytes, 0, Math.Min(bytes.Length, 100))}: {answer}");
        }
        // Byte by byte is as good as at once; what comes behind a request does not spoil its answer.
        var request = Encoding.ASCII.GetBytes("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
        using (var single = new TcpClient { NoDelay = true })
        {
            await single.ConnectAsync(IPAddress.Loopback, port);
            foreach (var one in request)
                await single.GetStream().WriteAsync(new[] { one });
            await single.GetStream().WriteAsync("\0garbage\r\n\r\n"u8.ToArray());
            using var reader = new StreamReader(single.GetStream());
            var answer = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
            Assert.Matches("^HTTP/1.1 200 OK[^{]*{\"status\":\"ok\"}HTTP/1.1 400 ", answer);
        }
        var many = new List<TcpClient>();
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            // More connections than the server takes: those beyond are closed at once, and the socket of the data directory answers.
            for (var i = 0; i < 1100; i++)
            {
                var client = new TcpClient();
                many.Add(client);
                await client.ConnectAsync(IPAddress.Loopback, port, limit.Token);
            }
            (await RunningProgram.RunAsync(new ProgramStart { Arguments = ["jobs", "list", "--data", work["data"]] })).Exits(0);
        }
        finally
        {
            many.ForEach(client => client.Dispose());
        }
        Assert.Equal(200, (await server.SendAsync("GET", "/health/ready")).Status);
        Assert.False(server.Program.HasExited);
    }

    static async Task<string> AnswerAsync(int port, byte[] bytes)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, limit.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(bytes, limit.Token);
        client.Client.Shutdown(SocketShutdown.Send);
        using var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer, limit.Token);
        }
        catch (IOException)
        {
            // It was cut off, which is an answer, too.
        }
        return Encoding.UTF8.GetString(answer.ToArray());
    }

    // The status of reading a file as a table: of the statement, or of what it failed with on its way.
    static async Task<int> ReadAsync(ServerProgram server, string session, string path)
    {
        await server.SqlAsync(session, "DROP TEMPORARY TABLE IF EXISTS file");
        var (status, body) = await server.SqlAsync(session, $"CREATE TEMPORARY TABLE file (line STRING) WITH ('connector' = 'filesystem', 'path' = '{path}', 'format' = 'raw')");
        if (status == 201)
            (status, body) = await server.SqlAsync(session, "SELECT * FROM file", ",\"waitMs\":20000");
        Assert.DoesNotContain("outside", body?["results"]?["rows"]?.ToJsonString() ?? "", StringComparison.Ordinal);
        return status;
    }

    static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    static void WriteSigned(WorkDirectory work, X509Certificate2 authority, string name, bool isServer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(isServer ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2")], false));
        using var signed = request.Create(authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(12), [1, 2, 3, (byte)name.Length]);
        work.Write(name + ".pem", signed.ExportCertificatePem());
        work.Write(name + ".key", key.ExportPkcs8PrivateKeyPem());
    }
}
