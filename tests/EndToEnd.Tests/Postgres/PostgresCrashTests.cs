using SqlStream.EndToEnd.Tests.Crash;
using SqlStream.EndToEnd.Tests.Rig;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Postgres;

/// <summary>A test that needs a server, and is skipped with the reason where there can be none.</summary>
public sealed class FactIfPostgresAttribute : FactAttribute
{
    public FactIfPostgresAttribute() => Skip = PostgresServer.SkipReason();
}

/// <summary>SIGKILL at every step of a delivery to PostgreSQL, then again during the recovery: a table that rows are appended to, one whose few rows change, and one that many
/// rows with a key come into, are what the server itself makes of the same readings.</summary>
public sealed class PostgresCrashTests(CrashInput input, PostgresServer server) : IClassFixture<CrashInput>, IClassFixture<PostgresServer>
{
    static readonly string[] _points =
    [
        "postgres.begun", "postgres.copied", "postgres.written", "postgres.marked", "postgres.committed",
        "ship.fenced", "ship.marker-read", "ship.before", "ship.delivered", "ship.noted", "checkpoint.published", "recover.opened", "epoch.all-sealed", "lease.taken",
    ];

    public static TheoryData<string> Cases
    {
        get
        {
            if (!SqlStreamProgram.IsLong)
                return ["postgres.copied:900", "postgres.marked:3, then postgres.written:1", "postgres.committed:2"];
            var cases = new TheoryData<string>();
            for (var i = 0; i < _points.Length; i++)
            {
                foreach (var hit in new[] { 1, 5 })
                {
                    cases.Add($"{_points[i]}:{hit}");
                    cases.Add($"{_points[i]}:{hit}, then {_points[((i * 5) + 3) % _points.Length]}:1");
                }
            }
            return cases;
        }
    }

    [TheoryIfPostgres]
    [MemberData(nameof(Cases))]
    public async Task Rows_and_changes_arrive_exactly_once_across(string crashes)
    {
        using var work = new WorkDirectory();
        var schema = $"crash_{Math.Abs(crashes.GetHashCode(StringComparison.Ordinal))}";
        server.Execute($"CREATE SCHEMA {schema}; CREATE TABLE {schema}.kept (id bigint, k text)");
        PostgresReadings.Load(server, schema, input.Readings);
        work.Write("job.sql", Script(work, schema));
        foreach (var crash in crashes.Split(", then "))
        {
            var result = await RunningProgram.RunAsync(Start(work, crash));
            if (result.ExitCode != 0)
                result.Exits(ProgramResult.Killed);
        }

        (await RunningProgram.RunAsync(Start(work, null))).Exits(0);

        PostgresReadings.ShouldBeEqual(server, $"SELECT id, k FROM {schema}.kept", $"SELECT id, k FROM {schema}.readings WHERE v < 500");
        PostgresReadings.ShouldBeEqual(server, $"SELECT k, n, total, last_id FROM {schema}.totals", PostgresReadings.Totals(schema));
        PostgresReadings.ShouldBeEqual(server, $"SELECT id, v FROM {schema}.latest", $"SELECT id, v FROM {schema}.readings");
    }

    string Script(WorkDirectory work, string schema) => $$"""
        SET 'execution.runtime-mode' = 'streaming';
        CREATE TABLE readings (id BIGINT, k STRING, v BIGINT, ts TIMESTAMP(3))
        WITH ('connector' = 'filesystem', 'path' = '{{input.Path}}', 'format' = 'json', 'source.split-size' = '16 kb', 'bad-data' = 'skip');
        CREATE TABLE kept (id BIGINT, k STRING) WITH ('connector' = 'jdbc', 'url' = '{{server.Url}}', 'table-name' = '{{schema}}.kept');
        CREATE TABLE totals (k STRING, n BIGINT, total BIGINT, last_id BIGINT, PRIMARY KEY (k) NOT ENFORCED)
        WITH ('connector' = 'postgres', 'url' = '{{server.Url}}', 'table-name' = '{{schema}}.totals', 'auto-create' = 'true');
        CREATE TABLE latest (id BIGINT, v BIGINT, PRIMARY KEY (id) NOT ENFORCED)
        WITH ('connector' = 'postgres', 'url' = '{{server.Url}}', 'table-name' = '{{schema}}.latest', 'auto-create' = 'true');
        EXECUTE STATEMENT SET BEGIN
          INSERT INTO kept SELECT id, k FROM readings WHERE v < 500;
          INSERT INTO totals SELECT k, COUNT(*), SUM(v), MAX(id) FROM readings GROUP BY k;
          INSERT INTO latest SELECT id, v FROM readings;
        END;
        """;

    static ProgramStart Start(WorkDirectory work, string? crash) => new()
    {
        Arguments =
        [
            "run", work["job.sql"], "--data", work["data"], "--parallelism", "2", "--set", "execution.checkpointing.interval=20 ms",
        ],
        Environment = crash is null ? new Dictionary<string, string>() : new() { ["SQLSTREAM_CRASH"] = crash },
    };
}

/// <summary>The readings as a table of the server, and what it makes of them.</summary>
static class PostgresReadings
{
    public static string Totals(string schema) => $"SELECT k, count(*) AS n, sum(v)::bigint AS total, max(id) AS last_id FROM {schema}.readings GROUP BY k";

    public static void Load(PostgresServer server, string schema, CrashReadings readings)
    {
        server.Execute($"CREATE TABLE {schema}.readings (id bigint, k text, v bigint)");
        using var connection = server.DataSource.OpenConnection();
        using var writer = connection.BeginBinaryImport($"COPY {schema}.readings FROM STDIN (FORMAT BINARY)");
        foreach (var reading in readings.Whole)
        {
            writer.StartRow();
            writer.Write((long)reading.Id);
            writer.Write(reading.Key);
            writer.Write((long)reading.Value);
        }
        writer.Complete();
    }

    /// <summary>Fails with some of the rows that one query has more often than the other.</summary>
    public static void ShouldBeEqual(PostgresServer server, string found, string expected)
    {
        var lost = server.Query($"SELECT * FROM (({expected}) EXCEPT ALL ({found})) AS d LIMIT 5");
        var wrong = server.Query($"SELECT * FROM (({found}) EXCEPT ALL ({expected})) AS d LIMIT 5");
        Assert.True(lost.Count + wrong.Count == 0, $"lost: {string.Join("; ", lost)}\nwrong or repeated: {string.Join("; ", wrong)}");
    }
}
