using System.Diagnostics;
using SqlStream.Core.Connect;
using SqlStream.Testing;

namespace SqlStream.Connectors.Tests.Kafka;

/// <summary>Readers and consumers that are given up at any time leave neither memory nor threads nor calls behind.</summary>
public sealed class KafkaLifetimeTests : IAsyncLifetime
{
    KafkaRun _kafka = null!;

    public async Task InitializeAsync() => _kafka = await KafkaRun.StartAsync();

    public async Task DisposeAsync() => await _kafka.DisposeAsync();

    [Fact]
    public void Readers_that_are_given_up_with_messages_pending_leave_nothing_behind()
    {
        _kafka.Topic("in", 3);
        for (var partition = 0; partition < 3; partition++)
            _kafka.Produce("in", partition, Enumerable.Range(0, 500).Select(id => KafkaRun.Json(id, "n")));
        var source = Table.Source(_kafka.Table("in", ("scan.bounded.mode", "unbounded")));
        using var process = Process.GetCurrentProcess();
        var threads = 0;
        for (var i = 0; i < 200; i++)
        {
            GiveUp(source, i);
            if (i != 20)
                continue;
            process.Refresh();
            threads = process.Threads.Count;
        }
        process.Refresh();
        // A client has three threads and more; those of other tests come and go.
        Assert.True(process.Threads.Count < threads + 200, $"{threads} threads became {process.Threads.Count}");
    }

    static void GiveUp(ISource source, int number)
    {
        var run = new SplitRun { Patience = KafkaRun.Patience, BatchRows = 8 };
        using (var opener = source.CreateOpener(run.Context([0, 1])))
        {
            // A position far beyond the log makes the third of them fail.
            var readers = Enumerable.Range(0, 3)
                .Select(partition => opener.Open(new SourceSplit($"in-{partition}@0-"), partition == 2 && number % 3 == 0 ? "{\"offset\":99999}" : null)).ToList();
            try
            {
                if (number % 4 > 0)
                    run.ReadRows(readers[number % 3], number % 4 * 8);
            }
            catch (Core.Diagnostics.SqlException)
            {
                // Given up like the others.
            }
            finally
            {
                readers.ForEach(reader => reader.Dispose());
                readers[0].Dispose();
            }
        }
        Assert.Equal(0, run.Pool.Outstanding);
    }

    [Fact]
    public async Task A_look_at_the_connection_that_comes_after_the_end_does_nothing()
    {
        _kafka.Topic("in");
        var edge = new ManualEdge();
        var run = new SplitRun { Patience = KafkaRun.Patience, Edge = edge };
        using (var reader = Table.Source(_kafka.Table("in", ("scan.bounded.mode", "unbounded"))).CreateReader(run.Context([0]), new SourceSplit("in-0@0-"), null))
        {
            Assert.Equal(ReadStatus.CaughtUp, run.Read(reader));
            await _kafka.StopAsync();
            run.ReadUntil(reader, status =>
            {
                run.Clock.Advance(TimeSpan.FromSeconds(6));
                return edge.Waiting > 0;
            });
        }
        var wakes = run.Wakes;

        Assert.True(edge.RunOne());
        run.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal((wakes, 0), (run.Wakes, edge.Waiting));
    }
}
