using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.Server;

/// <summary>The commands that talk to a server, or to the process that owns a data directory, and the shell on a server.</summary>
public sealed partial class ServerCommandTests
{
    const string CtrlC = "\u0003";
    const string CtrlD = "\u0004";

    const string Script = """
        CREATE TABLE g (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '500', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '100000000');
        CREATE TABLE o (id BIGINT) WITH ('connector' = 'blackhole');
        INSERT INTO o SELECT id FROM g${MORE};
        """;

    [Fact]
    public async Task Submit_and_jobs_do_what_the_api_does()
    {
        using var work = new WorkDirectory();
        using var server = await ServerProgram.StartAsync(work);
        work.Write("job.sql", Script);
        Task<ProgramResult> Run(params string[] arguments) => RunningProgram.RunAsync(new ProgramStart
        {
            Arguments = arguments,
            WorkingDirectory = work.Path,
            Environment = new Dictionary<string, string> { ["SQLSTREAM_SERVER"] = server.Url },
        });

        var id = (await Run("submit", "job.sql", "--name", "numbers", "-D", "MORE=")).Exits(0).Output.Trim();
        Assert.Matches("^[0-9a-f]{32}$", id);
        Assert.Contains($"│ {id} │ numbers │ RUNNING", (await Run("jobs", "list")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("Scan g", (await Run("jobs", "show", id)).Exits(0).Output, StringComparison.Ordinal);
        Assert.Equal("RUNNING", (string)JsonNode.Parse((await Run("jobs", "show", "numbers", "--json")).Exits(0).Output)!["status"]!);
        Assert.Contains("request", (await Run("jobs", "checkpoint", "numbers")).Exits(0).Output, StringComparison.Ordinal);
        (await Run("jobs", "savepoint", "numbers", work["saved"])).Exits(0);
        Assert.Contains("savepoint", (await Run("jobs", "checkpoints", "numbers")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains(work["data/savepoints"], (await Run("jobs", "stop", id, "--savepoint")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("SUSPENDED", (await Run("jobs", "list", "--data", work["data"])).Exits(0).Output, StringComparison.Ordinal);
        Assert.Equal($"job {id} (numbers): RUNNING\n", (await Run("jobs", "restart", id)).Exits(0).Output);
        // All errors of a script are told, with their places in the file, and nothing of it is begun.
        work.Write("wrong.sql", "CREATE TABLE g (id BIGINT) WITH ('connector' = 'datagen');\nCREATE TABLE o (id BIGINT) WITH ('connector' = 'blackhole');\n"
            + "INSERT INTO o SELECT id FROM g;\nINSERT INTO o SELECT idd FROM g;\nINSERT INTO p SELECT id FROM g;\n");
        foreach (var check in new[] { false, true })
        {
            var several = await Run(["submit", "wrong.sql", .. check ? ["--check"] : Array.Empty<string>()]);
            several.Exits(1).Says("ERROR 42703: column \"idd\" does not exist\n  wrong.sql:4: ", "ERROR 42P01", "wrong.sql:5: INSERT INTO p");
        }
        // A query, which nobody would read, is one of them.
        work.Write("queries.sql", "CREATE TABLE g (id BIGINT) WITH ('connector' = 'datagen');\nSELECT id FROM g;\nINSERT INTO p SELECT id FROM g;\nSELECT idd FROM g;\n");
        foreach (var check in new[] { false, true })
        {
            var several = await Run(["submit", "queries.sql", .. check ? ["--check"] : Array.Empty<string>()]);
            several.Exits(1).Says(
                "ERROR 0A000: a query in a submitted script has nobody who reads its rows\n  queries.sql:2: SELECT id FROM g;", "ERROR 42P01: table or view \"p\" does not exist\n  queries.sql:3: ",
                "ERROR 0A000: a query in a submitted script has nobody who reads its rows\n  queries.sql:4: SELECT idd FROM g;", "ERROR 42703: column \"idd\" does not exist\n  queries.sql:4: ");
        }
        (await Run("submit", "job.sql", "--check", "-D", "MORE=")).Exits(0);
        (await Run("-c", "CREATE TABLE here (a INT) WITH ('connector' = 'memory');\nINSERT INTO here SELECT 1; SELECT b FROM here", "--check", "--server")).Exits(1).Says("column \"b\" does not exist\n  line 2: INSERT INTO here SELECT 1; SELECT b FROM here\n");
        Assert.Equal([id], JsonNode.Parse((await Run("jobs", "list", "--json")).Exits(0).Output)!["jobs"]!.AsArray().Select(job => (string)job!["id"]!));
        Assert.Equal($"job {id} (numbers): CANCELED\n", (await Run("jobs", "cancel", id)).Exits(0).Output);
        (await Run("jobs", "delete", id)).Exits(0);
        (await Run("jobs", "show", id)).FailsWith(1, $"ERROR 42704: job '{id}' does not exist\nHINT: SHOW JOBS lists the jobs.");
        // The place of an error is that in the file; a job that fails is told by --wait.
        var wrong = await Run("submit", "job.sql", "-D", "MORE= WHERE nix > 1");
        wrong.Exits(1).Says("ERROR 42703: column \"nix\" does not exist\n  job.sql:3: INSERT INTO o SELECT id FROM g WHERE nix > 1;\n                                                  ^^^");
        (await Run("submit", "job.sql", "--wait", "-D", "MORE= WHERE 1 / (5 - id) > 7")).Exits(3).Says("ended: FAILED");
        // From the savepoint, under its identity.
        Assert.Equal(id, (await Run("submit", "job.sql", "-D", "MORE=", "--restore", work["saved"])).Exits(0).Output.Trim());
        server.Program.KillNow();
        await server.Program.EndAsync();
        (await Run("jobs", "list")).Exits(4).Says($"ERROR 08006: server {server.Url} cannot be reached", "HINT: Start it with 'sqlstream server'");
    }

    [Fact]
    public async Task The_process_of_run_can_be_asked_through_its_data_directory()
    {
        using var work = new WorkDirectory();
        work.Write("job.sql", Script.Replace("${MORE}", "", StringComparison.Ordinal));
        // A path that is longer than the kernel takes for a socket.
        var data = work["data/" + new string('d', 120)];
        using var run = RunningProgram.Start("run", work["job.sql"], "--data", data);
        await run.UntilItSaysAsync("started");
        Task<ProgramResult> Jobs(params string[] arguments) => RunningProgram.RunAsync(new ProgramStart { Arguments = ["jobs", .. arguments, "--data", data] });
        Assert.Contains("│ insert-into_o │ RUNNING", (await Jobs("list")).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("request", (await Jobs("checkpoint", "insert-into_o")).Exits(0).Output, StringComparison.Ordinal);
        (await Jobs("restart", "insert-into_o")).Exits(1).Says("ERROR 0A000: starting a job again is not possible in a process that runs one script");
        (await Jobs("stop", "insert-into_o")).Exits(0);
        (await run.EndAsync()).Exits(0);
        Assert.False(File.Exists(Path.Combine(data, "control.sock")));
        (await Jobs("list")).Exits(4).Says("ERROR 08006", "HINT: No process has this data directory open");
    }

    [Fact]
    public async Task Statements_of_the_command_line_are_executed_on_the_server()
    {
        using var work = new WorkDirectory();
        using var server = await ServerProgram.StartAsync(work);
        Task<ProgramResult> Run(params string[] arguments) => RunningProgram.RunAsync(new ProgramStart { Arguments = [.. arguments, "--server", server.Url] });
        var here = await RunningProgram.RunAsync(new ProgramStart { Arguments = ["-c", Values, "--output", "json"] });
        Assert.Equal(here.Exits(0).Output, (await Run("-c", Values, "--output", "json")).Exits(0).Output);
        here = await RunningProgram.RunAsync(new ProgramStart { Arguments = ["-c", Values, "--output", "table"] });
        Assert.Equal(here.Exits(0).Output, (await Run("-c", Values, "--output", "table")).Exits(0).Output);
        // INSERT is waited for, and its rows are the server's.
        (await Run("-c", "CREATE TABLE m (k INT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'memory'); INSERT INTO m VALUES (1), (2);")).Exits(0);
        Assert.Equal("k\n1\n2\n", (await Run("-c", "SELECT k FROM m ORDER BY k", "--output", "csv")).Exits(0).Output);
        (await Run("-c", "SELECT 1 AS a;\nSELECT prce FROM m")).Exits(1).Says("ERROR 42703: column \"prce\" does not exist\n  line 2: SELECT prce FROM m\n                 ^^^^");
        Assert.Empty((await server.DoneAsync("GET", "/v1/sessions"))["sessions"]!.AsArray());
    }

    [FactIfTerminal]
    public async Task The_shell_works_on_a_server_as_on_its_own_engine()
    {
        using var work = new WorkDirectory();
        using var server = await ServerProgram.StartAsync(work);
        using var shell = await PseudoTerminal.StartAsync(work, columns: 120, arguments: ["shell", "--server", server.Url]);
        await shell.EnterAsync("CREATE TABLE g (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '2000', 'fields.id.min' = '10', 'fields.id.max' = '19');");
        await shell.EnterAsync("CREATE TABLE totals (k BIGINT, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'memory');");
        Assert.Contains("│ totals │ table │ memory", await shell.EnterAsync(".tables"), StringComparison.Ordinal);
        Assert.Contains("CREATE TABLE", await shell.EnterAsync(".schema totals"), StringComparison.Ordinal);
        // Completion by the server's catalog.
        await shell.TypeUntilAsync("SELECT * FROM tot\t", "SELECT * FROM totals");
        shell.Type(CtrlC);
        await shell.UntilAsync(() => shell.IsAtPrompt, "the prompt is back");
        // A query that does not end, live, until it is stopped here and there.
        shell.Type("SELECT COUNT(*) AS n FROM g;\r");
        await shell.UntilShownAsync("Ctrl-C stops, space pauses");
        await shell.TypeUntilAsync(CtrlC, "stopped after");
        await shell.UntilAsync(() => shell.IsAtPrompt, "the prompt is back");
        var session = (await server.DoneAsync("GET", "/v1/sessions"))["sessions"]!.AsArray().Single()!;
        foreach (var statement in session["statements"]!.AsArray())
            Assert.NotEqual("RUNNING", (string)(await server.DoneAsync("GET", $"/v1/sessions/{session["id"]}/statements/{statement}"))["status"]!);
        // A job that fails says why, and what to do.
        work.Write("in/rows.json", "no row\n");
        await shell.EnterAsync($"CREATE TABLE i (k BIGINT) WITH ('connector' = 'filesystem', 'path' = '{work["in"]}', 'format' = 'json'); CREATE TABLE o (k BIGINT) WITH ('connector' = 'blackhole');");
        shell.Type("INSERT INTO o SELECT k FROM i;\r");
        await shell.UntilAsync(() => Failed().IsMatch(shell.Screen), "the failure is told with its hint");
        // A job goes on when the shell is left, without being asked about.
        await shell.EnterAsync("INSERT INTO totals SELECT MOD(id, 2), COUNT(*) FROM g GROUP BY MOD(id, 2);");
        Assert.Contains("RUNNING", await shell.EnterAsync(".jobs"), StringComparison.Ordinal);
        shell.Type(CtrlD);
        Assert.Equal(0, await shell.EndAsync());
        Assert.Equal(["FAILED", "RUNNING"], (await server.DoneAsync("GET", "/v1/jobs"))["jobs"]!.AsArray().Select(job => (string)job!["status"]!).Order(StringComparer.Ordinal));
        Assert.Empty((await server.DoneAsync("GET", "/v1/sessions"))["sessions"]!.AsArray());
    }

    [GeneratedRegex(@"job [0-9a-f]{8} \(insert-into_o\) failed: [0-9A-Z]{5}: [\s\S]+?\nHINT: ")]
    private static partial Regex Failed();

    const string Values = """
        SELECT * FROM (VALUES (1, 'a', CAST(1.50 AS DECIMAL(5, 2)), DATE '2026-01-02', TIMESTAMP '2026-01-02 03:04:05.678', TRUE, ARRAY[1, 2], MAP['k', 1.5e0], ROW(1, 'x'), x'00ff'),
          (-2, NULL, NULL, NULL, NULL, FALSE, NULL, NULL, NULL, NULL)) AS t(a, b, c, d, e, f, g, h, i, j)
        """;
}
