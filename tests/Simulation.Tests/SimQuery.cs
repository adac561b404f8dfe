using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Goldens;

namespace SqlStream.Simulation.Tests;

/// <summary>One row of table <c>events</c>.</summary>
sealed record Event(long Id, long Key, long Value, long Micros);

/// <summary>One row of table <c>accounts</c>, an upsert stream.</summary>
sealed record Change(RowKind Kind, long Key, long? Owner, long? Amount);

/// <summary>A query, and what it must give, computed over all rows at once.</summary>
/// <param name="Name">Name for messages.</param>
/// <param name="Sql">The statement.</param>
/// <param name="Expected">The rows of each sink in the text form of <see cref="BatchText"/>, without the kind: what is left after folding.</param>
sealed record SimQuery(string Name, string Sql, Func<IReadOnlyList<Event>, IReadOnlyList<Change>, Dictionary<string, IEnumerable<string>>> Expected)
{
    const long SessionGap = 2_000_000;

    const string Catalog = """
        CREATE TABLE events (id BIGINT, k BIGINT, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
            WITH ('connector' = 'sim');
        CREATE TABLE bounded_events (id BIGINT, k BIGINT, v BIGINT, ts TIMESTAMP(3)) WITH ('connector' = 'sim', 'bounded' = 'true');
        CREATE TABLE accounts (k BIGINT, o BIGINT, v BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'sim', 'changelog' = 'I,UA,D');
        CREATE TABLE plain (id BIGINT, k BIGINT, v BIGINT) WITH ('connector' = 'sim');
        CREATE TABLE windows (e TIMESTAMP(3), k BIGINT, total BIGINT, n BIGINT, ids BIGINT) WITH ('connector' = 'sim');
        CREATE TABLE groups (k BIGINT, total BIGINT, n BIGINT, top BIGINT) WITH ('connector' = 'sim');
        """;

    public static IReadOnlyList<SimQuery> All { get; } =
    [
        new(
            "filter",
            "INSERT INTO plain SELECT id, k, v * 2 FROM events WHERE v > 30;",
            (events, _) => Of("plain", Filtered(events))),
        new(
            "tumble",
            "INSERT INTO windows SELECT window_end, k, SUM(v), COUNT(*), SUM(id) FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end, k;",
            (events, _) => Of("windows", Windows(events))),
        new(
            "group by",
            "INSERT INTO groups SELECT k, SUM(v), COUNT(*), MAX(v) FROM events GROUP BY k;",
            (events, _) => Of("groups", Groups(events))),
        new(
            "aggregate over aggregate",
            """
            INSERT INTO groups SELECT n, SUM(total), COUNT(DISTINCT top), MAX(top)
            FROM (SELECT k, COUNT(*) AS n, SUM(v) AS total, MAX(v) AS top FROM events GROUP BY k) GROUP BY n;
            """,
            (events, _) => Of("groups", GroupsOfGroups(events))),
        new(
            "upsert source",
            "INSERT INTO groups SELECT o, SUM(v), COUNT(*), MAX(k) FROM accounts GROUP BY o;",
            (_, changes) => Of("groups", Owners(changes))),
        new(
            "final",
            "INSERT INTO groups SELECT k, SUM(v), COUNT(DISTINCT v), MAX(v) FROM bounded_events GROUP BY k;",
            (events, _) => Of("groups", DistinctGroups(events))),
        new(
            "sessions",
            "INSERT INTO windows SELECT window_end, k, SUM(v), COUNT(*), SUM(id) FROM TABLE(SESSION(TABLE events PARTITION BY k, DESCRIPTOR(ts), INTERVAL '2' SECOND)) GROUP BY window_start, window_end, k;",
            (events, _) => Of("windows", Sessions(events).Select(rows => $"{EndOf(rows)} {rows[0].Key} {rows.Sum(row => row.Value)} {rows.Count} {rows.Sum(row => row.Id)}"))),
        new(
            "rows of sessions",
            "INSERT INTO windows SELECT SESSION_END(ts, INTERVAL '2' SECOND), k, COUNT(DISTINCT v), COUNT(*), SUM(id) FROM events GROUP BY SESSION(ts, INTERVAL '2' SECOND), k;",
            (events, _) => Of("windows", Sessions(events).Select(rows => $"{EndOf(rows)} {rows[0].Key} {rows.Select(row => row.Value).Distinct().Count()} {rows.Count} {rows.Sum(row => row.Id)}"))),
        new(
            "window join",
            """
            INSERT INTO windows SELECT l.window_end, l.k, l.id, r.v, r.id
            FROM (SELECT * FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '10' SECOND)) WHERE v > 40) l
            LEFT JOIN (SELECT * FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '10' SECOND)) WHERE v <= 40) r
            ON l.window_start = r.window_start AND l.window_end = r.window_end AND l.k = r.k AND r.v >= 20;
            """,
            (events, _) => Of("windows", Joined(events))),
        new(
            "two sinks",
            """
            EXECUTE STATEMENT SET BEGIN
            INSERT INTO plain SELECT id, k, v * 2 FROM events WHERE v > 30;
            INSERT INTO windows SELECT window_end, k, SUM(v), COUNT(*), SUM(id) FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end, k;
            INSERT INTO groups SELECT k, SUM(v), COUNT(*), MAX(v) FROM events GROUP BY k;
            END;
            """,
            (events, _) => new() { ["plain"] = Filtered(events), ["windows"] = Windows(events), ["groups"] = Groups(events) }),
    ];

    /// <summary>The statement with its tables.</summary>
    public string Script => Catalog + Sql;

    static Dictionary<string, IEnumerable<string>> Of(string sink, IEnumerable<string> rows) => new() { [sink] = rows };

    static IEnumerable<string> Filtered(IEnumerable<Event> events) =>
        events.Where(one => one.Value > 30).Select(one => $"{one.Id} {one.Key} {one.Value * 2}");

    static IEnumerable<string> Windows(IEnumerable<Event> events) =>
        events.GroupBy(one => (End: (Math.DivRem(one.Micros, 10_000_000).Quotient + 1) * 10_000_000, one.Key))
            .Select(rows => $"{Time(rows.Key.End)} {rows.Key.Key} {rows.Sum(row => row.Value)} {rows.Count()} {rows.Sum(row => row.Id)}");

    static IEnumerable<List<Event>> Sessions(IEnumerable<Event> events)
    {
        foreach (var rows in events.GroupBy(one => one.Key))
        {
            var session = new List<Event>();
            foreach (var row in rows.OrderBy(row => row.Micros))
            {
                if (session.Count > 0 && row.Micros - session[^1].Micros > SessionGap)
                {
                    yield return session;
                    session = [];
                }
                session.Add(row);
            }
            yield return session;
        }
    }

    static string EndOf(List<Event> session) => Time(session[^1].Micros + SessionGap);

    static IEnumerable<string> Joined(IReadOnlyList<Event> events)
    {
        var right = events.Where(row => row.Value is >= 20 and <= 40).ToLookup(row => (row.Micros / 10_000_000, row.Key));
        return events.Where(row => row.Value > 40).SelectMany(left => right[(left.Micros / 10_000_000, left.Key)]
            .Select(row => $"{row.Value} {row.Id}")
            .DefaultIfEmpty("NULL NULL")
            .Select(row => $"{Time(((left.Micros / 10_000_000) + 1) * 10_000_000)} {left.Key} {left.Id} {row}"));
    }

    static IEnumerable<string> Groups(IEnumerable<Event> events) =>
        events.GroupBy(one => one.Key).Select(rows => $"{rows.Key} {rows.Sum(row => row.Value)} {rows.Count()} {rows.Max(row => row.Value)}");

    static IEnumerable<string> DistinctGroups(IEnumerable<Event> events) =>
        events.GroupBy(one => one.Key)
            .Select(rows => $"{rows.Key} {rows.Sum(row => row.Value)} {rows.Select(row => row.Value).Distinct().Count()} {rows.Max(row => row.Value)}");

    static IEnumerable<string> GroupsOfGroups(IEnumerable<Event> events) =>
        events.GroupBy(one => one.Key)
            .Select(rows => (Count: rows.Count(), Total: rows.Sum(row => row.Value), Top: rows.Max(row => row.Value)))
            .GroupBy(group => group.Count)
            .Select(groups => $"{groups.Key} {groups.Sum(one => one.Total)} {groups.Select(one => one.Top).Distinct().Count()} {groups.Max(one => one.Top)}");

    static IEnumerable<string> Owners(IEnumerable<Change> changes) =>
        changes.GroupBy(change => change.Key)
            .Select(history => history.Last())
            .Where(last => last.Kind != RowKind.Delete)
            .GroupBy(last => last.Owner)
            .Select(rows => $"{rows.Key} {rows.Sum(row => row.Amount)} {rows.Count()} {rows.Max(row => row.Key)}");

    static string Time(long micros) => BatchText.FormatValue(micros, SqlType.Timestamp(3));

    public override string ToString() => Name;
}
