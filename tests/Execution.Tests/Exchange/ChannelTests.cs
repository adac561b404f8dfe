using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Execution.Exchange;
using SqlStream.Execution.Messages;
using SqlStream.State;

namespace SqlStream.Execution.Tests.Exchange;

public sealed class ChannelTests
{
    readonly ColumnPool _pool = new(poison: true);

    [Fact]
    public void Data_needs_credit_and_control_messages_do_not()
    {
        var channel = new Channel(2);
        channel.Send(StreamMessage.Idle);
        channel.Send(StreamMessage.End);
        Assert.True(channel.HasCredit());
        channel.Send(Data());
        channel.Send(Data());
        Assert.False(channel.HasCredit());
        Assert.Equal(2, channel.Depth);
        channel.Close();
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public void A_producer_without_credit_is_woken_once_when_there_is_some()
    {
        var wakes = 0;
        var channel = new Channel(1) { WakeProducer = () => wakes++ };
        channel.Send(Data());
        Take(channel);
        Assert.Equal(0, wakes);
        channel.Send(Data());
        channel.Send(Data());
        Assert.False(channel.HasCredit());
        Take(channel);
        Take(channel);
        Assert.Equal(1, wakes);
        Assert.True(channel.HasCredit());
    }

    [Fact]
    public void Every_message_wakes_the_consumer()
    {
        var wakes = 0;
        var channel = new Channel(1) { WakeConsumer = () => wakes++ };
        channel.Send(StreamMessage.Idle);
        channel.Send(StreamMessage.End);
        Assert.Equal(2, wakes);
    }

    [Fact]
    public void A_closed_channel_swallows_what_is_sent_and_blocks_nobody()
    {
        var channel = new Channel(1);
        channel.Send(Data());
        channel.Close();
        channel.Send(Data());
        Assert.True(channel.HasCredit());
        Assert.False(channel.TryTake(out _));
        Assert.Equal(0, _pool.Outstanding);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public void Hash_routing_sends_each_row_to_the_owner_of_its_key_group(int parallelism)
    {
        const int MaxParallelism = 16;
        var targets = Enumerable.Range(0, parallelism).Select(_ => new Channel(100)).ToArray();
        var edge = new HashEdge(targets, [0], MaxParallelism, _pool);
        edge.Send(Numbers(500));
        var seen = new List<long>();
        for (var subtask = 0; subtask < parallelism; subtask++)
        {
            var (first, end) = KeyGroups.RangeOf(subtask, MaxParallelism, parallelism);
            while (targets[subtask].TryTake(out var message))
            {
                var batch = message.Batch!;
                var hashes = new ulong[batch.StoredRows];
                RowHash.Compute(batch.Columns, hashes);
                for (var i = 0; i < batch.Rows; i++)
                {
                    var row = batch.StoredRow(i);
                    Assert.InRange(KeyGroups.Of(RowHash.Stable32(hashes[row]), MaxParallelism), first, end - 1);
                    seen.Add((long)PlanValue.Read(batch[0], row)!);
                }
                batch.Release();
            }
        }
        Assert.Equal(Enumerable.Range(0, 500).Select(i => (long)i), seen.Order());
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public void Hash_routing_keeps_kinds_and_the_order_of_rows()
    {
        var targets = new[] { new Channel(100), new Channel(100) };
        using var builder = new BatchBuilder([SqlType.BigInt, SqlType.BigInt], _pool);
        for (var i = 0L; i < 40; i++)
        {
            PlanValue.Append(builder[0], i % 8);
            PlanValue.Append(builder[1], i);
            builder.EndRow((RowKind)(i % 4));
        }
        new HashEdge(targets, [0], 128, _pool).Send(builder.Build());
        foreach (var target in targets)
        {
            var last = -1L;
            while (target.TryTake(out var message))
            {
                foreach (var row in message.Batch!.Selection)
                {
                    var number = (long)PlanValue.Read(message.Batch[1], row)!;
                    Assert.True(number > last);
                    Assert.Equal((RowKind)(number % 4), message.Batch.Kind(row));
                    last = number;
                }
                message.Batch.Release();
            }
        }
    }

    void Take(Channel channel)
    {
        Assert.True(channel.TryTake(out var message));
        message.Batch?.Release();
    }

    StreamMessage Data() => StreamMessage.Data(Numbers(1));

    Batch Numbers(int count)
    {
        using var builder = new BatchBuilder([SqlType.BigInt], _pool);
        for (var i = 0L; i < count; i++)
        {
            PlanValue.Append(builder[0], i);
            builder.EndRow();
        }
        return builder.Build();
    }
}
