using SqlStream.EndToEnd.Tests.Crash;
using SqlStream.EndToEnd.Tests.Kafka;
using SqlStream.EndToEnd.Tests.Rig;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Postgres;

/// <summary>kill -9 at random moments of a job from a topic to a table, and of the server that holds the table, while records come.</summary>
public sealed class PostgresKillTests : IDisposable
{
    const int SigTerm = 15;
    const int RowsPerKill = 600;
    const string Topic = "readings";
    const string Schema = "killed";

    readonly WorkDirectory _work = new();
    readonly BrokerProgram? _broker;
    readonly PostgresServer _server = new();
    readonly Random _random = new(20260321);

    public PostgresKillTests()
    {
        if (PostgresServer.Missing() is null)
            _broker = new BrokerProgram();
    }

    public void Dispose()
    {
        _broker?.Dispose();
        _server.Dispose();
        _work.Dispose();
    }

    [FactIfPostgres]
    public async Task Random_kills_of_job_and_server_leave_the_table_that_the_server_itself_would_make()
    {
        var kills = SqlStreamProgram.IsLong ? 20 : 3;
        var readings = new CrashReadings((kills + 1) * RowsPerKill);
        _server.Execute($"CREATE SCHEMA {Schema}");
        PostgresReadings.Load(_server, Schema, readings);
        await _broker!.CreateTopicAsync(Topic, KafkaReadings.Partitions);
        using var producer = _broker.Producer();
        _work.Write("job.sql", Script());
        var produced = 0;
        var program = Start();
        try
        {
            for (var kill = 0; kill < kills; kill++)
            {
                var newest = _work.NewestCheckpoint();
                Produce(RowsPerKill / 2);
                await program.UntilAsync(() => _work.NewestCheckpoint() > newest, "it took a checkpoint");
                using var wait = new PeriodicTimer(TimeSpan.FromMilliseconds(1 + _random.Next(250)));
                await wait.WaitForNextTickAsync();
                // The server, the job, both. Without rows to deliver a job would not miss its server.
                if (kill % 3 != 1)
                    _server.Kill();
                Produce(RowsPerKill / 2);
                if (kill % 3 != 0)
                    program = await KillAndStartAsync(program);
                if (kill % 3 != 1)
                    await ServerComesBackAsync(program);
            }
            KafkaReadings.Produce(producer, Topic, readings.All.Skip(produced));
            await program.UntilAsync(() => Count("killed.totals") == Count($"({PostgresReadings.Totals(Schema)}) AS t"), "the table was complete");
            program.Signal(SigTerm);
            (await program.EndAsync()).Exits(0);
        }
        finally
        {
            program.Dispose();
        }
        PostgresReadings.ShouldBeEqual(_server, "SELECT k, n, total, last_id FROM killed.totals", PostgresReadings.Totals(Schema));
        PostgresReadings.ShouldBeEqual(_server, "SELECT id, k FROM killed.kept", $"SELECT id, k FROM {Schema}.readings WHERE v < 500");

        void Produce(int rows)
        {
            KafkaReadings.Produce(producer, Topic, readings.All.Skip(produced).Take(rows));
            produced += rows;
        }
    }

    // How many rows are there, with how many rows behind them.
    string Count(string table) => Assert.Single(_server.Query($"SELECT count(*), sum(n), sum(total), (SELECT count(*) FROM killed.kept) >= (SELECT count(*) FROM killed.readings WHERE v < 500) FROM {table}"));

    async Task<RunningProgram> KillAndStartAsync(RunningProgram program)
    {
        program.KillNow();
        (await program.EndAsync()).Exits(ProgramResult.Killed);
        program.Dispose();
        return Start();
    }

    // The job says what it misses, and stays.
    async Task ServerComesBackAsync(RunningProgram program)
    {
        await program.UntilAsync(() => program.Error.Contains("cannot be reached", StringComparison.Ordinal), "it missed the server");
        _server.Start();
    }

    string Script() => $$"""
        CREATE TABLE readings (id BIGINT, k STRING, v BIGINT, ts TIMESTAMP(3))
        WITH ('connector' = 'kafka', 'topic' = '{{Topic}}', 'properties.bootstrap.servers' = '{{_broker!.Servers}}', 'format' = 'json', 'scan.startup.mode' = 'earliest-offset',
              'bad-data' = 'skip');
        CREATE TABLE totals (k STRING, n BIGINT, total BIGINT, last_id BIGINT, PRIMARY KEY (k) NOT ENFORCED)
        WITH ('connector' = 'postgres', 'url' = '{{_server.Url}}', 'table-name' = '{{Schema}}.totals', 'auto-create' = 'true');
        CREATE TABLE kept (id BIGINT, k STRING)
        WITH ('connector' = 'postgres', 'url' = '{{_server.Url}}', 'table-name' = '{{Schema}}.kept', 'auto-create' = 'true');
        EXECUTE STATEMENT SET BEGIN
          INSERT INTO totals SELECT k, COUNT(*), SUM(v), MAX(id) FROM readings GROUP BY k;
          INSERT INTO kept SELECT id, k FROM readings WHERE v < 500;
        END;
        """;

    RunningProgram Start() => RunningProgram.Start(
        "run", _work["job.sql"], "--data", _work["data"], "--parallelism", (1 + _random.Next(3)).ToString(System.Globalization.CultureInfo.InvariantCulture),
        "--set", "execution.checkpointing.interval=20 ms");
}
