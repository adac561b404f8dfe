using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Core.Types;
using SqlStream.Execution.Exchange;
using SqlStream.Execution.Messages;

namespace SqlStream.Execution.Tests.Exchange;

public sealed class InputGateTests
{
    readonly ColumnPool _pool = new(poison: true);

    [Theory]
    [InlineData("a: row a1, barrier 1, row a2 | b: row b1", "row a1, row b1")]
    [InlineData("a: row a1, barrier 1, row a2 | b: row b1, barrier 1, row b2", "row a1, row b1, barrier 1, row a2, row b2")]
    [InlineData("a: barrier 1, barrier 2 | b: barrier 1, barrier 2", "barrier 1, barrier 2")]
    [InlineData("a: barrier 1, row a1 | b: end", "barrier 1, row a1")]
    [InlineData("a: end | b: barrier 1, row b1", "barrier 1, row b1")]
    [InlineData("a: end | b: end", "end")]
    [InlineData("a: barrier 1, end | b: barrier 1, end", "barrier 1, end")]
    [InlineData("a: barrier 1, end | b: end", "barrier 1, end")]
    [InlineData("a: barrier 1, halt | b: barrier 1, halt", "barrier 1, halt")]
    [InlineData("a: end | b: barrier 1, halt", "barrier 1, halt")]
    public void An_input_is_held_back_until_the_barrier_has_come_on_all_that_have_not_ended(string inputs, string expected) =>
        Assert.Equal(expected, Read(inputs, exactlyOnce: true));

    [Theory]
    [InlineData("a: barrier 1, row a1 | b: row b1", "row a1, row b1")]
    [InlineData("a: barrier 1, row a1, row a2 | b: row b1, barrier 1, row b2", "row a1, row b1, row a2, barrier 1, row b2")]
    [InlineData("a: barrier 1, end | b: end", "barrier 1, end")]
    public void At_least_once_holds_nothing_back(string inputs, string expected) => Assert.Equal(expected, Read(inputs, exactlyOnce: false));

    [Theory]
    [InlineData("a wm 10", "")]
    [InlineData("a wm 10; b wm 5; b wm 20", "wm 5, wm 10")]
    [InlineData("a wm 10; b wm 15; a wm 20", "wm 10, wm 15")]
    [InlineData("a wm 10; a wm 5; b wm 20", "wm 10")]
    [InlineData("a wm 10; b end", "wm 10")]
    [InlineData("a wm 10; b idle", "wm 10")]
    [InlineData("b idle; a wm 10; a wm 20", "wm 10, wm 20")]
    [InlineData("a idle; b idle", "idle")]
    [InlineData("b idle; a wm 10; a idle", "wm 10, idle")]
    public void The_watermark_is_the_lowest_of_inputs_that_are_not_idle(string steps, string expected) => Assert.Equal(expected, ReadStepwise(steps));

    [Theory]
    [InlineData("a wm 40; b wm 10; a silent; b silent", "wm 10, wm 40, silent")]
    [InlineData("a wm 40; b wm 10; b silent; a silent", "wm 10, wm 40, silent")]
    [InlineData("a wm 40; b wm 10; a silent; b silent; b wm 20; b wm 50", "wm 10, wm 40, silent, wm 40, wm 50")]
    [InlineData("a wm 40; b wm 10; a idle; b idle", "wm 10, wm 40, idle")]
    [InlineData("a wm 40; b wm 10; b idle; a idle", "wm 10, wm 40, idle")]
    [InlineData("a wm 40; b wm 10; a idle; b silent", "wm 10, wm 40, silent")]
    [InlineData("a wm 40; b wm 10; a silent; b idle", "wm 10, wm 40, silent")]
    [InlineData("a wm 40; b wm 10; a silent; b end", "wm 10, wm 40, silent")]
    public void When_all_are_idle_what_was_held_back_is_sent(string steps, string expected) => Assert.Equal(expected, ReadStepwise(steps));

    [Fact]
    public void An_input_that_comes_back_does_not_turn_back_the_watermark_and_holds_it_from_then_on() =>
        Assert.Equal("wm 10, wm 30", ReadStepwise("b idle; a wm 10; b wm 7; a wm 40; b wm 30"));

    [Fact]
    public void Rows_bring_an_input_back_too() =>
        Assert.Equal("wm 10, row b1", ReadStepwise("b idle; a wm 10; b row b1; a wm 40"));

    [Fact]
    public void Coming_back_from_idleness_is_said_downstream_although_the_watermark_is_the_same() =>
        Assert.Equal("wm 10, idle, wm 10", ReadStepwise("b end; a wm 10; a idle; a wm 10"));

    [Fact]
    public void The_end_that_completes_an_alignment_raises_the_watermark_too() =>
        // b holds the watermark at 5; its end lets barrier 1 and then watermark 50 pass.
        Assert.Equal("wm 5, barrier 1, wm 50", ReadStepwise("b wm 5; a wm 50; a barrier 1; b end"));

    [Fact]
    public void A_barrier_of_another_epoch_than_the_one_being_aligned_is_a_bug()
    {
        Assert.Throws<EngineBugException>(() => Read("a: barrier 1 | b: barrier 2", exactlyOnce: true));
    }

    [Fact]
    public void Inputs_are_read_in_turn()
    {
        Assert.Equal("row a1, row b1, row a2, row b2", Read("a: row a1, row a2 | b: row b1, row b2", exactlyOnce: true));
    }

    [Fact]
    public void The_watermark_of_one_input_waits_for_what_is_idle()
    {
        Channel[] channels = [new(100), new(100), new(100)];
        var gate = new InputGate(channels, exactlyOnce: true, [0, 1, 1]);
        Send(0, "wm 30");
        Send(1, "wm 20");
        Assert.Equal(EventTime.MinusInfinity, gate.WatermarkOf(1));
        Send(2, "wm 10");
        Send(2, "idle");
        Assert.Equal(new EventTime(10), gate.WatermarkOf(1));
        Assert.Equal(new EventTime(30), gate.WatermarkOf(0));
        Send(2, "end");
        Assert.Equal(new EventTime(20), gate.WatermarkOf(1));
        Send(1, "end");
        Assert.Equal(EventTime.PlusInfinity, gate.WatermarkOf(1));

        void Send(int channel, string text)
        {
            channels[channel].Send(Parse(text));
            while (gate.TryTake(out _))
            {
            }
        }
    }

    string Read(string inputs, bool exactlyOnce)
    {
        var channels = inputs.Split('|').Select(Fill).ToList();
        var gate = new InputGate(channels, exactlyOnce);
        var messages = new List<string>();
        while (gate.TryTake(out var message))
        {
            messages.Add(Describe(message));
            if (gate.TakePendingEnd())
                messages.Add("end");
        }
        foreach (var channel in channels)
            channel.Close();
        Assert.Equal(0, _pool.Outstanding);
        return string.Join(", ", messages);
    }

    string ReadStepwise(string steps)
    {
        var channels = new Dictionary<char, Channel> { ['a'] = new(100), ['b'] = new(100) };
        var gate = new InputGate([.. channels.Values], exactlyOnce: true);
        var messages = new List<string>();
        foreach (var step in steps.Split(';', StringSplitOptions.TrimEntries))
        {
            channels[step[0]].Send(Parse(step[2..]));
            while (gate.TryTake(out var message))
                messages.Add(Describe(message));
        }
        return string.Join(", ", messages);
    }

    Channel Fill(string input)
    {
        var channel = new Channel(100);
        foreach (var text in input[(input.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(',', StringSplitOptions.TrimEntries))
            channel.Send(Parse(text));
        return channel;
    }

    StreamMessage Parse(string text) => text.Split(' ') switch
    {
        ["row", var value] => StreamMessage.Data(Row(value)),
        ["wm", var time] => StreamMessage.AtWatermark(new EventTime(long.Parse(time, System.Globalization.CultureInfo.InvariantCulture))),
        ["barrier", var epoch] => StreamMessage.AtBarrier(new Epoch(long.Parse(epoch, System.Globalization.CultureInfo.InvariantCulture))),
        ["idle"] => StreamMessage.Idle,
        ["silent"] => StreamMessage.Silent,
        ["end"] => StreamMessage.End,
        _ => StreamMessage.Halt,
    };

    Batch Row(string value)
    {
        using var builder = new BatchBuilder([SqlType.String], _pool);
        PlanValue.Append(builder[0], value);
        builder.EndRow();
        return builder.Build();
    }

    static string Describe(StreamMessage message)
    {
        switch (message.Kind)
        {
            case MessageKind.Data:
                var value = (string)PlanValue.Read(message.Batch![0], 0)!;
                message.Batch.Release();
                return "row " + value;
            case MessageKind.Watermark:
                return $"wm {message.Watermark.Micros}";
            case MessageKind.Barrier:
                return $"barrier {message.Epoch}";
            case MessageKind.Idle when message.IsSilent:
                return "silent";
            default:
                return message.Kind.ToString().ToLowerInvariant();
        }
    }
}
