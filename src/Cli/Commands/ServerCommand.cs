using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using SqlStream.Cli.Remote;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Server;

namespace SqlStream.Cli.Commands;

/// <summary><c>sqlstream server</c>: the engine as a service, until SIGINT or SIGTERM.</summary>
static class ServerCommand
{
    /// <summary>The word on the command line.</summary>
    public const string Name = "server";

    // Timers take no more.
    static readonly TimeSpan _timerMax = TimeSpan.FromDays(49);

    public static Command Create()
    {
        var listen = new Option<string>("--listen") { Description = "where it listens; port 0 takes a free one", HelpName = "HOST:PORT", DefaultValueFactory = _ => "127.0.0.1:8083" };
        var data = new Option<string>("--data") { Description = "its data directory: catalog, jobs, sessions, state", HelpName = "DIR", DefaultValueFactory = _ => Path.Combine(".sqlstream", "server") };
        var roots = new Option<string[]>("--root") { Description = "a directory in which SQL may have files (default: the data directory and the current one); may be repeated", HelpName = "DIR" };
        var token = new Option<string?>("--token-file") { Description = $"a file with the token that requests must bring (default ${ServerConnection.TokenVariable})", HelpName = "FILE" };
        var certificate = new Option<string?>("--tls-cert") { Description = "a PEM file with the certificate of the server: HTTPS", HelpName = "FILE" };
        var key = new Option<string?>("--tls-key") { Description = "a PEM file with the key of --tls-cert", HelpName = "FILE" };
        var clients = new Option<string?>("--client-ca") { Description = "a PEM file of authorities: clients need a certificate of one of them", HelpName = "FILE" };
        var hosts = new Option<string[]>("--host-name") { Description = "a name by which clients call the server, beside addresses and localhost; may be repeated", HelpName = "NAME" };
        var sessionTimeout = Time("--session-timeout", "a session that nobody uses for so long is closed", "1 h");
        var sessionsMax = new Option<int>("--max-sessions") { Description = "sessions at once", HelpName = "N", DefaultValueFactory = _ => 100, CustomParser = WholeNumber };
        var history = new Option<int>("--job-history") { Description = "jobs that have ended and stay listed", HelpName = "N", DefaultValueFactory = _ => 1000, CustomParser = WholeNumber };
        var headersTimeout = Time("--headers-timeout", "how long the headers of a request may take", "10 s");
        var bodyTimeout = Time("--body-timeout", "how long the body of a request may take", "60 s");
        var sendTimeout = Time("--send-timeout", "how long a client may take for each 16 kB of an answer", "10 s");
        var assemblies = new Option<bool>("--allow-assemblies") { Description = "CREATE FUNCTION ... LANGUAGE CSHARP loads code, which may do all that the server may" };
        var stopTimeout = Time("--stop-timeout", "how long a stop waits for output to be delivered", "30 s");
        var set = CommonOptions.Set();
        var parallelism = CommonOptions.Parallelism();
        var verbose = CommonOptions.Verbose();
        var command = new Command(Name, "the engine as a service: an HTTP API; jobs go on when it is started again")
        {
            listen, data, roots, token, certificate, key, clients, hosts, sessionTimeout, sessionsMax, history, headersTimeout, bodyTimeout, sendTimeout, assemblies, stopTimeout, set, parallelism, verbose,
        };
        command.Validators.Add(result =>
        {
            if ((result.GetValue(certificate) is null) != (result.GetValue(key) is null))
                result.AddError("--tls-cert and --tls-key belong together");
            if (result.GetValue(clients) is not null && result.GetValue(certificate) is null)
                result.AddError("--client-ca needs --tls-cert and --tls-key");
        });
        command.SetAction(async (parsed, _) =>
        {
            var isVerbose = parsed.GetValue(verbose);
            try
            {
                var directory = parsed.GetValue(data)!;
                var closed = new[] { parsed.GetValue(token), parsed.GetValue(key) }.OfType<string>();
                return await RunAsync(new ServerOptions
                {
                    Listen = Address(parsed.GetValue(listen)!),
                    DataDirectory = directory,
                    Roots = parsed.GetValue(roots) is { Length: > 0 } given ? given : [directory, Environment.CurrentDirectory],
                    ClosedPaths = [.. closed],
                    Settings = CommonOptions.Settings(parsed, set, parallelism),
                    Token = ServerConnection.Token(parsed.GetValue(token)),
                    Certificate = parsed.GetValue(certificate),
                    Key = parsed.GetValue(key),
                    ClientAuthority = parsed.GetValue(clients),
                    HostNames = parsed.GetValue(hosts) ?? [],
                    AllowsAssemblies = parsed.GetValue(assemblies),
                    StopTimeout = Timer(parsed, stopTimeout),
                    Limits = new ServerLimits
                    {
                        SessionIdleTimeout = Duration(parsed, sessionTimeout),
                        HeadersTimeout = Timer(parsed, headersTimeout),
                        BodyTimeout = Timer(parsed, bodyTimeout),
                        SendTimeout = Timer(parsed, sendTimeout),
                        SessionsMax = parsed.GetValue(sessionsMax),
                        JobHistoryMax = parsed.GetValue(history),
                    },
                }).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Every failure becomes a message and an exit code.
            catch (Exception e)
#pragma warning restore CA1031
            {
                ErrorPrinter.Print(e, null, isVerbose);
                return ExitCode.Of(e);
            }
        });
        return command;
    }

    static async Task<int> RunAsync(ServerOptions options)
    {
        // The first signal stops with final checkpoints, the second ends the process at once.
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnSignal(PosixSignalContext context) => context.Cancel = stop.TrySetResult();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        await using var output = StandardStreams.Output();
        void Say(string line)
        {
            lock (stop)
                Console.Error.WriteLine(ErrorPrinter.Printable(line));
        }
        await using (var server = await SqlStreamServer.StartAsync(options with { Say = Say, Output = output }).ConfigureAwait(false))
        {
            await output.WriteLineAsync($"SqlStream server on {string.Join(", ", server.Addresses)}, data in {Path.GetFullPath(options.DataDirectory)}").ConfigureAwait(false);
            await output.FlushAsync().ConfigureAwait(false);
            if (options is { Token: not null, Certificate: null } && !IPAddress.IsLoopback(options.Listen.Address))
                Say("without --tls-cert the token goes over the network as it is");
            await stop.Task.ConfigureAwait(false);
            Say("stopping all jobs with final checkpoints; they go on at the next start");
        }
        return ExitCode.Done;
    }

    static int WholeNumber(System.CommandLine.Parsing.ArgumentResult result)
    {
        var number = CommonOptions.WholeNumber(result) ?? 1;
        if (number < 1)
            result.AddError($"{((System.CommandLine.Parsing.OptionResult)result.Parent!).Option.Name} must be at least 1");
        return number;
    }

    static Option<string> Time(string name, string does, string usual) => new(name) { Description = does, HelpName = "DURATION", DefaultValueFactory = _ => usual };

    static TimeSpan Timer(System.CommandLine.ParseResult parsed, Option<string> option) => Duration(parsed, option) is var time && time < _timerMax ? time : _timerMax;

    static TimeSpan Duration(System.CommandLine.ParseResult parsed, Option<string> option)
    {
        var text = parsed.GetValue(option)!;
        return Durations.TryParse(text, out var time) && time > TimeSpan.Zero
            ? time
            : throw new SqlException(SqlState.InvalidParameterValue, $"{option.Name} must be a duration such as 30 s, not '{text}'");
    }

    static IPEndPoint Address(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon > 0 && ushort.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            var host = text[..colon].Trim('[', ']');
            if (host == "localhost")
                return new IPEndPoint(IPAddress.Loopback, port);
            if (IPAddress.TryParse(host, out var address))
                return new IPEndPoint(address, port);
        }
        throw new SqlException(
            SqlState.InvalidParameterValue, $"--listen must be an address and a port, not '{text}'", "For example 127.0.0.1:8083, or 0.0.0.0:8083 for every address.");
    }
}
