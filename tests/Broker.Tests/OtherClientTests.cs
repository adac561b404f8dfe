using System.Diagnostics;
using SqlStream.Broker.Tests.Support;

namespace SqlStream.Broker.Tests;

/// <summary>Clients of other makes and languages: kcat with the librdkafka of the operating system, kafka-python, kafkajs.</summary>
/// <remarks>What is not installed is passed over, and said; <c>eng/deps.sh test</c> installs all of them.</remarks>
public sealed class OtherClientTests
{
    [SkippableTheory("kcat"), CombinedData("none", "gzip", "snappy", "lz4", "zstd")]
    public async Task Kcat_reads_what_it_wrote_with_every_codec(string kind, string codec)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var topic = kafka.Name($"kcat-{codec}");
        var lines = string.Concat(Enumerable.Range(0, 2000).Select(i => $"line {i}\n"));
        await RunAsync("kcat", ["-b", kafka.Servers, "-P", "-t", topic, "-p", "0", "-z", codec, "-q"], lines);
        Assert.Equal(lines, await RunAsync("kcat", ["-b", kafka.Servers, "-C", "-t", topic, "-p", "0", "-e", "-q"]));
    }

    [SkippableTheory("kcat"), CombinedData]
    public async Task Kcat_consumes_in_a_group_and_goes_on_where_it_was(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var topic = await kafka.TopicAsync("kcat-group", partitions: 2);
        string[] consume = ["-b", kafka.Servers, "-G", kafka.Name("g"), "-X", "auto.offset.reset=earliest", "-e", "-q", topic];
        await RunAsync("kcat", ["-b", kafka.Servers, "-P", "-t", topic, "-p", "0", "-q"], "a\nb\n");
        Assert.Equal("a\nb\n", await RunAsync("kcat", consume));
        await RunAsync("kcat", ["-b", kafka.Servers, "-P", "-t", topic, "-p", "1", "-q"], "c\n");
        Assert.Equal("c\n", await RunAsync("kcat", consume));
    }

    [SkippableTheory("python"), CombinedData]
    public async Task Kafka_python_produces_rebalances_and_commits(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var output = await RunAsync("/usr/bin/python3", [Script("kafka_python.py"), kafka.Servers, kafka.Name("python")]);
        Assert.Equal("produced 200\nshared 2 2\nread 200\nread again 0\ncommitted 200\n", output);
    }

    [SkippableTheory("kafkajs"), CombinedData]
    public async Task Kafkajs_commits_and_aborts_transactions_with_offsets(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var output = await RunAsync("node", [Script("kafka_js.js"), kafka.Servers, kafka.Name("js")], environment: ("NODE_PATH", Clients.KafkajsModules));
        Assert.Equal("read [\"plain\",\"zipped\",\"committed 0\",\"committed 1\"]\noffset 7\n", output);
    }

    static string Script(string name) => Path.Combine(Clients.Root, "tests", "Broker.Tests", "Clients", name);

    static async Task<string> RunAsync(string program, string[] arguments, string? input = null, (string Name, string Value)? environment = null)
    {
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (environment is { } variable)
            info.Environment[variable.Name] = variable.Value;
        using var process = Process.Start(info)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {await error}");
        return await output;
    }
}
