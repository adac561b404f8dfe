using System.Text;
using System.Text.Json.Nodes;
using SqlStream.Client;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.Server;

/// <summary>The routes of the API, against the real program.</summary>
public sealed class ApiTests
{
    const string Endless = "CREATE TABLE g (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '500', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '100000000')";

    [Fact]
    public async Task Statements_of_a_session_give_rows_texts_notices_and_problems()
    {
        using var work = new WorkDirectory();
        using var server = await ServerProgram.StartAsync(work);
        var session = await server.SessionAsync();
        var (status, one) = await server.SqlAsync(session, "SELECT 1 AS a, 'x' AS b, CAST(1.50 AS DECIMAL(5, 2)) AS c");
        Assert.Equal(201, status);
        Assert.Equal("""[[1,"x",1.50]]""", one!["results"]!["rows"]!.ToJsonString());
        Assert.Equal("""[{"name":"a","type":"INT"},{"name":"b","type":"CHAR(1)"},{"name":"c","type":"DECIMAL(5, 2)"}]""", one["columns"]!.ToJsonString());
        Assert.Equal("FINISHED", (string)one["status"]!);
        Assert.Equal("""[["1","x","1.50"]]""", (await server.SqlAsync(session, "SELECT 1 AS a, 'x' AS b, CAST(1.50 AS DECIMAL(5, 2)) AS c", ",\"format\":\"text\"")).Body!["results"]!["rows"]!.ToJsonString());
        Assert.Contains("Values", (string)(await server.SqlAsync(session, "EXPLAIN SELECT 1")).Body!["text"]!, StringComparison.Ordinal);
        // What is wrong is said as RFC 9457 has it, with the place.
        var (refused, problem) = await server.SqlAsync(session, "SELECT 1;\n  SELECT 2");
        Assert.Equal((400, "42601"), (refused, (string)problem!["sqlState"]!));
        (refused, problem) = await server.SqlAsync(session, "SELECT\n  prce FROM (VALUES (1)) AS t(price)");
        Assert.Equal("""{"type":"about:blank","title":"column \u0022prce\u0022 does not exist","status":400,"sqlState":"42703","hint":"Did you mean \u0022price\u0022?","position":{"line":2,"column":3,"offset":9,"length":4}}""", problem!.ToJsonString());
        // A page at a time; what is before a cursor is forgotten.
        var pages = (await server.SqlAsync(session, "SELECT n FROM (VALUES (1), (2), (3), (4), (5)) AS t(n)", ",\"maxRows\":2")).Body!;
        var results = session + "/statements/" + pages["id"] + "/results";
        Assert.Equal("[[1],[2]] 2", $"{pages["results"]!["rows"]!.ToJsonString()} {pages["results"]!["next"]}");
        var second = await server.DoneAsync("GET", results + "?cursor=2&maxRows=2&waitMs=5000");
        Assert.Equal("[[3],[4]] 4 false", $"{second["rows"]!.ToJsonString()} {second["next"]} {second["isComplete"]}");
        Assert.Equal("[[3],[4]]", (await server.DoneAsync("GET", results + "?cursor=2&maxRows=2"))["rows"]!.ToJsonString());
        var last = await server.DoneAsync("GET", results + "?cursor=4&waitMs=5000");
        Assert.Equal("[[5]] true", $"{last["rows"]!.ToJsonString()} {last["isComplete"]}");
        Assert.Equal(400, (await server.SendAsync("GET", results + "?cursor=2")).Status);
        Assert.Equal(400, (await server.SendAsync("GET", results + "?cursor=9")).Status);
        Assert.Equal(400, (await server.SendAsync("GET", results + "?cursor=x")).Status);
        // What a session sets and creates is there for its next statement; the catalog for other sessions too, what is temporary not.
        await server.SqlAsync(session, "SET 'table.local-time-zone' = 'Europe/Berlin'");
        await server.SqlAsync(session, "CREATE TABLE shared (id INT) WITH ('connector' = 'blackhole')");
        await server.SqlAsync(session, "CREATE TEMPORARY TABLE mine (id INT) WITH ('connector' = 'blackhole')");
        Assert.Equal("""[["mine"],["shared"]]""", await server.RowsAsync(session, "SHOW TABLES"));
        var other = await server.SessionAsync();
        Assert.Equal("""[["shared"]]""", await server.RowsAsync(other, "SHOW TABLES"));
        Assert.Equal("Europe/Berlin", (string)(await server.DoneAsync("GET", session))["settings"]!["table.local-time-zone"]!);
        Assert.Equal("shared", (string)(await server.DoneAsync("GET", other + "/vocabulary"))["tables"]![0]!["name"]!);
        // A session that is closed is gone, and so are its statements.
        Assert.Equal(204, (await server.SendAsync("DELETE", other)).Status);
        Assert.Equal(404, (await server.SendAsync("GET", other)).Status);
        Assert.Equal(404, (await server.SqlAsync(other, "SELECT 1")).Status);
    }

    [Fact]
    public async Task Queries_that_do_not_end_come_as_events_and_end_on_request()
    {
        using var work = new WorkDirectory();
        using var server = await ServerProgram.StartAsync(work, "--max-sessions", "2");
        using var client = new SqlStreamClient(new ServerAddress { Url = server.Url });
        var session = (await client.OpenSessionAsync(new OpenSessionRequest("test"))).Id;
        await client.ExecuteAsync(session, new StatementRequest(Endless));
        await client.ExecuteAsync(session, new StatementRequest("SET 'execution.runtime-mode' = 'streaming'"));
        var query = await client.ExecuteAsync(session, new StatementRequest("SELECT COUNT(*) AS n FROM g"));
        Assert.True(query is { Status: "RUNNING", IsUpdating: true }, query.ToString());
        // The changes fold to a count that grows by one; each is there once, also where the connection is another one.
        long count = 0, cursor = 0;
        foreach (var _ in Enumerable.Range(0, 2))
        {
            await foreach (var page in client.StreamAsync(session, query.Id, cursor))
            {
                Assert.Equal(cursor, page.Cursor);
                foreach (var (op, row) in page.Ops!.Zip(page.Rows))
                {
                    var value = row[0].GetInt64();
                    Assert.True(op is "-U" ? value == count : value > count, $"{op} {value} after {count}");
                    count = op is "-U" ? count : value;
                }
                cursor = page.Next;
                if (page.Rows.Count > 0 && cursor > 20)
                    break;
            }
        }
        Assert.True(count > 5, $"{count}");
        var canceled = await client.CancelStatementAsync(session, query.Id);
        Assert.Equal("CANCELED 57014", $"{canceled.Status} {canceled.Error!.SqlState}");
        // A query that nobody reads is held back; the server does not grow with it.
        var unread = await client.ExecuteAsync(session, new StatementRequest("SELECT id FROM g", WaitMs: 0));
        Assert.Equal("RUNNING", (await client.StatementAsync(session, unread.Id)).Status);
        await client.CloseStatementAsync(session, unread.Id);
        // One that fails on its way says so: at once, or after the rows before it.
        var error = await Assert.ThrowsAsync<ApiException>(async () =>
        {
            var failing = await client.ExecuteAsync(session, new StatementRequest("SELECT 10 / (5 - id) AS q FROM g", MaxRows: 1));
            await foreach (var _ in client.StreamAsync(session, failing.Id))
                continue;
        });
        Assert.Equal("22012", error.Problem.SqlState);
        await client.OpenSessionAsync(new OpenSessionRequest());
        var full = await Assert.ThrowsAsync<ApiException>(() => client.OpenSessionAsync(new OpenSessionRequest()));
        Assert.Equal("429 53400", $"{(int)full.StatusCode} {full.Problem.SqlState}");
    }

    [Fact]
    public async Task Jobs_are_listed_looked_at_stopped_and_started_again()
    {
        using var work = new WorkDirectory();
        using var server = await ServerProgram.StartAsync(work);
        using var client = new SqlStreamClient(new ServerAddress { Url = server.Url });
        var script = $"{Endless};\nCREATE TABLE o (id BIGINT) WITH ('connector' = 'filesystem', 'path' = '{work["out"]}', 'format' = 'csv');\nINSERT INTO o SELECT id FROM g;";
        var submitted = await client.SubmitAsync(new ScriptRequest { Sql = script, Name = "numbers" });
        var id = submitted.Jobs.Single().Id;
        // The same name once more is refused, and so is what cannot be planned: neither leaves anything behind.
        Assert.Equal("42710", (await Assert.ThrowsAsync<ApiException>(() => client.SubmitAsync(new ScriptRequest { Sql = script, Name = "numbers" }))).Problem.SqlState);
        var half = await Assert.ThrowsAsync<ApiException>(() => client.SubmitAsync(new ScriptRequest { Sql = script + "\nINSERT INTO o SELECT nix FROM g;" }));
        Assert.Equal("42703 at 4:22", $"{half.Problem.SqlState} at {half.Problem.Position!.Line}:{half.Problem.Position.Column}");
        Assert.Equal("0A000", (await Assert.ThrowsAsync<ApiException>(() => client.SubmitAsync(new ScriptRequest { Sql = "SELECT 1;" }))).Problem.SqlState);
        Assert.Equal(id, Assert.Single((await client.JobsAsync()).Jobs).Id);
        // By the beginning of its id and by its name.
        Assert.Equal("numbers RUNNING", $"{(await client.JobAsync(id[..6])).Name} {(await client.JobAsync("numbers")).Status}");
        Assert.Equal(404, (int)(await Assert.ThrowsAsync<ApiException>(() => client.JobAsync("nix"))).StatusCode);
        var checkpoint = await client.CheckpointAsync(id);
        Assert.Contains((await client.CheckpointsAsync(id)).Checkpoints, one => one.Id == checkpoint.Id && one is { BytesTotal: > 0, DurationMs: > 0 });
        var detail = await server.DoneAsync("GET", $"/v1/jobs/{id}/checkpoints/{checkpoint.Id}");
        Assert.Equal(["Scan", "Sink"], detail["operators"]!.AsArray().Select(one => (string)one!["stem"]!).Order(StringComparer.Ordinal));
        // Of every operator and, of a sink, the output that waits.
        Assert.All(detail["operators"]!.AsArray(), one => Assert.Equal((long)one!["ownBytes"]! + one["tables"]!.AsArray().Sum(table => (long)table!["bytesTotal"]!), (long)one["bytesTotal"]!));
        Assert.Equal(["g null", "o output"], detail["operators"]!.AsArray().Select(one => $"{one!["table"]} {one["tables"]!.AsArray().SingleOrDefault()?["name"] ?? "null"}").Order(StringComparer.Ordinal));
        var plan = await client.PlanAsync(id);
        Assert.Equal(["Scan g", "Sink o"], plan.Tasks.SelectMany(task => task.Operators).Where(one => one.Table is not null).Select(one => $"{one.Stem} {one.Table}"));
        Assert.True(plan.Tasks[0].Operators[0] is { RowsOut: > 0, RowsOutPerSecond: > 0 }, plan.ToString());
        var savepoint = await client.SavepointAsync(id, new SavepointRequest(work["saved"]));
        Assert.True(Directory.Exists(work["saved"]) && savepoint.Path.StartsWith(work["saved"], StringComparison.Ordinal), savepoint.Path);
        Assert.Equal("42501", (await Assert.ThrowsAsync<ApiException>(() => client.SavepointAsync(id, new SavepointRequest("/etc/saved")))).Problem.SqlState);
        Assert.Equal("55006", (await Assert.ThrowsAsync<ApiException>(() => client.DeleteJobAsync(id))).Problem.SqlState);
        var stopped = await client.StopJobAsync(id, new StopRequest());
        Assert.Equal("SUSPENDED", stopped.Job.Status);
        var written = work.Lines("out").Select(long.Parse).ToList();
        Assert.Equal(Enumerable.Range(1, written.Count).Select(n => (long)n), written.Order());
        Assert.Equal("25000", (await Assert.ThrowsAsync<ApiException>(() => client.StopJobAsync(id, new StopRequest()))).Problem.SqlState);
        Assert.Equal("RUNNING", (await client.RestartJobAsync(id)).Status);
        await client.CheckpointAsync(id);
        Assert.Equal("CANCELED", (await client.CancelJobAsync(id)).Status);
        written = [.. work.Lines("out").Select(long.Parse).Order()];
        Assert.Equal(Enumerable.Range(1, written.Count).Select(n => (long)n), written);
        await client.DeleteJobAsync(id);
        Assert.Empty((await client.JobsAsync()).Jobs);
        Assert.False(Directory.Exists(work[$"data/checkpoints/{id}"]));
    }

    [Fact]
    public async Task What_is_described_is_what_there_is()
    {
        using var work = new WorkDirectory();
        using var server = await ServerProgram.StartAsync(work);
        var document = await server.DoneAsync("GET", "/v1/openapi.json");
        Assert.Equal("3.1.0", (string)document["openapi"]!);
        foreach (var (path, operations) in document["paths"]!.AsObject())
        {
            foreach (var (method, _) in operations!.AsObject())
            {
                using var request = new HttpRequestMessage(new HttpMethod(method.ToUpperInvariant()), path.Replace("{", "x", StringComparison.Ordinal).Replace("}", "x", StringComparison.Ordinal));
                using var response = await server.Http.SendAsync(request);
                var text = await response.Content.ReadAsStringAsync();
                Assert.DoesNotContain("there is no ", text, StringComparison.Ordinal);
                Assert.True((int)response.StatusCode < 500, $"{method} {path}: {text}");
            }
        }
        // Every reference leads somewhere.
        foreach (var reference in References(document))
            Assert.True(Resolve(document, reference) is not null, reference);
        Assert.Equal("/v1/jobs/{job}/stop", document["paths"]!.AsObject().Single(path => path.Key.EndsWith("/stop", StringComparison.Ordinal)).Key);
        Assert.Equal(404, (await server.SendAsync("GET", "/nix")).Status);
        Assert.Contains("# TYPE ", await server.Http.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limits_are_told_and_nothing_is_done_beyond_them()
    {
        using var work = new WorkDirectory();
        using var server = await ServerProgram.StartAsync(work);
        var session = await server.SessionAsync();
        Assert.Equal(1 << 20, (int)(await server.DoneAsync("GET", "/v1/info"))["limits"]!["sqlCharacters"]!);
        var (status, problem) = await server.SqlAsync(session, "SELECT '" + new string('x', 1 << 20) + "'");
        Assert.Equal("413 54001", $"{status} {problem!["sqlState"]}");
        (status, problem) = await server.SqlAsync(session, "SELECT 1", ",\"pad\":\"" + new string('x', 9 << 20) + "\"");
        Assert.Equal("413 53400", $"{status} {problem!["sqlState"]}");
        Assert.Equal(400, (await server.SqlAsync(session, "SELECT 1", ",\"maxRows\":1000000")).Status);
        Assert.Equal(400, (await server.SqlAsync(session, "SELECT 1", ",\"waitMs\":-1")).Status);
        foreach (var body in new[] { "", "{", "[]", "null", "7", "{\"sql\":7}", "{\"sql\":null}", "{\"sql\":\"\\ud800\"}", "{}", "{\"sql\":\"\"}", "\u0000", "{\"sql\":\"SELECT 1\"", "{\"sql\":\"SELECT 1\"}}", "{\"sql\":\"SELECT 1\",\"sql\":\"SELECT 2\"}" })
            Assert.Equal(400, (await server.SendAsync("POST", session + "/statements", body)).Status);
        // What is wrong is told without names of types.
        foreach (var (body, detail) in new[] { ("{\"sql\":\"SELECT 1\",\"maxrows\":1}", "There is no property 'maxrows'."), ("{\"sql\":1}", "The value of 'sql' has the wrong type (line 1, byte 9).") })
            Assert.Equal(detail, (string)(await server.SendAsync("POST", session + "/statements", body)).Body!["detail"]!);
        Assert.Equal("Its 'name' has characters that control terminals.", (string)(await server.SendAsync("POST", "/v1/sessions", "{\"name\":\"a\\u0000b\"}")).Body!["detail"]!);
        var (refused, hint) = await server.SendAsync("PUT", "/v1/jobs");
        Assert.Equal("405 There is GET.", $"{refused} {hint!["hint"]}");
        using var head = await server.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/health/live"));
        Assert.Equal(200, (int)head.StatusCode);
        using var text = new StringContent("{\"sql\":\"SELECT 1\"}", Encoding.UTF8, "text/plain");
        Assert.Equal(400, (int)(await server.Http.PostAsync(session + "/statements", text)).StatusCode);
        Assert.Equal("[[1]]", await server.RowsAsync(session, "SELECT 1"));
    }

    static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject one => one.SelectMany(property => property is { Key: "$ref", Value: JsonValue value } ? [(string)value!] : References(property.Value)),
        JsonArray many => many.SelectMany(References),
        _ => [],
    };

    static JsonNode? Resolve(JsonNode document, string reference) => reference.TrimStart('#', '/').Split('/').Aggregate(
        (JsonNode?)document, (node, part) => node is JsonArray array ? array[int.Parse(part)] : node?[part.Replace("~1", "/", StringComparison.Ordinal)]);
}
