using System.Buffers.Binary;
using System.Net.Sockets;
using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Tests.Support;

/// <summary>A client that sends exactly what a test says.</summary>
sealed class RawClient : IDisposable
{
    readonly TcpClient _tcp = new() { NoDelay = true };
    int _correlation;

    RawClient() { }

    public NetworkStream Stream => _tcp.GetStream();

    public static async Task<RawClient> ConnectAsync(string servers)
    {
        var client = new RawClient();
        var address = servers.Split(',')[0].Split(':');
        await client._tcp.ConnectAsync(address[0], int.Parse(address[1]));
        client._tcp.ReceiveTimeout = 10_000;
        return client;
    }

    public async Task<WireReader> CallAsync(ApiKey api, short version, bool isFlexible, Action<WireWriter> body)
    {
        await SendAsync(api, version, isFlexible, body);
        return await ReceiveAsync(isFlexible);
    }

    public async Task SendAsync(ApiKey api, short version, bool isFlexible, Action<WireWriter> body)
    {
        using var writer = new WireWriter();
        writer.Int32(0);
        writer.Int16((short)api);
        writer.Int16(version);
        writer.Int32(++_correlation);
        writer.String("raw");
        writer.IsFlexible = isFlexible;
        writer.Tags();
        body(writer);
        writer.Patch(0, writer.Length - 4);
        await Stream.WriteAsync(writer.Written);
    }

    public async Task<WireReader> ReceiveAsync(bool isFlexible)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var head = new byte[4];
        await Stream.ReadExactlyAsync(head, limit.Token);
        var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(head)];
        await Stream.ReadExactlyAsync(frame, limit.Token);
        var reader = new WireReader();
        reader.Reset(frame, 0, frame.Length);
        Assert.Equal(_correlation, reader.Int32());
        reader.IsFlexible = isFlexible;
        reader.Tags();
        return reader;
    }

    /// <summary>Whether the broker closes the connection without an answer.</summary>
    public async Task<bool> IsClosedAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            return await Stream.ReadAsync(new byte[1], limit.Token) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    public async Task<(ErrorCode Error, long Id, short Epoch)> InitAsync(string? id, int timeout = 60_000, long producerId = -1, short epoch = -1)
    {
        var reader = await CallAsync(ApiKey.InitProducerId, 4, true, writer =>
        {
            writer.String(id);
            writer.Int32(timeout);
            writer.Int64(producerId);
            writer.Int16(epoch);
            writer.Tags();
        });
        reader.Int32();
        return ((ErrorCode)reader.Int16(), reader.Int64(), reader.Int16());
    }

    public async Task<ErrorCode> AddPartitionAsync(string id, long producerId, short epoch, string topic, int partition = 0)
    {
        var reader = await CallAsync(ApiKey.AddPartitionsToTxn, 0, false, writer =>
        {
            writer.String(id);
            writer.Int64(producerId);
            writer.Int16(epoch);
            writer.ArrayLength(1);
            writer.String(topic);
            writer.ArrayLength(1);
            writer.Int32(partition);
        });
        reader.Int32();
        reader.ArrayLength();
        reader.String();
        reader.ArrayLength();
        reader.Int32();
        return (ErrorCode)reader.Int16();
    }

    public async Task<ErrorCode> AddOffsetsAsync(string id, long producerId, short epoch, string group)
    {
        var reader = await CallAsync(ApiKey.AddOffsetsToTxn, 0, false, writer =>
        {
            writer.String(id);
            writer.Int64(producerId);
            writer.Int16(epoch);
            writer.String(group);
        });
        reader.Int32();
        return (ErrorCode)reader.Int16();
    }

    public async Task<ErrorCode> CommitInTransactionAsync(string id, string group, long producerId, short epoch, string topic, long offset)
    {
        var reader = await CallAsync(ApiKey.TxnOffsetCommit, 2, false, writer =>
        {
            writer.String(id);
            writer.String(group);
            writer.Int64(producerId);
            writer.Int16(epoch);
            writer.ArrayLength(1);
            writer.String(topic);
            writer.ArrayLength(1);
            writer.Int32(0);
            writer.Int64(offset);
            writer.Int32(-1);
            writer.String(null);
        });
        reader.Int32();
        reader.ArrayLength();
        reader.String();
        reader.ArrayLength();
        reader.Int32();
        return (ErrorCode)reader.Int16();
    }

    public async Task<ErrorCode> EndAsync(string id, long producerId, short epoch, bool isCommit)
    {
        var reader = await CallAsync(ApiKey.EndTxn, 1, false, writer =>
        {
            writer.String(id);
            writer.Int64(producerId);
            writer.Int16(epoch);
            writer.Boolean(isCommit);
        });
        reader.Int32();
        return (ErrorCode)reader.Int16();
    }

    public Task<(ErrorCode Error, long Offset)> ProduceAsync(string topic, RawBatch batch, string? transactionalId = null) =>
        ProduceAsync(topic, batch.ToBytes(), transactionalId);

    public async Task<(ErrorCode Error, long Offset)> ProduceAsync(string topic, byte[] batch, string? transactionalId = null)
    {
        var reader = await CallAsync(ApiKey.Produce, 7, false, writer =>
        {
            writer.String(transactionalId);
            writer.Int16(-1);
            writer.Int32(5000);
            writer.ArrayLength(1);
            writer.String(topic);
            writer.ArrayLength(1);
            writer.Int32(0);
            writer.Bytes(batch);
        });
        reader.ArrayLength();
        reader.String();
        reader.ArrayLength();
        reader.Int32();
        return ((ErrorCode)reader.Int16(), reader.Int64());
    }

    public Task SendFetchAsync(string topic, long offset, bool committed, int waitMs = 0, int leaderEpoch = -1) => SendAsync(ApiKey.Fetch, 11, false, writer =>
    {
        writer.Int32(-1);
        writer.Int32(waitMs);
        writer.Int32(1);
        writer.Int32(1 << 20);
        writer.Int8(committed ? (sbyte)1 : (sbyte)0);
        writer.Int32(0);
        writer.Int32(-1);
        writer.ArrayLength(1);
        writer.String(topic);
        writer.ArrayLength(1);
        writer.Int32(0);
        writer.Int32(leaderEpoch);
        writer.Int64(offset);
        writer.Int64(-1);
        writer.Int32(1 << 20);
        writer.ArrayLength(0);
        writer.String("");
    });

    public async Task<RawFetch> FetchAsync(string topic, long offset, bool committed, int waitMs = 0, int leaderEpoch = -1)
    {
        await SendFetchAsync(topic, offset, committed, waitMs, leaderEpoch);
        return await ReceiveFetchAsync();
    }

    public async Task<RawFetch> ReceiveFetchAsync()
    {
        var reader = await ReceiveAsync(false);
        reader.Int32();
        Assert.Equal(0, reader.Int16());
        Assert.Equal(0, reader.Int32());
        reader.ArrayLength();
        reader.String();
        reader.ArrayLength();
        reader.Int32();
        var error = (ErrorCode)reader.Int16();
        var (high, stable, start) = (reader.Int64(), reader.Int64(), reader.Int64());
        var aborted = new List<(long, long)>();
        for (var count = reader.ArrayLength(); count > 0; count--)
            aborted.Add((reader.Int64(), reader.Int64()));
        reader.Int32();
        return new RawFetch(error, high, stable, start, aborted, reader.Bytes());
    }

    /// <summary>The committed offset of partition 0.</summary>
    public async Task<(long Offset, ErrorCode Error)> CommittedAsync(string group, string topic, bool requireStable = false)
    {
        var reader = await CallAsync(ApiKey.OffsetFetch, 7, true, writer =>
        {
            writer.String(group);
            writer.ArrayLength(1);
            writer.String(topic);
            writer.ArrayLength(1);
            writer.Int32(0);
            writer.Tags();
            writer.Boolean(requireStable);
            writer.Tags();
        });
        reader.Int32();
        reader.ArrayLength();
        reader.String();
        reader.ArrayLength();
        reader.Int32();
        var offset = reader.Int64();
        reader.Int32();
        reader.NullableString();
        return (offset, (ErrorCode)reader.Int16());
    }

    public void Dispose() => _tcp.Dispose();
}

/// <summary>What a fetch answers for its only partition.</summary>
sealed record RawFetch(ErrorCode Error, long High, long Stable, long Start, List<(long ProducerId, long FirstOffset)> Aborted, byte[] Records)
{
    /// <summary>The first offset and the attributes of each batch.</summary>
    public List<(long Offset, short Attributes)> Batches
    {
        get
        {
            var batches = new List<(long, short)>();
            for (var at = 0; at < Records.Length;)
            {
                batches.Add((BinaryPrimitives.ReadInt64BigEndian(Records.AsSpan(at)), BinaryPrimitives.ReadInt16BigEndian(Records.AsSpan(at + 21))));
                at += 12 + BinaryPrimitives.ReadInt32BigEndian(Records.AsSpan(at + 8));
            }
            return batches;
        }
    }
}
