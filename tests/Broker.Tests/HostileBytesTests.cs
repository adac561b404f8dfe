using System.Buffers.Binary;
using System.Net.Sockets;
using SqlStream.Broker.Protocol;
using SqlStream.Broker.Tests.Support;

namespace SqlStream.Broker.Tests;

/// <summary>Whatever bytes come, the broker neither falls nor grows, and goes on serving others.</summary>
public sealed class HostileBytesTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    [InlineData(0x47455420)]
    public async Task A_frame_of_an_impossible_length_ends_the_connection(int length)
    {
        await using var kafka = await TestKafka.StartAsync();
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        await client.Stream.WriteAsync(bytes);
        Assert.True(await client.IsClosedAsync());
        await AssertServesAsync(kafka);
    }

    [Theory]
    [InlineData(999, 0)]
    [InlineData(-5, 0)]
    [InlineData(0, 99)]
    [InlineData(0, 2)]
    [InlineData(1, -1)]
    public async Task A_request_or_version_that_does_not_exist_ends_the_connection(int api, int version)
    {
        await using var kafka = await TestKafka.StartAsync();
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        await client.SendAsync((ApiKey)api, (short)version, false, _ => { });
        Assert.True(await client.IsClosedAsync());
        await AssertServesAsync(kafka);
    }

    [Fact]
    public async Task An_ApiVersions_of_the_future_is_answered_in_the_oldest_form()
    {
        await using var kafka = await TestKafka.StartAsync();
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        await client.SendAsync(ApiKey.ApiVersions, 77, true, _ => { });
        var reader = await client.ReceiveAsync(false);
        Assert.Equal((ErrorCode.UnsupportedVersion, 30), ((ErrorCode)reader.Int16(), reader.ArrayLength()));
    }

    [Fact]
    public async Task Announced_lengths_take_no_memory()
    {
        await using var kafka = await TestKafka.StartAsync();
        var before = Memory();
        var clients = new List<RawClient>();
        for (var i = 0; i < 100; i++)
        {
            var client = await RawClient.ConnectAsync(kafka.Servers);
            // 100 MB are announced, which is just allowed, and nothing comes.
            await client.Stream.WriteAsync(new byte[] { 0x06, 0x3f, 0xff, 0xff, 0, 0 });
            clients.Add(client);
        }
        await WaitAsync(() => kafka.Broker!.ConnectionCount == 100);
        Assert.InRange(Memory() - before, long.MinValue, 20 << 20);
        clients.ForEach(client => client.Dispose());
        await WaitAsync(() => kafka.Broker!.ConnectionCount == 0);
    }

    [Fact]
    public async Task Counts_inside_of_requests_take_no_memory()
    {
        await using var kafka = await TestKafka.StartAsync();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        foreach (var api in new[] { ApiKey.Produce, ApiKey.Fetch, ApiKey.ListOffsets, ApiKey.Metadata, ApiKey.CreateTopics, ApiKey.DeleteTopics, ApiKey.JoinGroup })
        {
            using var client = await RawClient.ConnectAsync(kafka.Servers);
            await client.SendAsync(api, 4, false, writer =>
            {
                for (var i = 0; i < 8; i++)
                    writer.Int32(0x7fffffff);
            });
            await client.IsClosedAsync();
        }
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 10 << 20);
        await AssertServesAsync(kafka);
    }

    [Fact]
    public async Task Half_a_request_is_waited_for_only_so_long()
    {
        await using var kafka = await TestKafka.StartAsync(new KafkaBrokerOptions { ConnectionStallMax = TimeSpan.FromMilliseconds(300) });
        using var stalled = await RawClient.ConnectAsync(kafka.Servers);
        using var idle = await RawClient.ConnectAsync(kafka.Servers);
        await stalled.Stream.WriteAsync(new byte[] { 0, 0, 0, 50, 0, 3 });
        Assert.True(await stalled.IsClosedAsync());
        // The client may see the end before the broker has let go of it.
        await WaitAsync(() => kafka.Broker!.ConnectionCount == 1);
        await idle.CallAsync(ApiKey.ApiVersions, 0, false, _ => { });
    }

    [Fact]
    public async Task A_client_that_takes_no_answers_is_closed()
    {
        await using var kafka = await TestKafka.StartAsync(new KafkaBrokerOptions { ConnectionStallMax = TimeSpan.FromMilliseconds(300) });
        await kafka.TopicAsync("big");
        using (var writer = await RawClient.ConnectAsync(kafka.Servers))
        {
            for (var i = 0; i < 10; i++)
                await writer.ProduceAsync("big", new RawBatch { Values = [new string('x', 1_000_000)] });
        }
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        for (var i = 0; i < 30; i++)
            await client.SendFetchAsync("big", i % 10, committed: false);
        await WaitAsync(() => kafka.Broker!.ConnectionCount == 0);
    }

    [Fact]
    public async Task There_are_only_so_many_connections()
    {
        await using var kafka = await TestKafka.StartAsync(new KafkaBrokerOptions { ConnectionsMax = 5 });
        var clients = new List<RawClient>();
        for (var i = 0; i < 5; i++)
        {
            clients.Add(await RawClient.ConnectAsync(kafka.Servers));
            await clients[i].CallAsync(ApiKey.ApiVersions, 0, false, _ => { });
        }
        using var sixth = await RawClient.ConnectAsync(kafka.Servers);
        Assert.True(await sixth.IsClosedAsync());
        clients.ForEach(client => client.Dispose());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Damaged_requests_of_every_kind_end_their_connection_at_most(int seed)
    {
        // DisposeAsync fails the test if any request brought about an exception that is no plain refusal.
        await using var kafka = await TestKafka.StartAsync(new KafkaBrokerOptions { Seed = seed });
        await kafka.TopicAsync("t");
        var random = new Random(seed);
        var apis = Enum.GetValues<ApiKey>();
        var before = Memory();
        for (var round = 0; round < 1500; round++)
        {
            var frame = Frame(random, apis[random.Next(apis.Length)]);
            using var tcp = new TcpClient();
            var address = kafka.Servers.Split(':');
            await tcp.ConnectAsync(address[0], int.Parse(address[1]));
            await tcp.GetStream().WriteAsync(frame);
            tcp.Client.Shutdown(SocketShutdown.Send);
        }
        await WaitAsync(() => kafka.Broker!.ConnectionCount == 0);
        Assert.InRange(Memory() - before, long.MinValue, 100 << 20);
        await AssertServesAsync(kafka);
    }

    // A head that is right, and a body of numbers that occur in requests, names and noise.
    static byte[] Frame(Random random, ApiKey api)
    {
        using var writer = new WireWriter();
        writer.Int32(0);
        writer.Int16((short)api);
        writer.Int16((short)random.Next(0, 8));
        writer.Int32(1);
        writer.String("fuzz");
        for (var parts = random.Next(0, 12); parts > 0; parts--)
        {
            switch (random.Next(8))
            {
                case 0:
                    writer.Int8((sbyte)random.Next(-1, 3));
                    break;
                case 1:
                    writer.Int16((short)random.Next(-1, 4));
                    break;
                case 2:
                    writer.Int32(random.Next(-2, 4));
                    break;
                case 3:
                    writer.Int64(random.NextInt64(-2, 2000));
                    break;
                case 4:
                    writer.String(random.Next(2) == 0 ? "t" : "group");
                    break;
                case 5:
                    writer.Bytes(new RawBatch { Attributes = (short)random.Next(64) }.ToBytes());
                    break;
                case 6:
                    writer.Int32(int.MaxValue);
                    break;
                default:
                    random.NextBytes(writer.Reserve(random.Next(1, 20)));
                    break;
            }
        }
        writer.Patch(0, writer.Length - 4);
        return writer.Written.ToArray();
    }

    static async Task AssertServesAsync(TestKafka kafka)
    {
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        var reader = await client.CallAsync(ApiKey.Metadata, 1, false, writer => writer.ArrayLength(-1));
        Assert.Equal(1, reader.ArrayLength());
    }

    static async Task WaitAsync(Func<bool> isTrue)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!isTrue())
            Assert.True(await tick.WaitForNextTickAsync(limit.Token), "the condition does not come true");
    }

    static long Memory() => GC.GetTotalMemory(forceFullCollection: true);
}
