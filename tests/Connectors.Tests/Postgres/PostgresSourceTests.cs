using System.Globalization;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Testing;

namespace SqlStream.Connectors.Tests.Postgres;

[Collection(PostgresFixture.Name)]
public sealed class PostgresSourceTests(PostgresServer server)
{
    readonly string _name = PostgresTables.NewName("read");

    [FactIfPostgres]
    public void Values_of_every_type_are_read_as_they_are()
    {
        server.Execute($"""
            CREATE TABLE {_name} (b boolean, i2 smallint, i4 integer, i8 bigint, f4 real, f8 double precision, n numeric(38, 10), m numeric, c char(3), v varchar(5), s text, y bytea,
                d date, t time, ts timestamp, tz timestamptz, u uuid, j jsonb, ai int[], sa varchar(3)[], na numeric[]);
            INSERT INTO {_name} VALUES (true, -32768, 7, 9223372036854775807, 1.5, 'NaN', -9999999999999999999999999999.9999999999, 2.5, 'a', 'grüße', '', '\x00ff', '0001-01-01',
                '23:59:59.999999', '1969-12-31 23:59:59.999999', '1970-01-01 01:00:00+01', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '{"{\"a\":[1]}"}', '{"{1,NULL}"}', '{"{a,b}"}', '{"{0.05,12}"}');
            INSERT INTO {_name} (i4) VALUES (NULL)
            """);
        var table = PostgresTables.Of(
            server, _name,
            Table.Columns(
                ("b", SqlType.Boolean), ("i2", SqlType.TinyInt), ("i4", SqlType.TinyInt), ("i8", SqlType.Decimal(19, 0)), ("f4", SqlType.Float), ("f8", SqlType.Double), ("n", SqlType.Decimal(38, 10)),
                ("m", SqlType.Int), ("c", SqlType.Char(3)), ("v", SqlType.Varchar(5)), ("s", SqlType.String), ("y", SqlType.Bytes), ("d", SqlType.Date), ("t", SqlType.Time(3)),
                ("ts", SqlType.Timestamp(3)), ("tz", SqlType.TimestampLtz(9)), ("u", SqlType.String), ("j", SqlType.String), ("ai", SqlType.Array(SqlType.BigInt)),
                ("sa", SqlType.Array(SqlType.String)), ("na", SqlType.Array(SqlType.Decimal(5, 1)))),
            []);
        int[] columns = [0, .. Enumerable.Range(2, 19)];

        AssertRows(
            [
                "+I True | 7 | 9223372036854775807 | 1.5 | NaN | -99999999999999999999999999999999999999 | 3 | a   | grüße |  | 0x00ff | -719162 | 86399999 | 0 | 0 | a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 | {\"a\": [1]} | [1, NULL] | [a, b] | [1, 120]",
                "+I " + string.Join(" | ", columns.Select(_ => "NULL")),
            ],
            SplitRun.ReadAll(Table.Source(table), columns));
        // The value does not fit.
        Assert.Equal(SqlState.DataException, Assert.Throws<SqlException>(() => SplitRun.ReadAll(Table.Source(table), [1])).SqlState);
    }

    static void AssertRows(IEnumerable<string> expected, IEnumerable<string> found) => Assert.Equal(string.Join('\n', expected), string.Join('\n', found));

    [FactIfPostgres]
    public void All_readers_see_one_snapshot()
    {
        server.Execute($"CREATE TABLE {_name} (id int, name text); INSERT INTO {_name} SELECT i, repeat('x', 1000) FROM generate_series(1, 40) AS i");
        var source = Table.Source(PostgresTables.Of(server, _name, Table.Columns(("id", SqlType.Int)), [], ("scan.partition.num", "4")));
        var splits = SplitRun.Splits(source);
        var run = new SplitRun();
        using (source.CreateOpener(run.Context([0])))
        {
            run.Read(source, [0], splits[0]);
            server.Execute($"INSERT INTO {_name} SELECT i, repeat('x', 1000) FROM generate_series(41, 60) AS i; DELETE FROM {_name} WHERE id % 2 = 0");
            foreach (var split in splits.Skip(1))
                run.Read(source, [0], split);
        }

        Assert.Equal(Enumerable.Range(1, 40).Select(id => $"+I {id}"), run.Rows);
        Assert.Equal(30, SplitRun.ReadAll(source, [0]).Count);
    }

    // The server sends some rows, and then for ten minutes none: what is left is not waited for.
    [FactIfPostgres]
    public void A_scan_of_which_no_more_is_wanted_ends_on_the_server()
    {
        const int gate = 20_000;
        server.Execute($"CREATE VIEW {_name} AS SELECT i AS id, CASE WHEN i = {gate} THEN pg_sleep(600)::text ELSE repeat('x', 200) END AS name FROM generate_series(1, 30000) AS i");
        var source = Table.Source(PostgresTables.Of(server, _name, Table.Columns(("id", SqlType.Int), ("name", SqlType.String)), []));
        var run = new SplitRun { Edge = new TaskEdge() };
        using (var reader = source.CreateReader(run.Context([0, 1]), Assert.Single(SplitRun.Splits(source)), null))
        {
            Assert.True(SpinWait.SpinUntil(() => server.Query(Sessions("state = 'active' AND wait_event = 'PgSleep'")).Count > 0 || Read(reader), TimeSpan.FromSeconds(60)));
        }
        Assert.True(SpinWait.SpinUntil(() => server.Query(Sessions("true")).Count == 0, TimeSpan.FromSeconds(60)));
        Assert.True(SpinWait.SpinUntil(() => run.Pool.Outstanding == 0, TimeSpan.FromSeconds(60)));

        string Sessions(string condition) => $"SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'sqlstream reading table \"{_name}\"%' AND {condition}";

        static bool Read(ISplitReader reader)
        {
            if (reader.Read(out var batch) != ReadStatus.Batch)
                return false;
            batch!.Release();
            return true;
        }
    }

    // Rows are in other places than they were first, one page holds several that are wanted, and the index leads to where they were: read on from each batch, in parts of blocks
    // and of values, by the index, by its bitmap, and by the blocks.
    [TheoryIfPostgres]
    [InlineData(3, "on", "on", false)]
    [InlineData(3, "off", "on", false)]
    [InlineData(3, "off", "off", false)]
    [InlineData(999, "on", "on", false)]
    [InlineData(999, "on", "on", true)]
    [InlineData(40, "off", "on", true)]
    public void Reading_goes_on_behind_each_batch(int below, string indexes, string bitmaps, bool isByValues)
    {
        server.Execute($"""
            CREATE TABLE {_name} (id int PRIMARY KEY, v int, name text) WITH (fillfactor = 50, autovacuum_enabled = false); CREATE INDEX ON {_name} (v);
            INSERT INTO {_name} SELECT i, i % 100, repeat('x', 40) FROM generate_series(1, 2000) AS i;
            UPDATE {_name} SET name = 'once' WHERE id % 3 = 0; UPDATE {_name} SET name = 'twice' WHERE id % 5 = 0; ANALYZE {_name};
            CREATE ROLE {_name}_reader LOGIN; ALTER ROLE {_name}_reader SET enable_indexscan = '{indexes}'; ALTER ROLE {_name}_reader SET enable_bitmapscan = '{bitmaps}';
            GRANT SELECT ON {_name} TO {_name}_reader
            """);
        (string, string)[] parts = isByValues
            ? [("scan.partition.column", "id"), ("scan.partition.lower-bound", "1"), ("scan.partition.upper-bound", "2000"), ("scan.partition.num", "3")]
            : [("scan.partition.num", "3")];
        var schema = Table.Columns(("id", SqlType.Int), ("v", SqlType.Int));
        var source = Table.Source(PostgresTables.Of(server, _name, schema, [], [("username", $"{_name}_reader"), .. parts]));
        var wanted = new ColumnComparison(1, ComparisonOperator.Less, SqlType.Int, below);
        var found = new List<string>();
        foreach (var split in SplitRun.Splits(source))
        {
            var whole = new SplitRun { Predicate = wanted, BatchRows = 7 };
            whole.Read(source, [0], split);
            foreach (var (position, rows, _) in whole.Positions.Where((_, i) => i % 9 == 0))
            {
                var rest = new SplitRun { Predicate = wanted };
                rest.Read(source, [0], split, position);
                AssertRows(whole.Rows.Skip(rows).Order(), rest.Rows.Order());
            }
            found.AddRange(whole.Rows);
        }
        AssertRows(Enumerable.Range(1, 2000).Where(id => id % 100 < below).Select(id => $"+I {id}").Order(), found.Order());
    }

    [FactIfPostgres]
    public void Partitions_views_and_children_are_read()
    {
        server.Execute($"""
            CREATE TABLE {_name} (id int, k text) PARTITION BY LIST (k);
            CREATE TABLE {_name}_a PARTITION OF {_name} FOR VALUES IN ('a'); CREATE TABLE {_name}_b PARTITION OF {_name} FOR VALUES IN ('b');
            INSERT INTO {_name} VALUES (1, 'a'), (2, 'b'), (3, 'a');
            CREATE VIEW {_name}_view AS SELECT id + 10 AS id FROM {_name}
            """);

        List<string> Read(string name) => SplitRun.ReadAll(Table.Source(PostgresTables.Of(server, name, Table.Columns(("id", SqlType.Int)), [])), [0]);
        Assert.Equal(["+I 1", "+I 2", "+I 3"], Read(_name).Order());
        Assert.Equal(["+I 11", "+I 12", "+I 13"], Read(_name + "_view").Order());
    }

    [FactIfPostgres]
    public void Rows_longer_than_a_block_of_the_reader_are_whole()
    {
        server.Execute($"CREATE TABLE {_name} (id int, name text); INSERT INTO {_name} SELECT i, repeat(i::text, 150000) FROM generate_series(1, 9) AS i");
        var source = Table.Source(PostgresTables.Of(server, _name, Table.Columns(("id", SqlType.Int), ("name", SqlType.String)), []));

        Assert.Equal(Enumerable.Range(1, 9).Select(i => $"+I {i} | {new string((char)('0' + i), 150_000)}"), SplitRun.ReadAll(source, [0, 1]));
    }

    [TheoryIfPostgres]
    [InlineData("missing", "id int", "42P01")]
    [InlineData("", "ident int", "42703")]
    [InlineData("", "id bytea", "42804")]
    public void What_does_not_fit_is_told_before_anything_is_read(string suffix, string definition, string code)
    {
        server.Execute($"CREATE TABLE {_name} ({definition})");

        var error = Assert.Throws<SqlException>(() => SplitRun.Splits(Table.Source(PostgresTables.Of(server, _name + suffix, Table.Columns(("id", SqlType.Int)), []))));

        Assert.Equal(code, error.SqlState);
    }

    [FactIfPostgres]
    public void Rows_of_many_keys_are_found_in_one_round()
    {
        server.Execute($"CREATE TABLE {_name} (a int, b varchar(3), u uuid, n numeric(10, 2), d timestamptz, v text, w bigint[])");
        server.Execute($"""
            INSERT INTO {_name} VALUES (1, 'x', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 1.5, '2026-01-02 03:04:05+00', 'one', '{"{1,2}"}'), (1, 'x', NULL, 2, NULL, 'two', NULL),
                (2, 'abc', NULL, 1.5, '2026-01-02 03:04:05.5+00', NULL, '{"{}"}')
            """);
        var schema = Table.Columns(
            ("a", SqlType.BigInt), ("b", SqlType.String), ("u", SqlType.String), ("n", SqlType.Decimal(12, 3)), ("d", SqlType.TimestampLtz(3)), ("v", SqlType.String), ("w", SqlType.Array(SqlType.BigInt)));
        var table = PostgresTables.Of(server, _name, schema, []);

        Assert.Equal(
            ["0: +I one | [1, 2]", "0: +I two | NULL", "2: +I NULL | []"],
            Lookup(table, [0, 1], [5, 6], [[1L, "x"], [10_000_000_000L, "x"], [2L, "abc"], [2L, "abcd"], [3L, "x"]]));
        Assert.Equal(["0: +I one"], Lookup(table, [2], [5], [["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]]));
        Assert.Equal(["1: +I 1", "1: +I 2"], Lookup(table, [3], [0], [[(long)1_504], [(long)1_500]]));
        Assert.Equal(["0: +I 1"], Lookup(table, [4], [0], [[1_767_323_045_000_000L]]));
        Assert.Empty(Lookup(table, [0], [0], [[77L]]));
    }

    // A key of a type here, the type of the column there, and which of the rows are found.
    [TheoryIfPostgres]
    [InlineData("boolean", "true,false", "BOOLEAN", "TRUE,FALSE", "0-0 1-1")]
    [InlineData("smallint", "7,-7", "TINYINT", "7,1", "0-0")]
    [InlineData("numeric(10,2)", "1.5,-0.01", "DECIMAL(12, 3)", "1.500,-0.010,1.504", "0-0 1-1")]
    [InlineData("numeric", "12345678901234567890123456789012345678,0", "DECIMAL(38, 0)", "0,12345678901234567890123456789012345678", "0-1 1-0")]
    [InlineData("int", "1,2", "DECIMAL(12, 2)", "1.50,2.00,9999999999.00", "1-1")]
    [InlineData("bigint", "1,9223372036854775807", "DOUBLE", "1.5,1,9.3e18,-9.3e18,NaN", "1-0")]
    [InlineData("real", "0.5,0.1", "DOUBLE", "0.1,0.5", "1-0")]
    [InlineData("double precision", "0.1,NaN", "DOUBLE", "0.1,NaN,-0.0", "0-0 1-1")]
    [InlineData("text", "größe,", "STRING", ",größe,x", "0-1 1-0")]
    [InlineData("varchar(3)", "abc,d", "STRING", "abc,abcd,d", "0-0 2-1")]
    [InlineData("char(3)", "a,abc", "STRING", "a,abc", "0-0 1-1")]
    [InlineData("uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "STRING", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "0-0")]
    [InlineData("bytea", "\\x00ff,\\x", "BYTES", "00ff,,aa", "0-0 1-1")]
    [InlineData("date", "2026-01-01,0001-01-01", "DATE", "2026-01-01,2026-01-02,0001-01-01", "0-0 2-1")]
    [InlineData("time", "23:59:59.999,00:00:00", "TIME(3)", "00:00:00,23:59:59.999", "0-1 1-0")]
    [InlineData("timestamp", "2026-01-01 12:00:00.000001,1960-02-29 00:00:00", "TIMESTAMP(6)", "2026-01-01 12:00:00,2026-01-01 12:00:00.000001,1960-02-29 00:00:00", "1-0 2-1")]
    [InlineData("timestamp", "2026-01-01 12:00:00.000001,1960-02-29 00:00:00", "TIMESTAMP(9)", "2026-01-01 12:00:00.000001001,2026-01-01 12:00:00.000001000,1960-02-29 00:00:00", "1-0 2-1")]
    [InlineData("timestamptz", "2026-01-01 12:00:00+02,1960-02-29 00:00:00+00", "TIMESTAMP_LTZ(3)", "2026-01-01 10:00:00,1960-02-29 00:00:00", "0-0 1-1")]
    [InlineData("date", "2026-01-01,1960-02-29", "TIMESTAMP(3)", "2026-01-01 12:00:00,1960-02-29 00:00:00", "1-1")]
    public void Keys_of_every_type_find_their_rows(string there, string values, string type, string keys, string expected)
    {
        server.Execute($"CREATE TABLE {_name} (k {there}, v int); {string.Concat(values.Split(',').Select((value, i) => $"INSERT INTO {_name} VALUES ('{value}', {i});"))}");
        var key = LookedUp.TypeOf(type);
        var table = PostgresTables.Of(server, _name, Table.Columns(("k", key), ("v", SqlType.Int)), []);

        var found = Lookup(table, [0], [1], [.. keys.Split(',').Select(text => new[] { LookedUp.ValueOf(text, key) })]);

        Assert.Equal(expected, string.Join(' ', found.Select(row => row.Replace(": +I ", "-", StringComparison.Ordinal))));
    }

    [FactIfPostgres]
    public void An_answer_longer_than_a_buffer_is_whole()
    {
        server.Execute($"CREATE TABLE {_name} (k text PRIMARY KEY, v text); INSERT INTO {_name} SELECT i::text, repeat(i::text, 50000) FROM generate_series(1, 9) AS i");
        var table = PostgresTables.Of(server, _name, Table.Columns(("k", SqlType.String), ("v", SqlType.String)), []);

        AssertRows(
            Enumerable.Range(1, 9).Select(i => $"{i - 1}: +I {new string((char)('0' + i), 50_000)}"),
            Lookup(table, [0], [1], [.. Enumerable.Range(1, 9).Select(i => new object?[] { i.ToString(CultureInfo.InvariantCulture) })]));
    }

    [FactIfPostgres]
    public void A_lookup_is_tried_again_when_its_connection_breaks()
    {
        server.Execute($"CREATE TABLE {_name} (a int, v text); INSERT INTO {_name} VALUES (1, 'one')");
        var table = PostgresTables.Of(server, _name, Table.Columns(("a", SqlType.Int), ("v", SqlType.String)), []);
        var pool = new ColumnPool(poison: true);
        var clock = new ManualClock();
        using (var lookup = ((ILookupSource)Table.Source(table)).CreateLookup(Context(pool, [0], [1], clock)))
        {
            Assert.Equal(["0: +I one"], Ask(lookup, table, pool, [0], [[1]]));
            server.Execute($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'sqlstream looking up in table \"{_name}\"%'");
            lookup.Start(Keys(table, pool, [0], [[1]]));
            Assert.Null(lookup.TryTake());
            clock.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(["0: +I one"], Answer(lookup));
        }
        Assert.Equal(0, pool.Outstanding);
    }

    static List<string> Lookup(ConnectorTable table, int[] keyColumns, int[] readColumns, object?[][] keys)
    {
        var pool = new ColumnPool(poison: true);
        List<string> found;
        using (var lookup = ((ILookupSource)Table.Source(table)).CreateLookup(Context(pool, keyColumns, readColumns, new ManualClock())))
            found = Ask(lookup, table, pool, keyColumns, keys);
        Assert.Equal(0, pool.Outstanding);
        return [.. found.Order()];
    }

    static List<string> Ask(ILookup lookup, ConnectorTable table, ColumnPool pool, int[] keyColumns, object?[][] keys)
    {
        lookup.Start(Keys(table, pool, keyColumns, keys));
        return Answer(lookup);
    }

    static List<string> Answer(ILookup lookup)
    {
        var answer = lookup.TryTake()!;
        var rows = Rows.Text(answer.Rows).ToList();
        answer.Rows.Release();
        return [.. answer.Keys.Select((key, i) => string.Create(CultureInfo.InvariantCulture, $"{key}: {rows[i]}"))];
    }

    static Batch Keys(ConnectorTable table, ColumnPool pool, int[] keyColumns, object?[][] keys)
    {
        var columns = new Column[keyColumns.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            using var builder = ColumnBuilder.Create(table.Schema[keyColumns[i]].Type, pool);
            foreach (var key in keys)
                PlanValue.Append(builder, key[i]);
            columns[i] = builder.Build();
        }
        return new Batch(columns, keys.Length, pool);
    }

    static LookupContext Context(ColumnPool pool, int[] keyColumns, int[] readColumns, TimeProvider clock) =>
        new() { KeyColumns = keyColumns, ReadColumns = readColumns, Pool = pool, Edge = new InlineEdge(), Clock = clock, Wake = () => { } };

    sealed class TaskEdge : IEdgeScheduler
    {
        public void Run(string name, Action<CancellationToken> work) => Task.Run(() => work(CancellationToken.None));
    }
}

/// <summary>Keys of tests, from texts.</summary>
static class LookedUp
{
    public static SqlType TypeOf(string name) => name switch
    {
        "BOOLEAN" => SqlType.Boolean,
        "TINYINT" => SqlType.TinyInt,
        "DECIMAL(12, 3)" => SqlType.Decimal(12, 3),
        "DECIMAL(12, 2)" => SqlType.Decimal(12, 2),
        "DECIMAL(38, 0)" => SqlType.Decimal(38, 0),
        "DOUBLE" => SqlType.Double,
        "BYTES" => SqlType.Bytes,
        "DATE" => SqlType.Date,
        "TIME(3)" => SqlType.Time(3),
        "TIMESTAMP(3)" => SqlType.Timestamp(3),
        "TIMESTAMP(6)" => SqlType.Timestamp(6),
        "TIMESTAMP(9)" => SqlType.Timestamp(9),
        "TIMESTAMP_LTZ(3)" => SqlType.TimestampLtz(3),
        _ => SqlType.String,
    };

    public static object ValueOf(string text, SqlType type)
    {
        var culture = CultureInfo.InvariantCulture;
        switch (type)
        {
            case { Kind: SqlTypeKind.Boolean }:
                return text == "TRUE";
            case { Kind: SqlTypeKind.TinyInt }:
                return sbyte.Parse(text, culture);
            case DecimalType:
                var scaled = Int128.Parse(text.Replace(".", "", StringComparison.Ordinal), culture);
                return type.Layout == ColumnLayout.Int64 ? (object)(long)scaled : scaled;
            case { Kind: SqlTypeKind.Double }:
                return double.Parse(text, culture);
            case { IsBinary: true }:
                return ValueList.Create<byte>(Convert.FromHexString(text));
            case { Kind: SqlTypeKind.Date }:
                return DateOnly.Parse(text, culture).DayNumber - new DateOnly(1970, 1, 1).DayNumber;
            case { Kind: SqlTypeKind.Time }:
                return (int)TimeOnly.Parse(text, culture).ToTimeSpan().TotalMilliseconds;
            case TemporalType { IsNanos: true }:
                // Seconds, and the digits behind the point.
                var parts = text.Split('.');
                return ((Int128)Micros(parts[0]) * 1000) + (parts.Length > 1 ? int.Parse(parts[1], culture) : 0);
            case TemporalType:
                return Micros(text);
            default:
                return text;
        }

        static long Micros(string text) => (DateTime.Parse(text, CultureInfo.InvariantCulture) - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
    }
}
