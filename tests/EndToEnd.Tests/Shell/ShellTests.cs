using System.Text;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.Shell;

/// <summary>The interactive shell as a person has it before them: statements, editing, history, completion.</summary>
public sealed class ShellTests
{
    const string Up = "\u001b[A";
    const string CtrlA = "\u0001";
    const string CtrlC = "\u0003";
    const string CtrlD = "\u0004";
    const string CtrlR = "\u0012";
    const string CtrlW = "\u0017";

    [FactIfTerminal]
    public async Task Statements_go_over_lines_until_the_semicolon_and_errors_say_where_they_are()
    {
        using var home = new WorkDirectory();
        using var shell = await PseudoTerminal.StartAsync(home, arguments: []);
        shell.Type("SELECT 1 AS a,\r");
        await shell.UntilShownAsync("       ..>");
        shell.Type("'x;\r");
        await shell.UntilShownAsync("        '>");
        var result = await shell.EnterAsync("y' AS b;");
        Assert.Contains("│   1 │ x;↵y    │\n", result, StringComparison.Ordinal);
        Assert.Contains("│ INT │ CHAR(4) │\n", result, StringComparison.Ordinal);
        Assert.Contains("1 row\n", result, StringComparison.Ordinal);
        var error = await shell.EnterAsync("SELECT nme FROM (VALUES ('v')) AS t(name);");
        Assert.Contains("ERROR 42703: column \"nme\" does not exist\n  line 1: SELECT nme FROM", error, StringComparison.Ordinal);
        Assert.Contains("                 ^^^\nHINT: Did you mean \"name\"?\n", error, StringComparison.Ordinal);
        // A script may be pasted whole; the first error ends it.
        var both = await shell.EnterAsync("SELECT 2 AS two; SELECT 1/0 AS z; SELECT 3 AS three;");
        Assert.Contains("│   2 │", both, StringComparison.Ordinal);
        Assert.Contains("ERROR 22012", both, StringComparison.Ordinal);
        Assert.DoesNotContain("three │", both, StringComparison.Ordinal);
        shell.Type(CtrlD);
        Assert.Equal(0, await shell.EndAsync());
    }

    [FactIfTerminal]
    public async Task Lines_are_edited_recalled_and_found_again_also_after_a_kill_and_hold_no_secrets()
    {
        using var home = new WorkDirectory();
        using (var shell = await PseudoTerminal.StartAsync(home))
        {
            Assert.Contains("│  15 │", await shell.EnterAsync($"ELECT 16 AS a;{CtrlA}S\u001b[F\u001b[D\u001b[D\u001b[D\u001b[D\u001b[D\u001b[D\u007f5"), StringComparison.Ordinal);
            Assert.Contains("│   7 │", await shell.EnterAsync($"SELECT 7 AS b nonsense{CtrlW};"), StringComparison.Ordinal);
            await shell.EnterAsync("CREATE TABLE k (a INT)\rWITH ('connector' = 'kafka', 'topic' = 't', 'format' = 'json', 'properties.sasl.password' = 'geheim');");
            Assert.Contains("'properties.sasl.password' = '******'", await shell.EnterAsync("SHOW CREATE TABLE k;"), StringComparison.Ordinal);
            shell.Type("SELECT 'half");
            await shell.UntilShownAsync("SELECT 'half");
            shell.KillNow();
            Assert.NotEqual(0, await shell.EndAsync());
        }
        var kept = await File.ReadAllTextAsync(home[".sqlstream_history"]);
        Assert.DoesNotContain("geheim", kept, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(home[".sqlstream_history"]));
        Assert.Equal(4, kept.TrimEnd('\n').Split('\n').Length);
        using (var shell = await PseudoTerminal.StartAsync(home))
        {
            await shell.TypeUntilAsync(Up, "SHOW CREATE TABLE k;");
            // The entry of two lines is one, and the cursor goes through its lines first.
            await shell.TypeUntilAsync(Up, "       ..> WITH ('connector'");
            await shell.TypeUntilAsync(Up + Up, "sqlstream> SELECT 7 AS b ;");
            shell.Type(CtrlC);
            await shell.UntilAsync(() => shell.IsAtPrompt, "Ctrl-C gave the line up");
            await shell.TypeUntilAsync(CtrlR + "as a", "(history: 'as a') SELECT 15 AS a;");
            Assert.Contains("│  15 │", await shell.EnterAsync(""), StringComparison.Ordinal);
            await shell.TypeUntilAsync(CtrlR + "nowhere", "(nothing like 'nowhere')");
            shell.Type("\u0007" + CtrlC);
            await shell.UntilAsync(() => shell.IsAtPrompt, "the search was left");
            Assert.DoesNotContain("geheim", await shell.EnterAsync(".history"), StringComparison.Ordinal);
        }
    }

    [FactIfTerminal]
    public async Task Tab_completes_words_tables_columns_functions_options_and_paths()
    {
        using var home = new WorkDirectory();
        home.Write("scripts/first.sql", "SELECT 'from the file' AS text;");
        using var shell = await PseudoTerminal.StartAsync(home);
        await shell.EnterAsync("CREATE TABLE readings (sensor STRING, celsius DOUBLE) WITH ('connector' = 'blackhole');");
        foreach (var (typed, shown) in new[]
        {
            ("SEL\t", "sqlstream> SELECT"),
            ("SELECT * FROM rea\t", "FROM readings"),
            ("SELECT REGEXP_REP\t", "SELECT REGEXP_REPLACE("),
            ("SELECT * FROM readings AS r WHERE r.sen\t", "WHERE r.sensor"),
            ("INSERT INTO readings SELECT UPP\t", "SELECT UPPER("),
            ("CREATE TABLE t (a INT) WITH ('conn\t", "WITH ('connector' = '"),
            ("CREATE TABLE t (a INT) WITH ('connector' = 'kaf\t", "'connector' = 'kafka'"),
            ("CREATE TABLE t (a INT) WITH ('connector' = 'kafka', 'scan.startup.m\t", "'scan.startup.mode' = '"),
            ("CREATE TABLE t (a INT) WITH ('connector' = 'kafka', 'format' = 'canal\t", "'format' = 'canal-json'"),
            ("SET 'table.dml\t", "SET 'table.dml-sync' = '"),
            (".read scr\t", ".read scripts/"),
            (".mod\t", "sqlstream> .mode"),
            (".mode mark\t", ".mode markdown"),
        })
        {
            await shell.TypeUntilAsync(typed, shown);
            shell.Type(CtrlC);
            await shell.UntilAsync(() => shell.IsAtPrompt, $"Ctrl-C gave up {typed}");
        }
        // Of several, a list from which Tab chooses.
        await shell.TypeUntilAsync("SELECT * FROM readings WHERE \t", "celsius     ");
        Assert.Contains("DOUBLE of readings", shell.Screen, StringComparison.Ordinal);
        await shell.TypeUntilAsync("\t\t", "WHERE celsius");
        await shell.TypeUntilAsync(" > 1;", "WHERE celsius > 1;");
        shell.Type(CtrlC);
        await shell.UntilAsync(() => shell.IsAtPrompt, "the line was given up");
        Assert.Contains("from the file", await shell.EnterAsync(".read scripts/fi\t"), StringComparison.Ordinal);
    }

    [FactIfTerminal]
    public async Task What_is_typed_may_be_anything_and_the_window_of_any_size()
    {
        using var home = new WorkDirectory();
        using var shell = await PseudoTerminal.StartAsync(home, columns: 60, rows: 12);
        var random = new Random(7);
        for (var round = 0; round < 20; round++)
        {
            var bytes = new byte[200];
            random.NextBytes(bytes);
            // Neither the end of the input nor a stop, nor what enters a statement.
            shell.WriteBytes([.. bytes.Where(code => code is not (4 or 26 or 13 or 10))]);
            shell.Resize(random.Next(1, 120), random.Next(1, 40));
        }
        shell.Resize(60, 12);
        // The end of a paste that may have begun, then out of every search and menu.
        shell.Type("\u001b[201~\u001b\u0007" + CtrlC + CtrlC + CtrlC);
        await shell.TypeUntilAsync("SELECT 'sane' AS s;\r", "│ sane    │");
        await shell.UntilAsync(() => shell.IsAtPrompt, "there is a prompt again");
        // A line that is longer than the window, of characters that take two columns; the window becomes narrower and wider while it is edited.
        var text = string.Concat(Enumerable.Repeat("日本", 20));
        shell.Type($"SELECT '{text}' AS wide, CAST(2 AS TINYINT) AS b;");
        await shell.UntilShownAsync("TINYINT) AS b;");
        shell.Resize(40, 12);
        await shell.UntilAsync(
            () => shell.Screen[shell.Screen.LastIndexOf("sqlstream>", StringComparison.Ordinal)..].StartsWith("sqlstream> SELECT '日本日本日本日本日本\n日本", StringComparison.Ordinal),
            "the text is shown in 40 columns");
        shell.Resize(100, 30);
        Assert.Contains($"│ {text[..29]}…  │       2 │", await shell.EnterAsync(""), StringComparison.Ordinal);
        Assert.Contains("Did you mean \".mode\"", await shell.EnterAsync(".mod x"), StringComparison.Ordinal);
        shell.Type("\u001b[200~SELECT 'pasted' AS p;\nSELECT 'twice' AS q;\u001b[201~");
        await shell.UntilShownAsync("SELECT 'twice'");
        Assert.Contains("│ twice   │", await shell.EnterAsync(""), StringComparison.Ordinal);
    }

    [FactIfTerminal]
    public async Task What_goes_on_after_a_stop_edits_as_before()
    {
        const int goOn = 18;
        using var home = new WorkDirectory();
        using var shell = await PseudoTerminal.StartAsync(home);
        foreach (var letter in "SELECT 7 AS b;")
        {
            shell.Signal(goOn);
            shell.Type(letter.ToString());
        }
        await shell.UntilShownAsync("sqlstream> SELECT 7 AS b;");
        Assert.True(shell.HasKeys);
        Assert.Contains("│   7 │", await shell.EnterAsync(""), StringComparison.Ordinal);
    }

    [FactIfTerminal]
    public async Task A_terminal_that_knows_lines_only_gives_up_what_was_typed()
    {
        using var home = new WorkDirectory();
        using var shell = await PseudoTerminal.StartAsync(home, environment: ["TERM=dumb"]);
        shell.Type("SELECT 1,\r");
        await shell.UntilShownAsync("       ..>");
        await shell.TypeUntilAsync("no more", "no more");
        shell.Type(CtrlC);
        await shell.UntilAsync(() => shell.IsAtPrompt, "Ctrl-C gave it up");
        Assert.Contains("│   7 │", await shell.EnterAsync("SELECT 7 AS f;"), StringComparison.Ordinal);
        shell.Type(CtrlD);
        Assert.Equal(0, await shell.EndAsync());
    }

    [FactIfTerminal]
    public async Task Data_cannot_speak_to_the_terminal()
    {
        using var home = new WorkDirectory();
        using var shell = await PseudoTerminal.StartAsync(home);
        const string query = "SELECT CHR(27) || '[31mred' || CHR(7) || U&'\\009b' AS evil, U&'\\202e' || 'x' AS turned, CAST(NULL AS STRING) AS nothing, '' AS empty;";
        foreach (var mode in new[] { "table", "line", "csv", "json", "ndjson", "markdown", "changelog" })
        {
            await shell.EnterAsync($".mode {mode}");
            Assert.Contains("red", await shell.EnterAsync(query), StringComparison.Ordinal);
        }
        Assert.DoesNotContain("\u001b[31m", shell.Raw.Replace("\u001b[31mERROR", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain('\u0007', shell.Raw);
        Assert.DoesNotContain('\u009b', shell.Raw);
        Assert.DoesNotContain('\u202e', shell.Raw);
        // A file gets the values as they are.
        await shell.EnterAsync(".mode csv");
        await shell.EnterAsync(".output out.csv");
        await shell.EnterAsync(query);
        await shell.EnterAsync(".output");
        Assert.Equal("evil,turned,nothing,empty\n\u001b[31mred\u0007\u009b,\u202ex,,\"\"\n", await File.ReadAllTextAsync(home["out.csv"], Encoding.UTF8));
    }
}
