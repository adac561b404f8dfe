using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.Server;

/// <summary>Clients that begin and do not go on, and those that do not take their answers: they are let go, and meanwhile others are served.</summary>
public sealed class SlowClientTests
{
    static readonly TimeSpan _most = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Headers_that_do_not_come_are_not_waited_for()
    {
        using var work = new WorkDirectory();
        using var server = await ServerProgram.StartAsync(work, "--headers-timeout", "1 s");
        using var client = await ConnectAsync(server);
        await client.GetStream().WriteAsync("GET /v1/jobs HT"u8.ToArray());
        Assert.Equal(200, (await server.SendAsync("GET", "/v1/jobs")).Status);
        Assert.StartsWith("HTTP/1.1 408 ", await AnswerAsync(client), StringComparison.Ordinal);
        // As long as one who says nothing at all has not begun, he may wait.
        Assert.Equal(1000, (int)(await server.DoneAsync("GET", "/v1/info"))["limits"]!["headersMs"]!);
    }

    [Fact]
    public async Task A_body_has_a_time_however_steadily_it_comes()
    {
        using var work = new WorkDirectory();
        using var server = await ServerProgram.StartAsync(work, "--body-timeout", "1 s");
        using var client = await ConnectAsync(server);
        await client.GetStream().WriteAsync("POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 8000000\r\n\r\n{\"name\":\""u8.ToArray());
        var answer = AnswerAsync(client);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var sent = 0; !answer.IsCompleted && sent < 7_000_000; sent += 1000)
        {
            try
            {
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(new string('x', 1000)));
            }
            catch (IOException)
            {
                // It was cut off behind its answer.
                break;
            }
            await tick.WaitForNextTickAsync();
        }
        var text = await answer.WaitAsync(_most);
        Assert.StartsWith("HTTP/1.1 408 ", text, StringComparison.Ordinal);
        Assert.Contains("\"detail\":\"Its body has not come within 1 s.\"", text, StringComparison.Ordinal);
        Assert.Empty((await server.DoneAsync("GET", "/v1/sessions"))["sessions"]!.AsArray());
        // One that stands still is no better.
        using var idle = await ConnectAsync(server);
        await idle.GetStream().WriteAsync("POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"u8.ToArray());
        Assert.StartsWith("HTTP/1.1 408 ", await AnswerAsync(idle), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_does_not_take_pages_or_events_is_let_go_and_the_query_waits_for_another()
    {
        using var work = new WorkDirectory();
        using var server = await ServerProgram.StartAsync(work, "--send-timeout", "1 s");
        var port = new Uri(server.Url).Port;
        var session = await server.SessionAsync();
        Assert.Equal("", await server.RowsAsync(session, "CREATE TABLE g (id BIGINT, t STRING) WITH ('connector' = 'datagen', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '100000000', 'fields.t.length' = '500')"));
        foreach (var rows in new[] { "events", "results?maxRows=10000&waitMs=30000" })
        {
            var statement = (await server.SqlAsync(session, "SELECT * FROM g", ",\"waitMs\":0")).Body!["id"];
            using var client = await ConnectAsync(server);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {session}/statements/{statement}/{rows} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            Assert.Equal("[[1]]", await server.RowsAsync(await server.SessionAsync(), "SELECT 1"));
            using var limit = new CancellationTokenSource(_most);
            using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
            while (IsOpen(port, client))
                Assert.True(await tick.WaitForNextTickAsync(limit.Token));
            // What waits is at most the room of the statement and what is on its way. A page that nobody took is there for the next reader; events may have been sent.
            Assert.Equal("RUNNING", (string)(await server.DoneAsync("GET", $"{session}/statements/{statement}"))["status"]!);
            if (rows != "events")
                Assert.Equal(1, (int)(await server.DoneAsync("GET", $"{session}/statements/{statement}/results?cursor=0&maxRows=10"))["rows"]![0]![0]!);
            Assert.InRange(server.Program.Memory, 1, 400 << 20);
        }
        Assert.Equal(200, (await server.SendAsync("GET", "/health/ready")).Status);
        Assert.False(server.Program.HasExited);
    }

    static async Task<TcpClient> ConnectAsync(ServerProgram server)
    {
        var client = new TcpClient { ReceiveBufferSize = 4096, NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, new Uri(server.Url).Port);
        return client;
    }

    // All that the server sends before it closes the connection.
    static async Task<string> AnswerAsync(TcpClient client)
    {
        using var limit = new CancellationTokenSource(_most);
        using var answer = new MemoryStream();
        try
        {
            await client.GetStream().CopyToAsync(answer, limit.Token);
        }
        catch (IOException)
        {
            // It was cut off, with what had come.
        }
        return Encoding.UTF8.GetString(answer.ToArray());
    }

    // The server's end of a connection is in none of the states in which it holds it.
    static bool IsOpen(int port, TcpClient client)
    {
        var own = ((IPEndPoint)client.Client.LocalEndPoint!).Port;
        return IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
            .Any(one => one.LocalEndPoint.Port == port && one.RemoteEndPoint.Port == own && one.State == TcpState.Established);
    }
}
