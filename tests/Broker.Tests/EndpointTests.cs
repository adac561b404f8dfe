using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using SqlStream.Broker.Faults;
using SqlStream.Broker.Protocol;
using SqlStream.Broker.Tests.Support;

namespace SqlStream.Broker.Tests;

/// <summary>The HTTP endpoint by which a test in another process makes things go wrong.</summary>
public sealed class EndpointTests
{
    [Fact]
    public async Task Faults_are_planned_and_the_clock_put_forward_by_http()
    {
        await using var kafka = await TestKafka.StartAsync();
        var topic = await kafka.TopicAsync("t");
        var listen = new IPEndPoint(IPAddress.Loopback, FreePort());
        await using var endpoint = FaultEndpoint.Start(kafka.Broker!, listen);
        using var http = new HttpClient { BaseAddress = new Uri($"http://{listen}") };
        using var client = await RawClient.ConnectAsync(kafka.Servers);

        (await http.PostAsJsonAsync("/faults", new { api = "Produce", error = "NotEnoughReplicas", afterEffect = true })).EnsureSuccessStatusCode();
        Assert.Equal(ErrorCode.NotEnoughReplicas, (await client.ProduceAsync(topic, new RawBatch())).Error);
        Assert.Equal(1, (await http.GetFromJsonAsync<JsonObject>("/faults"))!["met"]!.GetValue<int>());

        var before = kafka.Broker!.Clock.Milliseconds;
        (await http.PostAsJsonAsync("/clock", new { advanceMs = 3_600_000 })).EnsureSuccessStatusCode();
        Assert.InRange(kafka.Broker.Clock.Milliseconds - before, 3_600_000, 3_700_000);

        (await http.PostAsJsonAsync("/truncate", new { topic, partition = 0, offset = 0 })).EnsureSuccessStatusCode();
        Assert.Equal(0, kafka.Broker.EndOffset(topic, 0));
        (await http.PostAsync("/disconnect", null)).EnsureSuccessStatusCode();
        Assert.True(await client.IsClosedAsync());
    }

    [Theory]
    [InlineData("/faults", """{"api":"Nothing"}""")]
    [InlineData("/faults", """{"api":"Produce","unheard":1}""")]
    [InlineData("/faults", "{")]
    [InlineData("/clock", """{"advanceMs":-1}""")]
    [InlineData("/leader", """{"topic":"none","partition":0,"node":1}""")]
    [InlineData("/nowhere", "{}")]
    public async Task What_makes_no_sense_is_refused(string path, string body)
    {
        await using var kafka = await TestKafka.StartAsync();
        var listen = new IPEndPoint(IPAddress.Loopback, FreePort());
        await using var endpoint = FaultEndpoint.Start(kafka.Broker!, listen);
        using var http = new HttpClient { BaseAddress = new Uri($"http://{listen}") };
        var answer = await http.PostAsync(path, new StringContent(body));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("error", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
