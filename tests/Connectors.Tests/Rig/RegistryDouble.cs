using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace SqlStream.Connectors.Tests;

/// <summary>A schema registry on a free port of this machine.</summary>
sealed class RegistryDouble : IDisposable
{
    readonly HttpListener _listener;
    readonly ConcurrentDictionary<string, int> _ids = new();
    readonly ConcurrentDictionary<int, string> _answers = new();
    readonly Thread _thread;

    public RegistryDouble()
    {
        (_listener, Url) = Listen();
        _thread = new Thread(Serve) { IsBackground = true };
        _thread.Start();
    }

    public string Url { get; }

    /// <summary>What was asked: method and path.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>The header that is asked for, or null.</summary>
    public string? Authorization { get; set; }

    /// <summary>Every request is answered so, if it is set.</summary>
    public (int Status, string Body)? Always { get; set; }

    /// <summary>Requests are not answered at all.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Bodies of GET subjects/../versions/.., by path.</summary>
    public ConcurrentDictionary<string, string> Versions { get; } = new();

    /// <summary>The schema that was registered under a number.</summary>
    public string SchemaOf(int id) => JsonDocument.Parse(_answers[id]).RootElement.GetProperty("schema").GetString()!;

    /// <summary>Keeps a schema, as JSON or with more around it.</summary>
    public int Add(string schema, string? answer = null)
    {
        var id = _ids.GetOrAdd(schema, _ => 100 + _ids.Count);
        _answers[id] = answer ?? JsonSerializer.Serialize(new { schema });
        return id;
    }

    public void Dispose() => _listener.Close();

    static (HttpListener Listener, string Url) Listen()
    {
        while (true)
        {
            var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/";
            probe.Stop();
            var listener = new HttpListener();
            listener.Prefixes.Add(url);
            try
            {
                listener.Start();
                return (listener, url[..^1]);
            }
            catch (HttpListenerException)
            {
                // Somebody else took the port meanwhile.
            }
        }
    }

    void Serve()
    {
        try
        {
            while (true)
                Answer(_listener.GetContext());
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    void Answer(HttpListenerContext context)
    {
        var path = context.Request.RawUrl!.TrimStart('/');
        Requests.Enqueue($"{context.Request.HttpMethod} {path}");
        if (IsSilent)
            return;
        var (status, body) = Respond(context.Request, path);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/vnd.schemaregistry.v1+json";
        context.Response.OutputStream.Write(Encoding.UTF8.GetBytes(body));
        context.Response.Close();
    }

    (int Status, string Body) Respond(HttpListenerRequest request, string path)
    {
        if (Always is { } always)
            return always;
        if (Authorization is not null && request.Headers["Authorization"] != Authorization)
            return (401, """{"error_code":401,"message":"Unauthorized"}""");
        if (request.HttpMethod == "POST" && path.StartsWith("subjects/", StringComparison.Ordinal))
        {
            using var body = new StreamReader(request.InputStream);
            return (200, $$"""{"id":{{Add(JsonDocument.Parse(body.ReadToEnd()).RootElement.GetProperty("schema").GetString()!)}}}""");
        }
        if (path.StartsWith("schemas/ids/", StringComparison.Ordinal) && _answers.TryGetValue(int.Parse(path[12..]), out var answer))
            return (200, answer);
        return Versions.TryGetValue(path, out var version) ? (200, version) : (404, """{"error_code":40403,"message":"Schema not found"}""");
    }
}
