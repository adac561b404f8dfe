using System.Net.Sockets;
using System.Reflection;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SqlStream.Client;
using SqlStream.Core.Diagnostics;
using SqlStream.Server.Security;

namespace SqlStream.Server.Http;

/// <summary>Serves routes over TCP and over sockets that were accepted elsewhere.</summary>
sealed class WebServer : IAsyncDisposable
{
    readonly WebApplicationBuilder _builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
    readonly IReadOnlyList<ApiRoute> _routes;
    readonly ServerLimits _limits;
    readonly Func<bool> _isReady;
    readonly Action<string> _say;
    RequestGate? _gate;
    bool _needsToken;
    WebApplication? _app;

    public WebServer(IReadOnlyList<ApiRoute> routes, ServerLimits limits, Func<bool> isReady, Action<string> say)
    {
        _routes = routes;
        _limits = limits;
        _isReady = isReady;
        _say = say;
        _builder.WebHost.UseKestrelCore();
        _builder.Services.AddRoutingCore();
        _builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(3));
        _builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.AllowSynchronousIO = false;
            kestrel.Limits.MaxRequestBodySize = limits.BodyBytesMax;
            kestrel.Limits.MaxConcurrentConnections = limits.ConnectionsMax;
            kestrel.Limits.RequestHeadersTimeout = limits.HeadersTimeout;
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
            // Whoever sends or takes less for five seconds is let go.
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
            // Of what is on its way already; what waits behind it, see Sending.
            kestrel.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 2000, gracePeriod: TimeSpan.FromSeconds(5));
        });
    }

    /// <summary>What a process tells of itself.</summary>
    public static ServerInfo Info(string kind, string dataDirectory, TimeProvider clock, ServerLimits limits) => new(
        Version, "v1", kind, clock.GetUtcNow(), Environment.ProcessId, dataDirectory, limits.ByName);

    /// <summary>Version of the engine.</summary>
    public static string Version => Assembly.GetExecutingAssembly().GetName().Version!.ToString(3);

    /// <summary>Listens on an address, with TLS where there is a certificate.</summary>
    public void Listen(ServerOptions options)
    {
        _gate = new RequestGate(options);
        _needsToken = options.Token is not null;
        if (options.Certificate is not null)
            _builder.WebHost.UseKestrelHttpsConfiguration();
        _builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(options.Listen, listen =>
        {
            if (options.Certificate is not null)
                listen.UseHttps(https => Certificates.Use(https, options));
            else
                listen.Protocols = HttpProtocols.Http1;
        }));
    }

    /// <summary>Takes connections that were accepted elsewhere.</summary>
    public void ListenSocket(ChannelReader<Socket> accepted)
    {
        _builder.Services.AddSingleton<IConnectionListenerFactory, SocketTransport>();
        _builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(new SocketTransport.AcceptedEndPoint(accepted), listen => listen.Protocols = HttpProtocols.Http1));
    }

    /// <summary>Starts; returns the addresses.</summary>
    public async Task<IReadOnlyList<string>> StartAsync()
    {
        var app = _app = _builder.Build();
        app.Use((context, next) =>
        {
            context.Features.Set(_limits);
            return _gate is null ? next(context) : _gate.InvokeAsync(context, () => next(context));
        });
        app.Use(GuardAsync);
        app.UseRouting();
        var description = new Lazy<byte[]>(() => OpenApiDocument.Write(_routes, Version, _needsToken));
        foreach (var route in _routes)
            app.MapMethods(route.Pattern, route.Method == "GET" ? ["GET", "HEAD"] : [route.Method], context => HandleAsync(context, route));
        app.MapGet(ApiRoutes.OpenApiPath, context => DescribeAsync(context, description.Value));
        app.MapFallback(RefuseAsync);
        app.UseEndpoints(_ => { });
        await app.StartAsync().ConfigureAwait(false);
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        return [.. addresses?.Addresses ?? []];
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is null)
            return;
        await _app.StopAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    Task RefuseAsync(HttpContext context)
    {
        var request = context.Request;
        var methods = _routes.Where(route => IsPathOf(route, request.Path)).Select(route => route.Method).Distinct().ToList();
        if (methods.Count > 0)
            context.Response.Headers.Allow = string.Join(", ", methods);
        return Problems.WriteAsync(context, methods.Count > 0 ? StatusCodes.Status405MethodNotAllowed : StatusCodes.Status404NotFound, new Problem
        {
            SqlState = SqlState.UndefinedObject,
            Title = $"there is no {request.Method} {request.Path}",
            Hint = methods.Count > 0 ? $"There is {string.Join(" and ", methods)}." : $"GET {ApiRoutes.OpenApiPath} describes what there is.",
        });
    }

    static bool IsPathOf(ApiRoute route, PathString path)
    {
        var (wanted, given) = (route.Pattern.Split('/'), (path.Value ?? "").Split('/'));
        return wanted.Length == given.Length && wanted.Zip(given).All(pair => pair.First == pair.Second || (pair.First.StartsWith('{') && pair.Second.Length > 0));
    }

    static Task DescribeAsync(HttpContext context, byte[] description)
    {
        context.Response.ContentType = "application/json";
        return Sending.WriteAsync(context, description);
    }

    // What is wrong with a request as a whole, such as its size, and what nobody has foreseen.
    async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException e)
        {
            // What is still to come of it is not waited for.
            if (!context.Response.HasStarted && e.StatusCode is StatusCodes.Status408RequestTimeout or StatusCodes.Status413PayloadTooLarge)
                context.Response.Headers.Connection = "close";
            await Problems.WriteAsync(context, e.StatusCode, new Problem
            {
                SqlState = e.StatusCode == StatusCodes.Status413PayloadTooLarge ? SqlState.ConfigurationLimitExceeded : SqlState.InvalidParameterValue,
                Title = e.StatusCode == StatusCodes.Status413PayloadTooLarge ? "the body of the request is too large" : "the request cannot be read",
                Detail = e.StatusCode == StatusCodes.Status413PayloadTooLarge ? $"The server takes {_limits.BodyBytesMax} bytes." : e.Message,
            }).ConfigureAwait(false);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be told.
        }
#pragma warning disable CA1031 // Every failure becomes an answer.
        catch (Exception e)
#pragma warning restore CA1031
        {
            var (status, problem) = Problems.Of(e);
            if (problem.SqlState == SqlState.InternalError)
                _say($"{context.Request.Method} {context.Request.Path}: {e}");
            await Problems.WriteAsync(context, status, problem).ConfigureAwait(false);
        }
    }

    async Task HandleAsync(HttpContext context, ApiRoute route)
    {
        if (!route.IsAlwaysReady && !_isReady())
        {
            context.Response.Headers.RetryAfter = "1";
            await Problems.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, Problems.Of(ServerErrors.NotReady()).Problem).ConfigureAwait(false);
            return;
        }
        if (route.ContentType == "text/event-stream")
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        try
        {
            await route.Handle(context).ConfigureAwait(false);
        }
        catch (SqlException e) when (e.SqlState == SqlState.UndefinedObject && !context.Response.HasStarted && route.Pattern.Contains('{', StringComparison.Ordinal))
        {
            await Problems.WriteAsync(context, StatusCodes.Status404NotFound, Problems.Of(e).Problem).ConfigureAwait(false);
        }
    }
}
