using SqlStream.Connectors.Postgres;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Testing;

namespace SqlStream.Connectors.Tests.Postgres;

/// <summary>Statements that are no longer wanted while something else happens to them.</summary>
[Collection(PostgresFixture.Name)]
public sealed class PostgresSessionTests(PostgresServer server)
{
    const int Rounds = 60;

    static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    readonly string _name = PostgresTables.NewName("session");

    enum Meanwhile
    {
        Nothing,
        ItEnds,
        ConnectionBreaks,
    }

    // The statement ends by itself, or its connection breaks, in about the moment in which it is cancelled. Whatever comes first: it ends, in a way that the engine knows, and so
    // does what was begun to cancel it, on a thread of the pool on which a failure would end the process.
    [FactIfPostgres]
    public async Task Cancelling_may_come_at_any_moment()
    {
        var address = PostgresTables.Options(PostgresTables.Of(server, _name, Table.Columns(("id", SqlType.Int)), [])).Address;
        for (var round = 0; round < Rounds; round++)
        {
            var meanwhile = (Meanwhile)(round % 3);
            using var cancellation = new CancellationTokenSource();
            using var session = PostgresSession.Open(address, _name, default);
            var pid = session.Query("SELECT pg_backend_pid()", row => row.GetInt32(0), default)[0];
            var running = Task.Run(() => session.Execute(meanwhile == Meanwhile.ItEnds ? "SELECT 1" : "SELECT pg_sleep(600)", cancellation.Token));
            if (meanwhile != Meanwhile.ItEnds)
                Assert.True(SpinWait.SpinUntil(() => server.Query($"SELECT 1 FROM pg_stat_activity WHERE pid = {pid} AND wait_event = 'PgSleep'").Count > 0, _patience));
            var breaking = Task.Run(() =>
            {
                if (meanwhile == Meanwhile.ConnectionBreaks)
                    server.Execute($"SELECT pg_terminate_backend({pid})");
            });
            cancellation.Cancel();

            var error = await Record.ExceptionAsync(() => running.WaitAsync(_patience));

            await breaking.WaitAsync(_patience);
            Assert.True(meanwhile == Meanwhile.ItEnds ? error is null or OperationCanceledException : error is OperationCanceledException or ExternalException, $"{meanwhile}: {error}");
        }
    }
}
