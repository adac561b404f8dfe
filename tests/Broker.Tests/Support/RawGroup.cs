using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Tests.Support;

/// <summary>Requests of a member of a group, one at a time.</summary>
sealed class RawGroup(RawClient client, string group)
{
    public async Task<(ErrorCode Error, int Generation, string Leader, string MemberId)> JoinAsync(string memberId, string topic)
    {
        var reader = await client.CallAsync(ApiKey.JoinGroup, 5, false, writer =>
        {
            writer.String(group);
            writer.Int32(10_000);
            writer.Int32(10_000);
            writer.String(memberId);
            writer.String(null);
            writer.String("consumer");
            writer.ArrayLength(1);
            writer.String("range");
            writer.Bytes(Subscription(topic));
        });
        reader.Int32();
        var error = (ErrorCode)reader.Int16();
        var generation = reader.Int32();
        reader.NullableString();
        return (error, generation, reader.NullableString() ?? "", reader.String());
    }

    public async Task<(ErrorCode Error, byte[] Assignment)> SyncAsync(int generation, string memberId)
    {
        var reader = await client.CallAsync(ApiKey.SyncGroup, 3, false, writer =>
        {
            writer.String(group);
            writer.Int32(generation);
            writer.String(memberId);
            writer.String(null);
            writer.ArrayLength(1);
            writer.String(memberId);
            writer.Bytes([0, 1, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
        });
        reader.Int32();
        return ((ErrorCode)reader.Int16(), reader.Bytes());
    }

    public async Task<ErrorCode> HeartbeatAsync(int generation, string memberId)
    {
        var reader = await client.CallAsync(ApiKey.Heartbeat, 3, false, writer =>
        {
            writer.String(group);
            writer.Int32(generation);
            writer.String(memberId);
            writer.String(null);
        });
        reader.Int32();
        return (ErrorCode)reader.Int16();
    }

    public async Task<ErrorCode> CommitAsync(int generation, string memberId, string topic, long offset)
    {
        var reader = await client.CallAsync(ApiKey.OffsetCommit, 7, false, writer =>
        {
            writer.String(group);
            writer.Int32(generation);
            writer.String(memberId);
            writer.String(null);
            writer.ArrayLength(1);
            writer.String(topic);
            writer.ArrayLength(1);
            writer.Int32(0);
            writer.Int64(offset);
            writer.Int32(-1);
            writer.String("");
        });
        reader.Int32();
        reader.ArrayLength();
        reader.String();
        reader.ArrayLength();
        reader.Int32();
        return (ErrorCode)reader.Int16();
    }

    static byte[] Subscription(string topic)
    {
        using var writer = new WireWriter();
        writer.Int16(0);
        writer.ArrayLength(1);
        writer.String(topic);
        writer.Int32(-1);
        return writer.Written.ToArray();
    }
}
