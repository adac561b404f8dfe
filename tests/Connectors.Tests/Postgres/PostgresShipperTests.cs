using SqlStream.Connectors.Postgres;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Testing;

namespace SqlStream.Connectors.Tests.Postgres;

/// <summary>Strategy: deliver epochs to real tables, and look at them with the server's own eyes.</summary>
[Collection(PostgresFixture.Name)]
public sealed class PostgresShipperTests(PostgresServer server) : IDisposable
{
    const RowKind Insert = RowKind.Insert, Update = RowKind.UpdateAfter, Delete = RowKind.Delete;

    readonly string _name = PostgresTables.NewName("shipped");

    public void Dispose()
    {
        CrashPoint.ArmHere(null);
        PostgresMutant.Activate(null);
    }

    static Schema Numbers { get; } = Table.Columns(("id", SqlType.Int), ("name", SqlType.String));

    ConnectorTable Append(params (string Key, string Value)[] options) => PostgresTables.Of(server, _name, Numbers, [], options);

    ConnectorTable Keyed(params (string Key, string Value)[] options) => PostgresTables.Of(server, _name, Numbers, [0], options);

    static (RowKind, object?[]) Row(int id, string? name, RowKind kind = Insert) => (kind, [id, name]);

    // Five frames in two segments, one, and one.
    static IOutputSegment[][] Appended(ConnectorTable table) =>
    [
        [new PostgresSegment(table, 1, 0, [Row(1, "a"), Row(2, "b")], [Row(3, "c")]), new PostgresSegment(table, 1, 1, [Row(4, "d")])],
        [new PostgresSegment(table, 2, 0, [Row(5, "e")], [Row(6, null)])],
        [new PostgresSegment(table, 3, 0, [Row(7, "g")])],
    ];

    static readonly string[] _appended = ["1|a", "2|b", "3|c", "4|d", "5|e", "6|", "7|g"];

    static IOutputSegment[][] Changes(ConnectorTable table) =>
    [
        [new PostgresSegment(table, 1, 0, [Row(1, "a"), Row(2, "b")], [Row(1, "a2", Update), Row(3, "c")]), new PostgresSegment(table, 1, 1, [Row(4, "d"), Row(4, null, Delete)])],
        [new PostgresSegment(table, 2, 0, [Row(2, "b", Delete), Row(2, "b2"), Row(3, "c", Delete)], [Row(5, "e")])],
        [new PostgresSegment(table, 3, 0, [Row(1, "a3", Update), Row(6, "f", Delete)])],
    ];

    static readonly string[] _changed = ["1|a3", "2|b2", "5|e"];

    IReadOnlyList<string> Content() => server.Query($"SELECT * FROM {_name} ORDER BY 1, 2");

    string Marker() => Assert.Single(server.Query($"SELECT epoch, segment, frame, whole, incarnation, rows, crc FROM _sqlstream_epochs WHERE job = '{_name.PadLeft(32, '0')}'"));

    [FactIfPostgres]
    public void Rows_are_appended_with_their_marker()
    {
        server.Execute($"CREATE TABLE {_name} (id int, name text)");
        var table = Append();

        new PostgresShipperRun(table, Appended(table)).Attempt();

        Assert.Equal(_appended, Content());
        Assert.Equal("3|1|0|True|1|3|4000000000", Marker());
    }

    [FactIfPostgres]
    public void Changes_are_put_together_by_key()
    {
        server.Execute($"CREATE TABLE {_name} (id int PRIMARY KEY, name text, note text DEFAULT 'n')");
        server.Execute($"INSERT INTO {_name} VALUES (6, 'old')");
        var table = Keyed();

        new PostgresShipperRun(table, Changes(table)).Attempt();

        Assert.Equal(_changed.Select(row => row + "|n"), Content());
    }

    [FactIfPostgres]
    public void Both_ends_of_an_epoch_that_is_too_large_for_one_transaction_arrive_once()
    {
        var table = Append(("auto-create", "true"));
        var run = new PostgresShipperRun(table, Appended(table)) { TransactionBytesMax = 30 };
        CrashPoint.ArmHere("postgres.begun:2:throw");

        Assert.True(run.Crashes());

        Assert.Equal("1|0|1|False|1|1|4000000000", Marker());
        CrashPoint.ArmHere(null);
        run.Attempt();
        Assert.Equal(_appended, Content());
    }

    public static TheoryData<string, bool> Crashes => new()
    {
        { "postgres.begun", false }, { "postgres.copied", true }, { "postgres.written", false }, { "postgres.written", true }, { "postgres.marked", true },
        { "postgres.committed", false }, { "postgres.committed", true },
    };

    [TheoryIfPostgres]
    [MemberData(nameof(Crashes))]
    public void A_crash_at_any_point_neither_loses_nor_repeats_a_row(string point, bool isKeyed)
    {
        var table = isKeyed ? Keyed(("auto-create", "true")) : Append(("auto-create", "true"));
        var run = new PostgresShipperRun(table, isKeyed ? Changes(table) : Appended(table));
        foreach (var hit in new[] { 2, 1 })
        {
            CrashPoint.ArmHere($"{point}:{hit}:throw");
            run.Crashes();
        }
        CrashPoint.ArmHere(null);

        run.Attempt();

        Assert.Equal(isKeyed ? _changed : _appended, Content());
    }

    [FactIfPostgres]
    public void A_process_with_a_newer_incarnation_shuts_out_the_older_one()
    {
        var table = Append(("auto-create", "true"));
        var epochs = Appended(table);
        var run = new PostgresShipperRun(table, epochs);
        using var old = run.CreateShipper();
        old.Fence(1, default);
        old.Ship(epochs[0], SinkPosition.Start, PostgresShipperRun.Marker(1, 2, 1), default);
        using var young = run.CreateShipper();
        young.Fence(2, default);
        Assert.Equal(1, young.ReadMarker(default)!.Epoch.Value);

        var error = Assert.Throws<SqlException>(() => old.Ship(epochs[1], SinkPosition.Start, PostgresShipperRun.Marker(2, 1, 1), default));

        Assert.Equal(SqlState.ObjectInUse, error.SqlState);
        young.Ship(epochs[1], SinkPosition.Start, PostgresShipperRun.Marker(2, 1, 2), default);
        Assert.Equal(_appended[..6], Content());
    }

    [TheoryIfPostgres]
    [InlineData(PostgresMutant.MarkerApart, "postgres.committed:2:throw")]
    [InlineData(PostgresMutant.FirstChangeWins, null)]
    public void A_broken_protocol_is_noticed(string mutant, string? crash)
    {
        var isKeyed = mutant == PostgresMutant.FirstChangeWins;
        var table = isKeyed ? Keyed(("auto-create", "true")) : Append(("auto-create", "true"));
        var run = new PostgresShipperRun(table, isKeyed ? Changes(table) : Appended(table));
        PostgresMutant.Activate(mutant);
        CrashPoint.ArmHere(crash);
        run.Crashes();
        CrashPoint.ArmHere(null);
        run.Attempt();

        Assert.NotEqual(isKeyed ? _changed : _appended, Content());
    }

    [FactIfPostgres]
    public void Without_a_fence_an_older_process_would_go_on()
    {
        var table = Append(("auto-create", "true"));
        var epochs = Appended(table);
        var run = new PostgresShipperRun(table, epochs);
        using var old = run.CreateShipper();
        old.Fence(1, default);
        old.Ship(epochs[0], SinkPosition.Start, PostgresShipperRun.Marker(1, 2, 1), default);
        using var young = run.CreateShipper();
        PostgresMutant.Activate(PostgresMutant.NoFence);
        young.Fence(2, default);

        old.Ship(epochs[1], SinkPosition.Start, PostgresShipperRun.Marker(2, 1, 1), default);

        Assert.Equal(_appended[..6], Content());
    }

    [TheoryIfPostgres]
    [InlineData(false)]
    [InlineData(true)]
    public void Rows_that_the_server_refuses_go_into_another_table_once(bool isKeyed)
    {
        server.Execute($"CREATE TABLE {_name} (id int PRIMARY KEY, name varchar(2) CHECK (name <> 'no'))");
        (string, string)[] options = [("sink.on-error", "dead-letter"), ("dead-letter.table-name", _name + "_letters")];
        var table = isKeyed ? Keyed(options) : Append(options);
        var rows = Enumerable.Range(0, 40).Select(id => Row(id, id switch { 7 => "long", 21 => "no", 22 => "a\0b", _ => "ok" })).ToArray();
        var run = new PostgresShipperRun(table, [[new PostgresSegment(table, 1, 0, rows[..20], rows[20..])], [new PostgresSegment(table, 2, 0, [Row(50, "no")])]]);
        CrashPoint.ArmHere("postgres.marked:1:throw");
        Assert.True(run.Crashes());
        CrashPoint.ArmHere(null);

        run.Attempt();

        Assert.Equal(37, Content().Count);
        Assert.Equal(
            [$"{_name}|{{\"id\":7,\"name\":\"long\"}}|22001", $"{_name}|{{\"id\":21,\"name\":\"no\"}}|23514", $"{_name}|{{\"id\":22,\"name\":\"a\\\\0b\"}}|22021", $"{_name}|{{\"id\":50,\"name\":\"no\"}}|23514"],
            server.Query($"SELECT table_name, row::text, sqlstate FROM {_name}_letters ORDER BY (row->>'id')::int"));
    }

    [FactIfPostgres]
    public void A_row_that_the_server_refuses_ends_the_job_with_the_reason()
    {
        server.Execute($"CREATE TABLE {_name} (id int, name varchar(2))");
        var table = Append();

        var error = Assert.Throws<SqlException>(() => new PostgresShipperRun(table, [[new PostgresSegment(table, 1, 0, [Row(1, "ok"), Row(2, "long")])]]).Attempt());

        Assert.Equal("22001", error.SqlState);
        Assert.Equal($"table \"{_name}\" refuses a row: value too long for type character varying(2)", error.Message);
        Assert.Contains("line 2, column name", error.Diagnostics[0].Detail, StringComparison.Ordinal);
        Assert.Empty(Content());
    }

    [FactIfPostgres]
    public void Constraints_that_are_checked_at_the_commit_are_found_too()
    {
        server.Execute($"CREATE TABLE {_name}_parent (id int PRIMARY KEY); INSERT INTO {_name}_parent VALUES (1)");
        server.Execute($"CREATE TABLE {_name} (id int PRIMARY KEY REFERENCES {_name}_parent DEFERRABLE INITIALLY DEFERRED, name text)");
        var table = Keyed(("sink.on-error", "skip"));

        new PostgresShipperRun(table, [[new PostgresSegment(table, 1, 0, [Row(1, "ok"), Row(2, "orphan")])]]).Attempt();

        Assert.Equal(["1|ok"], Content());
    }

    [FactIfPostgres]
    public void A_deadlock_is_tried_again()
    {
        server.Execute($"CREATE TABLE {_name} (id int PRIMARY KEY, name text); INSERT INTO {_name} VALUES (1, 'x')");
        server.Execute($"""
            CREATE SEQUENCE {_name}_times;
            CREATE FUNCTION {_name}_fail() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN IF nextval('{_name}_times') < 3 THEN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END IF; RETURN NEW; END $$;
            CREATE TRIGGER fail BEFORE INSERT ON {_name} FOR EACH ROW EXECUTE FUNCTION {_name}_fail()
            """);
        var table = Keyed();
        var run = new PostgresShipperRun(table, [[new PostgresSegment(table, 1, 0, [Row(1, "a")])]]);

        run.Attempt();

        Assert.Equal(["1|a"], Content());
        Assert.All(run.Failures, failure => Assert.Equal((Retry.Now, "40P01"), (failure.Retry, failure.SqlState)));
        Assert.Equal(2, run.Failures.Count);
    }

    [FactIfPostgres]
    public void A_connection_that_breaks_in_a_transaction_is_made_anew()
    {
        var table = Append(("auto-create", "true"));
        var epochs = Appended(table);
        var run = new PostgresShipperRun(table, epochs);
        using var shipper = run.CreateShipper();
        shipper.Fence(1, default);
        shipper.Ship(epochs[0], SinkPosition.Start, PostgresShipperRun.Marker(1, 2, 1), default);
        ((PostgresSegment)epochs[1][0]).BehindFirst = () =>
            server.Execute($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'sqlstream writing table \"{_name}\"%'");

        var error = Assert.Throws<ExternalException>(() => shipper.Ship(epochs[1], SinkPosition.Start, PostgresShipperRun.Marker(2, 1, 1), default));

        Assert.Equal(Retry.Backoff, error.Retry);
        Assert.Equal(1, shipper.ReadMarker(default)!.Epoch.Value);
        shipper.Ship(epochs[1], SinkPosition.Start, PostgresShipperRun.Marker(2, 1, 1), default);
        Assert.Equal(_appended[..6], Content());
    }

    [FactIfPostgres]
    public void A_marker_that_somebody_has_deleted_ends_the_job()
    {
        var table = Append(("auto-create", "true"));
        var epochs = Appended(table);
        using var shipper = new PostgresShipperRun(table, epochs).CreateShipper();
        shipper.Fence(1, default);
        server.Execute($"DELETE FROM _sqlstream_epochs WHERE job = '{_name.PadLeft(32, '0')}'");

        var error = Assert.Throws<SqlException>(() => shipper.Ship(epochs[0], SinkPosition.Start, PostgresShipperRun.Marker(1, 2, 1), default));

        Assert.Equal(SqlState.SinkStateMismatch, error.SqlState);
    }
}
