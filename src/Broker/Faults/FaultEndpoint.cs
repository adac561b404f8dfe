using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using SqlStream.Broker.Protocol;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Broker.Faults;

/// <summary>Lets a test in another process plan faults and put the clock forward, by HTTP with JSON bodies. Not for production, as little as the
/// broker itself: whoever reaches it can do anything.</summary>
/// <remarks><c>POST /faults</c>, <c>GET /faults</c>, <c>DELETE /faults</c>, <c>POST /clock</c>, <c>/disconnect</c>, <c>/leader</c>,
/// <c>/coordinator</c>, <c>/truncate</c>, <c>/versions</c>. The listener of the framework's base suffices here, so that the program does not
/// load the web server.</remarks>
public sealed class FaultEndpoint : IAsyncDisposable
{
    const int BodyBytesMax = 64 * 1024;
    static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter() },
    };

    readonly HttpListener _listener = new();
    readonly KafkaBroker _broker;
    readonly Task _serving;

    FaultEndpoint(KafkaBroker broker, IPEndPoint listen)
    {
        _broker = broker;
        _listener.Prefixes.Add($"http://{listen}/");
        try
        {
            _listener.Start();
        }
        catch (HttpListenerException e)
        {
            throw BrokerErrors.CannotListen(listen.ToString(), e);
        }
        _serving = ServeAsync();
    }

    /// <summary>Starts to serve on an address whose port is not 0.</summary>
    /// <exception cref="ExternalException">The address cannot be used.</exception>
    public static FaultEndpoint Start(KafkaBroker broker, IPEndPoint listen)
    {
        ArgumentNullException.ThrowIfNull(listen);
        return new FaultEndpoint(broker, listen);
    }

    /// <summary>Stops serving; planned faults stay.</summary>
    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving.ConfigureAwait(false);
    }

    async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                var context = await _listener.GetContextAsync().ConfigureAwait(false);
                await AnswerAsync(context).ConfigureAwait(false);
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
            {
                if (!_listener.IsListening)
                    return;
            }
        }
    }

    async Task AnswerAsync(HttpListenerContext context)
    {
        var status = HttpStatusCode.OK;
        string text;
        try
        {
            text = Do(context.Request.HttpMethod, context.Request.Url?.AbsolutePath ?? "/", await ReadAsync(context.Request).ConfigureAwait(false));
        }
        catch (Exception e) when (e is JsonException or SqlException or ArgumentException)
        {
            status = HttpStatusCode.BadRequest;
            text = JsonSerializer.Serialize(new { error = e.Message }, _json);
        }
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = "application/json";
        await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(text + "\n")).ConfigureAwait(false);
        context.Response.Close();
    }

    string Do(string method, string path, string body)
    {
        switch (method, path)
        {
            case ("POST", "/faults"):
                var plan = Parse<FaultBody>(body);
                _broker.Faults.Add(plan.ToFault());
                break;
            case ("DELETE", "/faults"):
                _broker.Faults.Clear();
                break;
            case ("GET", "/faults"):
                break;
            case ("POST", "/clock"):
                _broker.Clock.Advance(TimeSpan.FromMilliseconds(Parse<ClockBody>(body).AdvanceMs));
                break;
            case ("POST", "/disconnect"):
                _broker.Disconnect();
                break;
            case ("POST", "/leader"):
                var leader = Parse<LeaderBody>(body);
                _broker.MoveLeader(leader.Topic, leader.Partition, leader.Node);
                break;
            case ("POST", "/coordinator"):
                _broker.MoveCoordinator(Parse<CoordinatorBody>(body).Node);
                break;
            case ("POST", "/truncate"):
                var cut = Parse<TruncateBody>(body);
                _broker.Truncate(cut.Topic, cut.Partition, cut.Offset);
                break;
            case ("POST", "/versions"):
                var versions = Parse<VersionsBody>(body);
                _broker.Faults.Advertise(versions.Api, versions.Min, versions.Max);
                break;
            default:
                throw BrokerErrors.WrongOption("path", $"\"{method} {path}\" does not exist");
        }
        return JsonSerializer.Serialize(new { met = _broker.Faults.Met, connections = _broker.ConnectionCount, clockMs = _broker.Clock.Milliseconds }, _json);
    }

    static T Parse<T>(string body) where T : class => JsonSerializer.Deserialize<T>(body, _json) ?? throw new JsonException("the body is null");

    static async Task<string> ReadAsync(HttpListenerRequest request)
    {
        var buffer = new byte[BodyBytesMax];
        var count = await request.InputStream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false).ConfigureAwait(false);
        return count < buffer.Length ? Encoding.UTF8.GetString(buffer, 0, count) : throw new JsonException("the body is too long");
    }

    sealed record FaultBody(
        ApiKey Api, string? ClientId = null, int Skip = 0, int Times = 1, double DelayMs = 0, ErrorCode? Error = null, bool Disconnects = false, bool AfterEffect = false,
        double? ReplayAfterMs = null, double ThrottleMs = 0)
    {
        public Fault ToFault() => new(Api)
        {
            ClientId = ClientId,
            Skip = Skip,
            Times = Times,
            Delay = TimeSpan.FromMilliseconds(DelayMs),
            Error = Error,
            Disconnects = Disconnects,
            AfterEffect = AfterEffect,
            ReplayAfter = ReplayAfterMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null,
            Throttle = TimeSpan.FromMilliseconds(ThrottleMs),
        };
    }

    sealed record ClockBody(double AdvanceMs);

    sealed record LeaderBody(string Topic, int Partition, int Node);

    sealed record CoordinatorBody(int Node);

    sealed record TruncateBody(string Topic, int Partition, long Offset);

    sealed record VersionsBody(ApiKey Api, short Min, short Max);
}
