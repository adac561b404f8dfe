using System.CommandLine;
using System.Globalization;
using System.Net;
using SqlStream.Broker;
using SqlStream.Broker.Faults;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Cli.Commands;

/// <summary><c>sqlstream broker</c>: the embedded Kafka broker as a process, until SIGINT or SIGTERM.</summary>
static class BrokerCommand
{
    public static Command Create()
    {
        var listen = new Option<string>("--listen") { Description = "where it listens; port 0 takes a free one", HelpName = "HOST:PORT", DefaultValueFactory = _ => "127.0.0.1:9092" };
        var advertised = new Option<string?>("--advertised-host") { Description = "the host name that clients are told (default: that of --listen)", HelpName = "HOST" };
        var data = new Option<string?>("--data") { Description = "keeps logs, offsets and transactions there (default: in memory)", HelpName = "DIR" };
        var partitions = new Option<int>("--partitions") { Description = "partitions of a topic that is made by its first use", HelpName = "N", DefaultValueFactory = _ => 4, CustomParser = WholeNumber };
        var nodes = new Option<int>("--nodes") { Description = "nodes that the cluster shows, each on a port of its own", HelpName = "N", DefaultValueFactory = _ => 1, CustomParser = WholeNumber };
        var retentionBytes = new Option<string?>("--retention-bytes") { Description = "how much a partition keeps, such as 1 gb (default: all)", HelpName = "SIZE" };
        var retention = new Option<string?>("--retention") { Description = "how long records are kept, such as 12 h (default: 7 days)", HelpName = "DURATION" };
        var users = new Option<string[]>("--user") { Description = "a user that may connect, by SASL PLAIN or SCRAM (default: everybody may)", HelpName = "NAME:PASSWORD" };
        var closed = new Option<bool>("--no-auto-create") { Description = "does not make topics by their first use" };
        var tests = new Option<string?>("--test-endpoint") { Description = "HTTP address at which tests plan faults and put the clock forward", HelpName = "HOST:PORT" };
        var verbose = CommonOptions.Verbose();
        var command = new Command("broker", "a Kafka broker in one process, for first steps and tests, not for production")
        {
            listen, advertised, data, partitions, nodes, retentionBytes, retention, users, closed, tests, verbose,
        };
        command.SetAction(async (parsed, stop) =>
        {
            var isVerbose = parsed.GetValue(verbose);
            try
            {
                var options = new KafkaBrokerOptions
                {
                    Listen = Address("--listen", parsed.GetValue(listen)!),
                    AdvertisedHost = parsed.GetValue(advertised),
                    Data = parsed.GetValue(data) is { } directory ? Path.GetFullPath(directory) : null,
                    Partitions = parsed.GetValue(partitions),
                    Nodes = parsed.GetValue(nodes),
                    RetentionBytes = Size(parsed.GetValue(retentionBytes)),
                    Retention = Duration(parsed.GetValue(retention)),
                    Users = Users(parsed.GetValue(users) ?? []),
                    CreatesTopics = !parsed.GetValue(closed),
                    Failed = error => ErrorPrinter.Print(error, null, isVerbose),
                };
                await RunAsync(options, parsed.GetValue(tests), stop).ConfigureAwait(false);
                return ExitCode.Done;
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

    static async Task RunAsync(KafkaBrokerOptions options, string? testAddress, CancellationToken stop)
    {
        await using var broker = await KafkaBroker.StartAsync(options).ConfigureAwait(false);
        await using var endpoint = testAddress is null ? null : FaultEndpoint.Start(broker, Address("--test-endpoint", testAddress));
        var place = options.Data is null ? "in memory" : $"in {options.Data}";
        Console.WriteLine($"Kafka broker on {broker.BootstrapServers}, {place}; for first steps and tests, not for production");
        await Console.Out.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(stopped.SetResult).ConfigureAwait(false);
        await stopped.Task.ConfigureAwait(false);
    }

    static int WholeNumber(System.CommandLine.Parsing.ArgumentResult result) => CommonOptions.WholeNumber(result) ?? 0;

    static IPEndPoint Address(string option, string text)
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
            SqlState.InvalidParameterValue, $"{option} must be an address and a port, not '{text}'", hint: "For example 127.0.0.1:9092, or 0.0.0.0:9092 for every address.");
    }

    static long? Size(string? text)
    {
        if (text is null)
            return null;
        return MemorySizes.TryParse(text, out var bytes)
            ? bytes
            : throw new SqlException(SqlState.InvalidParameterValue, $"--retention-bytes must be a size such as 1 gb, not '{text}'");
    }

    static TimeSpan? Duration(string? text)
    {
        if (text is null)
            return null;
        return Durations.TryParse(text, out var time)
            ? time
            : throw new SqlException(SqlState.InvalidParameterValue, $"--retention must be a duration such as 12 h, not '{text}'");
    }

    static Dictionary<string, string> Users(string[] pairs)
    {
        var users = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in pairs)
        {
            var colon = pair.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1)
                throw new SqlException(SqlState.InvalidParameterValue, "--user must be of the form NAME:PASSWORD");
            users[pair[..colon]] = pair[(colon + 1)..];
        }
        return users;
    }
}
