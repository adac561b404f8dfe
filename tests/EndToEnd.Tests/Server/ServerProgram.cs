using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.Server;

/// <summary>A server as a process of its own, on a free port, and requests to it.</summary>
sealed class ServerProgram : IDisposable
{
    readonly RunningProgram _program;

    ServerProgram(RunningProgram program, string url, HttpMessageHandler? handler)
    {
        _program = program;
        Url = url;
        Http = new HttpClient(handler ?? new HttpClientHandler()) { BaseAddress = new Uri(url), Timeout = TimeSpan.FromSeconds(60) };
    }

    /// <summary>Where it is.</summary>
    public string Url { get; }

    public RunningProgram Program => _program;

    public HttpClient Http { get; }

    /// <summary>Starts a server whose working directory is that of the test, and waits until it takes requests.</summary>
    public static async Task<ServerProgram> StartAsync(WorkDirectory work, params string[] arguments) => await StartAsync(work, null, arguments);

    public static async Task<ServerProgram> StartAsync(WorkDirectory work, HttpMessageHandler? handler, params string[] arguments) =>
        await StartAsync(work, handler, crash: null, arguments);

    /// <param name="work">Its working directory.</param>
    /// <param name="handler">What sends requests; null for HTTP.</param>
    /// <param name="crash">The crash point at which it is killed.</param>
    /// <param name="arguments">Further arguments.</param>
    public static async Task<ServerProgram> StartAsync(WorkDirectory work, HttpMessageHandler? handler, string? crash, string[] arguments)
    {
        var program = RunningProgram.Start(new ProgramStart
        {
            Arguments = ["server", "--listen", "127.0.0.1:0", "--data", work["data"], "--parallelism", "1", .. arguments],
            WorkingDirectory = work.Path,
            Environment = crash is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["SQLSTREAM_CRASH"] = crash },
        });
        try
        {
            await program.UntilAsync(() => program.Output.Contains('\n', StringComparison.Ordinal), "it said where it listens");
            var url = program.Output.Split(' ', ',').First(word => word.StartsWith("http", StringComparison.Ordinal));
            return new ServerProgram(program, url, handler);
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }

    /// <summary>Sends a request with a body of JSON; the answer as JSON, null where there is none.</summary>
    public async Task<(int Status, JsonNode? Body)> SendAsync(string method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        // What is too large is refused before it is sent.
        request.Headers.ExpectContinue = json is { Length: > 1 << 21 };
        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    /// <summary>As <see cref="SendAsync"/>, for a request that succeeds.</summary>
    public async Task<JsonNode> DoneAsync(string method, string path, string? json = null)
    {
        var (status, body) = await SendAsync(method, path, json);
        Assert.True(status is >= 200 and < 300, $"{method} {path}: {status} {body}\n{_program.Error}");
        return body ?? new JsonObject();
    }

    /// <summary>Opens a session; its path.</summary>
    public async Task<string> SessionAsync() => "/v1/sessions/" + (await DoneAsync("POST", "/v1/sessions"))["id"];

    /// <summary>Executes a statement in a session.</summary>
    public Task<(int Status, JsonNode? Body)> SqlAsync(string session, string sql, string more = "") =>
        SendAsync("POST", session + "/statements", $"{{\"sql\":{JsonSerializer.Serialize(sql)}{more}}}");

    /// <summary>The rows that a statement of a session gives at once.</summary>
    public async Task<string> RowsAsync(string session, string sql)
    {
        var (status, body) = await SqlAsync(session, sql, ",\"waitMs\":20000");
        Assert.True(status == 201, $"{sql}: {status} {body}");
        return body!["results"]?["rows"]?.ToJsonString() ?? "";
    }

    /// <summary>Submits a script; the ids of its jobs.</summary>
    public async Task<IReadOnlyList<string>> SubmitAsync(string sql)
    {
        var body = await DoneAsync("POST", "/v1/scripts", $"{{\"sql\":{JsonSerializer.Serialize(sql)}}}");
        return [.. body["jobs"]!.AsArray().Select(job => (string)job!["id"]!)];
    }

    /// <summary>Waits until a job has a status.</summary>
    public async Task UntilJobAsync(string job, string status)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        JsonNode now;
        while ((string)(now = await DoneAsync("GET", "/v1/jobs/" + job))["status"]! != status)
        {
            Assert.False(limit.IsCancellationRequested, $"job is not {status}: {now}\n{_program.Error}");
            await tick.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    public void Dispose()
    {
        Http.Dispose();
        _program.Dispose();
    }
}
