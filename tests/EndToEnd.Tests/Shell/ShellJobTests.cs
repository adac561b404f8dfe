using System.Diagnostics;
using System.Text.RegularExpressions;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.Shell;

/// <summary>Jobs and results in the interactive shell: queries that do not end, INSERT in the background, boxes that fit, commands.</summary>
public sealed partial class ShellJobTests
{
    const string CtrlC = "\u0003";
    const string CtrlD = "\u0004";
    const string Endless = "CREATE TABLE g (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '2000', 'fields.id.min' = '10', 'fields.id.max' = '19');";

    static readonly TimeSpan _rowsMax = TimeSpan.FromSeconds(30);

    [FactIfTerminal]
    public async Task A_query_that_does_not_end_is_shown_while_it_runs_and_ends_on_request()
    {
        using var home = new WorkDirectory();
        using var shell = await PseudoTerminal.StartAsync(home);
        await shell.EnterAsync(Endless);
        shell.Type("SELECT COUNT(*) AS n FROM g;\r");
        await shell.UntilShownAsync("Ctrl-C stops, space pauses");
        await shell.UntilAsync(() => Counts().IsMatch(shell.Screen), "rows were counted");
        var first = Counts().Match(shell.Screen).Value;
        await shell.UntilAsync(() => Counts().Match(shell.Screen) is { Success: true } match && match.Value != first, "the count changes");
        await shell.TypeUntilAsync(" ", "paused");
        await shell.TypeUntilAsync(CtrlC, "stopped after");
        await shell.UntilAsync(() => shell.IsAtPrompt, "the prompt is back");
        // What stays is one box, one row, and how it went.
        var left = shell.Screen[shell.Screen.LastIndexOf("SELECT COUNT", StringComparison.Ordinal)..];
        Assert.True(Regex.Count(left, "│ n ") == 1 && left.Contains("1 row\n", StringComparison.Ordinal), left);
        await shell.EnterAsync(".mode changelog");
        shell.Type("SELECT id FROM g;\r");
        await shell.UntilAsync(() => ChangedIds().Count(shell.Screen) > 500, "500 changes are shown");
        await shell.TypeUntilAsync("q", "stopped after");
        await shell.UntilAsync(() => shell.IsAtPrompt, "the prompt is back");
        var changes = ChangedIds().Count(shell.Screen);
        Assert.Contains($"\n{changes} changes\nstopped after ", shell.Screen, StringComparison.Ordinal);
        // One that ends by itself shows how far it is, and is canceled.
        await shell.EnterAsync(".mode table");
        await shell.EnterAsync("CREATE TABLE slow (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000', 'number-of-rows' = '60000');");
        shell.Type("SELECT COUNT(*) AS n FROM slow;\r");
        await shell.UntilAsync(() => Progress().IsMatch(shell.Screen), "the part that is done and the time that is left are shown");
        await shell.TypeUntilAsync(CtrlC, "ERROR 57014: canceled on request");
        // Other forms stream, too.
        await shell.EnterAsync(".mode ndjson");
        shell.Type("SELECT id FROM g;\r");
        await shell.UntilShownAsync("{\"id\":12}\n");
        shell.Type(CtrlC);
        await shell.UntilAsync(() => shell.IsAtPrompt && shell.Screen.Contains("ERROR 57014", StringComparison.Ordinal), "it was canceled");
        Assert.Contains("{\"a\":1}", await shell.EnterAsync("SELECT 1 AS a;"), StringComparison.Ordinal);
    }

    [FactIfTerminal]
    public async Task Insert_runs_in_the_background_and_checkpoint_tells_what_it_wrote()
    {
        using var home = new WorkDirectory();
        using var shell = await PseudoTerminal.StartAsync(home, columns: 120);
        await shell.EnterAsync(Endless);
        await shell.EnterAsync("CREATE TABLE totals (k BIGINT, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'memory');");
        var started = await shell.EnterAsync("INSERT INTO totals SELECT MOD(id, 2), COUNT(*) FROM g GROUP BY MOD(id, 2);");
        var id = JobId().Match(started).Groups[1].Value;
        Assert.Equal(32, id.Length);
        Assert.Contains("RUNNING", await shell.EnterAsync(".jobs"), StringComparison.Ordinal);
        // Too wide for the screen, so that it comes as lines.
        var checkpoint = await shell.EnterAsync("CHECKPOINT;");
        Assert.Contains($"            job id = {id}\n", checkpoint, StringComparison.Ordinal);
        Assert.Contains("           trigger = statement\n", checkpoint, StringComparison.Ordinal);
        Assert.Contains("              path = ", checkpoint, StringComparison.Ordinal);
        var totals = await shell.EnterAsync("SELECT * FROM totals;");
        // The rows of the first checkpoint need not have both keys.
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < _rowsMax && !totals.Contains("2 rows", StringComparison.Ordinal);)
        {
            await shell.EnterAsync("CHECKPOINT;");
            totals = await shell.EnterAsync("SELECT * FROM totals;");
        }
        Assert.Contains("2 rows", totals, StringComparison.Ordinal);
        Assert.Contains("statement", await shell.EnterAsync($".checkpoints {id}"), StringComparison.Ordinal);
        var number = System.Text.RegularExpressions.Regex.Match(checkpoint, "checkpoint = (\\d+)").Groups[1].Value;
        Assert.Matches("│ GroupAggregate │ \\d+ +│ acc +│ \\d+ B +│ \\d+ B", await shell.EnterAsync($".checkpoints {id} {number}"));
        Assert.Contains("has no checkpoint 99999", await shell.EnterAsync($".checkpoints {id} 99999"), StringComparison.Ordinal);
        // A job that ends by itself says so above the prompt.
        await shell.EnterAsync("INSERT INTO totals VALUES (100, 5);");
        await shell.UntilShownAsync("finished: 0 rows in, 1 out");
        shell.Type(CtrlD);
        await shell.UntilShownAsync("1 job runs and ends with the shell");
        await shell.UntilAsync(() => shell.IsAtPrompt, "the prompt is back");
        shell.Type(CtrlD);
        Assert.Equal(0, await shell.EndAsync());
    }

    [FactIfTerminal]
    public async Task Boxes_fit_the_window_and_say_what_they_leave_out()
    {
        using var home = new WorkDirectory();
        home.Write(".sqlstreamrc", ".nullvalue ∅\nSET 'parallelism.default' = '1';\n");
        using var shell = await PseudoTerminal.StartAsync(home, columns: 60);
        var wide = await shell.EnterAsync($"SELECT {string.Join(", ", Enumerable.Range(1, 30).Select(i => $"'value {i}' AS column_{i}"))};");
        Assert.Contains("│ … │", wide, StringComparison.Ordinal);
        Assert.Contains("1 row, 30 columns (4 shown; .mode line shows all)", wide, StringComparison.Ordinal);
        Assert.All(Box(wide), line => Assert.InRange(line.Length, 1, 60));
        var cut = await shell.EnterAsync("SELECT REPEAT('日', 80) AS cjk, CAST(NULL AS INT) AS n, 'é' AS e;");
        Assert.Contains("… ", cut, StringComparison.Ordinal);
        Assert.Contains("│   ∅ │ é ", cut, StringComparison.Ordinal);
        Assert.Single(Box(cut).Select(line => line.Sum(c => c is '日' ? 2 : 1)).Distinct());
        await shell.EnterAsync("CREATE TABLE n (id INT) WITH ('connector' = 'datagen', 'number-of-rows' = '100', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '100');");
        await shell.EnterAsync(".maxrows 4");
        var some = await shell.EnterAsync("SELECT id FROM n;");
        Assert.Contains("│   1 │\n│   2 │\n│   · │\n│  99 │\n│ 100 │\n└─────┘\n100 rows (4 shown; .maxrows 0 shows all)\n", some, StringComparison.Ordinal);
        await shell.EnterAsync("\\x");
        Assert.Contains("column_30 = value 30\n", await shell.EnterAsync("SELECT 'value 30' AS column_30;"), StringComparison.Ordinal);
    }

    [FactIfTerminal]
    public async Task Commands_do_what_psql_s_names_for_them_say()
    {
        using var home = new WorkDirectory();
        home.Write("a.sql", "-- makes a table\nCREATE TABLE made (a INT, `by` STRING) WITH ('connector' = 'blackhole');\n.maxrows 3\nSELECT 'done' AS state;\n");
        home.Write("wrong.sql", "SELECT 1 AS one;\nSELEC 2;\n");
        using var shell = await PseudoTerminal.StartAsync(home, environment: ["EDITOR=sh -c 'echo \"SELECT 77 AS edited;\" > $0'"]);
        Assert.Contains("done", await shell.EnterAsync("\\i a.sql"), StringComparison.Ordinal);
        var wrong = await shell.EnterAsync(".read wrong.sql");
        Assert.Contains("wrong.sql:2: SELEC 2;", wrong, StringComparison.Ordinal);
        Assert.DoesNotContain("one", wrong, StringComparison.Ordinal);
        Assert.Contains("│ made │ table │ blackhole │ 2       │", await shell.EnterAsync("\\dt"), StringComparison.Ordinal);
        Assert.Contains("│ by     │ STRING", await shell.EnterAsync("\\d made"), StringComparison.Ordinal);
        Assert.Contains("`by` STRING\n)\nWITH (\n  'connector' = 'blackhole'\n);\n", await shell.EnterAsync(".schema made"), StringComparison.Ordinal);
        Assert.Contains("REGEXP_REPLACE(", await shell.EnterAsync("\\df regexp*"), StringComparison.Ordinal);
        await shell.EnterAsync("\\timing");
        Assert.Contains("Time: ", await shell.EnterAsync("SELECT 1 AS a;"), StringComparison.Ordinal);
        Assert.Contains("CREATE VIEW: a query with a name", await shell.EnterAsync("HELP CREATE VIEW;"), StringComparison.Ordinal);
        Assert.Contains("ERROR 42601: command \".tabels\" does not exist\nHINT: Did you mean \".tables\"?", await shell.EnterAsync(".tabels"), StringComparison.Ordinal);
        // A file that cannot be written is an error of what writes it, and is left all the same.
        Assert.Contains("ERROR 42501: file \"/nix/nix\" cannot be written", await shell.EnterAsync(".output /nix/nix"), StringComparison.Ordinal);
        await shell.EnterAsync(".output /dev/full");
        Assert.Contains("ERROR 58030: file \"/dev/full\" cannot be written", await shell.EnterAsync("SELECT 1 AS a;"), StringComparison.Ordinal);
        Assert.DoesNotContain("ERROR", await shell.EnterAsync(".output"), StringComparison.Ordinal);
        Assert.Contains("ERROR 58P01: \"\" is not the path of a file", await shell.EnterAsync(".read ''"), StringComparison.Ordinal);
        await shell.EnterAsync("SELECT 1 AS a;");
        shell.Type(".edit\r");
        await shell.UntilShownAsync("sqlstream> SELECT 77 AS edited;");
        Assert.Contains("│     77 │", await shell.EnterAsync(""), StringComparison.Ordinal);
        shell.Type(".watch 0.05\r");
        await shell.UntilAsync(() => Regex.Count(shell.Screen, "every 50 ms") > 2, "it was executed three times");
        shell.Type(CtrlC);
        await shell.UntilAsync(() => shell.IsAtPrompt, "watching ended");
        shell.Type("\\q\r");
        Assert.Equal(0, await shell.EndAsync());
    }

    [FactIfTerminal]
    public async Task The_first_five_minutes_go_as_the_page_tells()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(SqlStreamProgram.Root, "docs", "shell.md"));
        var entered = Entered().Matches(page[..page.IndexOf("## Editing", StringComparison.Ordinal)]).Select(match => match.Groups[1].Value.Replace("\n       ..> ", "\r", StringComparison.Ordinal));
        using var home = new WorkDirectory();
        using var shell = await PseudoTerminal.StartAsync(home, columns: 120);
        var id = "";
        var count = 0;
        foreach (var text in entered)
        {
            count++;
            if (text.StartsWith("SELECT sensor", StringComparison.Ordinal))
            {
                shell.Type(text + "\r");
                await shell.UntilShownAsync("Ctrl-C stops, space pauses");
                shell.Type(CtrlC);
                await shell.UntilAsync(() => shell.IsAtPrompt && shell.Screen.Contains("stopped after", StringComparison.Ordinal), "the query ended");
                continue;
            }
            var shown = await shell.EnterAsync(text.Replace("3f8c40ad", id, StringComparison.Ordinal));
            Assert.DoesNotContain("ERROR", shown, StringComparison.Ordinal);
            if (JobId().Match(shown) is { Success: true } started)
                id = started.Groups[1].Value[..8];
        }
        Assert.Equal(9, count);
        Assert.Contains("SUSPENDED", await shell.EnterAsync(".jobs"), StringComparison.Ordinal);
    }

    static IEnumerable<string> Box(string screen) => screen.Split('\n').Where(line => line.Length > 0 && "┌│├└".Contains(line[0], StringComparison.Ordinal));

    [GeneratedRegex(@"^│ +[1-9][0-9]* │\n", RegexOptions.Multiline)]
    private static partial Regex Counts();

    [GeneratedRegex(@"rows read, [0-9,]+/s · [0-9]+ % · [0-9.]+ (s|min [0-9]+ s) left · Ctrl-C cancels")]
    private static partial Regex Progress();

    [GeneratedRegex(@"^\+I\[1[0-9]\]\n", RegexOptions.Multiline)]
    private static partial Regex ChangedIds();

    [GeneratedRegex(@"^sqlstream> (.*(?:\n       \.\.> .*)*)", RegexOptions.Multiline)]
    private static partial Regex Entered();

    [GeneratedRegex("job ([0-9a-f]{32}) .* started")]
    private static partial Regex JobId();
}
