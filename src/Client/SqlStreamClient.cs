using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace SqlStream.Client;

/// <summary>A SqlStream server as a .NET program sees it: one method a route. Thread-safe.</summary>
/// <remarks>What the server refuses is an <see cref="ApiException"/> with SQLSTATE, position, detail and hint.</remarks>
public sealed class SqlStreamClient : IDisposable
{
    readonly HttpClient _http;
    readonly ServerAddress _address;

    /// <summary>Talks to the server at an address.</summary>
    public SqlStreamClient(ServerAddress address)
    {
        _address = address;
        _http = address.Open();
    }

    /// <summary>Where the server is.</summary>
    public ServerAddress Address => _address;

    /// <summary>What the server is.</summary>
    public Task<ServerInfo> InfoAsync(CancellationToken cancellation = default) => GetAsync("v1/info", ApiJson.Wire.ServerInfo, cancellation);

    /// <summary>Opens a session.</summary>
    public Task<SessionInfo> OpenSessionAsync(OpenSessionRequest request, CancellationToken cancellation = default) =>
        PostAsync("v1/sessions", request, ApiJson.Wire.OpenSessionRequest, ApiJson.Wire.SessionInfo, cancellation);

    /// <summary>All sessions.</summary>
    public Task<SessionList> SessionsAsync(CancellationToken cancellation = default) => GetAsync("v1/sessions", ApiJson.Wire.SessionList, cancellation);

    /// <summary>One session; asking for it keeps it open.</summary>
    public Task<SessionInfo> SessionAsync(string session, CancellationToken cancellation = default) =>
        GetAsync($"v1/sessions/{Escape(session)}", ApiJson.Wire.SessionInfo, cancellation);

    /// <summary>The names that statements of a session may use.</summary>
    public Task<VocabularyInfo> VocabularyAsync(string session, CancellationToken cancellation = default) =>
        GetAsync($"v1/sessions/{Escape(session)}/vocabulary", ApiJson.Wire.VocabularyInfo, cancellation);

    /// <summary>Closes a session; its queries end, its jobs go on.</summary>
    public Task CloseSessionAsync(string session, CancellationToken cancellation = default) => DeleteAsync($"v1/sessions/{Escape(session)}", cancellation);

    /// <summary>Submits a statement.</summary>
    public Task<StatementInfo> ExecuteAsync(string session, StatementRequest request, CancellationToken cancellation = default) =>
        PostAsync($"v1/sessions/{Escape(session)}/statements", request, ApiJson.Wire.StatementRequest, ApiJson.Wire.StatementInfo, cancellation);

    /// <summary>Where a statement is.</summary>
    /// <param name="session">Its session.</param>
    /// <param name="statement">The statement.</param>
    /// <param name="waitMs">How long to wait for its end, in milliseconds.</param>
    /// <param name="cancellation">Gives up the request.</param>
    public Task<StatementInfo> StatementAsync(string session, string statement, int waitMs = 0, CancellationToken cancellation = default) =>
        GetAsync($"v1/sessions/{Escape(session)}/statements/{Escape(statement)}?waitMs={waitMs}", ApiJson.Wire.StatementInfo, cancellation);

    /// <summary>A page of the result of a statement.</summary>
    /// <param name="session">Its session.</param>
    /// <param name="statement">The statement.</param>
    /// <param name="cursor">Where the page begins.</param>
    /// <param name="maxRows">Rows at the most.</param>
    /// <param name="waitMs">How long to wait for the first row, in milliseconds.</param>
    /// <param name="cancellation">Gives up the request.</param>
    public Task<ResultPage> ResultsAsync(string session, string statement, long cursor, int maxRows = 1000, int waitMs = 0, CancellationToken cancellation = default) =>
        GetAsync($"v1/sessions/{Escape(session)}/statements/{Escape(statement)}/results?cursor={cursor}&maxRows={maxRows}&waitMs={waitMs}", ApiJson.Wire.ResultPage, cancellation);

    /// <summary>The result of a statement as it comes, by server-sent events.</summary>
    public async IAsyncEnumerable<ResultPage> StreamAsync(
        string session, string statement, long cursor = 0, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"v1/sessions/{Escape(session)}/statements/{Escape(statement)}/events?cursor={cursor}");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        using var response = await SendAsync(request, cancellation).ConfigureAwait(false);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false), Encoding.UTF8);
        await foreach (var (name, data) in ServerEvents.ReadAsync(reader, cancellation).ConfigureAwait(false))
        {
            switch (name)
            {
                case "rows":
                    yield return JsonSerializer.Deserialize(data, ApiJson.Wire.ResultPage)!;
                    break;
                case "error":
                    throw new ApiException(JsonSerializer.Deserialize(data, ApiJson.Wire.Problem)!);
                case "end":
                    yield break;
                default:
                    break;
            }
        }
    }

    /// <summary>Cancels a statement.</summary>
    public Task<StatementInfo> CancelStatementAsync(string session, string statement, CancellationToken cancellation = default) =>
        PostAsync($"v1/sessions/{Escape(session)}/statements/{Escape(statement)}/cancel", null, ApiJson.Wire.StatementInfo, cancellation);

    /// <summary>Forgets a statement; one that runs is canceled.</summary>
    public Task CloseStatementAsync(string session, string statement, CancellationToken cancellation = default) =>
        DeleteAsync($"v1/sessions/{Escape(session)}/statements/{Escape(statement)}", cancellation);

    /// <summary>Submits a script.</summary>
    public Task<ScriptResult> SubmitAsync(ScriptRequest request, CancellationToken cancellation = default) =>
        PostAsync("v1/scripts", request, ApiJson.Wire.ScriptRequest, ApiJson.Wire.ScriptResult, cancellation);

    /// <summary>All jobs.</summary>
    public Task<JobList> JobsAsync(CancellationToken cancellation = default) => GetAsync("v1/jobs", ApiJson.Wire.JobList, cancellation);

    /// <summary>A job, by its id, the beginning of one, or its name.</summary>
    public Task<JobInfo> JobAsync(string job, CancellationToken cancellation = default) => GetAsync($"v1/jobs/{Escape(job)}", ApiJson.Wire.JobInfo, cancellation);

    /// <summary>The tasks of a job.</summary>
    public Task<PlanInfo> PlanAsync(string job, CancellationToken cancellation = default) => GetAsync($"v1/jobs/{Escape(job)}/plan", ApiJson.Wire.PlanInfo, cancellation);

    /// <summary>The last checkpoints of a job.</summary>
    public Task<CheckpointList> CheckpointsAsync(string job, CancellationToken cancellation = default) =>
        GetAsync($"v1/jobs/{Escape(job)}/checkpoints", ApiJson.Wire.CheckpointList, cancellation);

    /// <summary>A checkpoint of a job, with what it holds of each operator.</summary>
    public Task<CheckpointInfo> CheckpointAsync(string job, long checkpoint, CancellationToken cancellation = default) =>
        GetAsync(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"v1/jobs/{Escape(job)}/checkpoints/{checkpoint}"), ApiJson.Wire.CheckpointInfo, cancellation);

    /// <summary>Stops a job with a final checkpoint.</summary>
    public Task<StopResult> StopJobAsync(string job, StopRequest request, CancellationToken cancellation = default) =>
        PostAsync($"v1/jobs/{Escape(job)}/stop", request, ApiJson.Wire.StopRequest, ApiJson.Wire.StopResult, cancellation);

    /// <summary>Ends a job without a checkpoint.</summary>
    public Task<JobInfo> CancelJobAsync(string job, CancellationToken cancellation = default) =>
        PostAsync($"v1/jobs/{Escape(job)}/cancel", null, ApiJson.Wire.JobInfo, cancellation);

    /// <summary>Starts a job again from its last checkpoint.</summary>
    public Task<JobInfo> RestartJobAsync(string job, CancellationToken cancellation = default) =>
        PostAsync($"v1/jobs/{Escape(job)}/restart", null, ApiJson.Wire.JobInfo, cancellation);

    /// <summary>Takes a checkpoint of a job.</summary>
    public Task<CheckpointInfo> CheckpointAsync(string job, CancellationToken cancellation = default) =>
        PostAsync($"v1/jobs/{Escape(job)}/checkpoint", null, ApiJson.Wire.CheckpointInfo, cancellation);

    /// <summary>Takes a savepoint of a job.</summary>
    public Task<CheckpointInfo> SavepointAsync(string job, SavepointRequest request, CancellationToken cancellation = default) =>
        PostAsync($"v1/jobs/{Escape(job)}/savepoint", request, ApiJson.Wire.SavepointRequest, ApiJson.Wire.CheckpointInfo, cancellation);

    /// <summary>Forgets a job that has ended.</summary>
    public Task DeleteJobAsync(string job, bool keepsCheckpoints = false, CancellationToken cancellation = default) =>
        DeleteAsync($"v1/jobs/{Escape(job)}?keepCheckpoints={(keepsCheckpoints ? "true" : "false")}", cancellation);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    static string Escape(string part) => Uri.EscapeDataString(part);

    async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await ReadAsync(request, type, cancellation).ConfigureAwait(false);
    }

    async Task<T> PostAsync<T>(string path, HttpContent? content, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        return await ReadAsync(request, type, cancellation).ConfigureAwait(false);
    }

    async Task<TResponse> PostAsync<TRequest, TResponse>(
        string path, TRequest body, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TResponse> responseType, CancellationToken cancellation)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, requestType));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await PostAsync(path, content, responseType, cancellation).ConfigureAwait(false);
    }

    async Task DeleteAsync(string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, path);
        using var response = await SendAsync(request, cancellation).ConfigureAwait(false);
    }

    async Task<T> ReadAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var response = await SendAsync(request, cancellation).ConfigureAwait(false);
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            return await JsonSerializer.DeserializeAsync(stream, type, cancellation).ConfigureAwait(false) ?? throw NotUnderstood(null);
        }
        catch (JsonException e)
        {
            throw NotUnderstood(e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw NotReached(e);
        }
    }

    async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            throw NotReached(e);
        }
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw new ApiException(await ProblemOfAsync(response, cancellation).ConfigureAwait(false));
    }

    static async Task<Problem> ProblemOfAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var text = await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (response.Content.Headers.ContentType?.MediaType is "application/problem+json" or "application/json"
                && JsonSerializer.Deserialize(text, ApiJson.Wire.Problem) is { } problem)
                return problem with { Status = (int)response.StatusCode };
        }
        catch (JsonException)
        {
            // Said below as what it is.
        }
        return new Problem
        {
            SqlState = response.StatusCode == HttpStatusCode.Unauthorized ? "28000" : "08006",
            Status = (int)response.StatusCode,
            Title = $"the server answered {(int)response.StatusCode} {response.ReasonPhrase}",
            Detail = text.Length is > 0 and < 1000 ? text : null,
        };
    }

    ApiException NotReached(Exception cause) => new(
        new Problem
        {
            SqlState = "08006",
            Title = $"server {_address.Display} cannot be reached",
            Detail = cause.InnerException?.Message ?? cause.Message,
            Hint = _address.DataDirectory is null
                ? "Start it with 'sqlstream server', or name another with --server URL or SQLSTREAM_SERVER."
                : "No process has this data directory open: 'sqlstream run' and 'sqlstream server' do while they run.",
        },
        cause);

    ApiException NotUnderstood(Exception? cause)
    {
        var problem = new Problem { SqlState = "08006", Title = $"the answer of {_address.Display} is not that of a SqlStream server", Detail = cause?.Message };
        return cause is null ? new ApiException(problem) : new ApiException(problem, cause);
    }
}
