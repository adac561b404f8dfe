using System.Text.RegularExpressions;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.Shell;

/// <summary>What a person at a terminal sees of jobs that end by themselves: the part that is done, the rate, the time that is left, and what to do where one fails.</summary>
public sealed partial class ShellProgressTests
{
    const string CtrlC = "\u0003";

    // A minute of rows, of which no test waits for the end.
    const string Slow = "CREATE TABLE slow (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000', 'number-of-rows' = '60000');";
    const string Target = "CREATE TABLE o (id BIGINT) WITH ('connector' = 'blackhole');";

    [FactIfTerminal]
    public async Task A_bounded_job_shows_percent_rate_and_time_left()
    {
        using var home = new WorkDirectory();
        using var shell = await PseudoTerminal.StartAsync(home, columns: 200);
        await shell.EnterAsync(Slow + Target);
        // In the background: a column of the listing.
        await shell.EnterAsync("INSERT INTO o SELECT id FROM slow;");
        while (!InListing().IsMatch(await shell.EnterAsync(".jobs")))
            continue;
        // Waited for: a line that goes with it. Ctrl-C cancels the job, too.
        await shell.EnterAsync("SET 'table.dml-sync' = 'true';");
        await shell.EnterAsync("SET 'pipeline.name' = 'waited';");
        shell.Type("INSERT INTO o SELECT id FROM slow;\r");
        await shell.UntilAsync(() => Waited().IsMatch(shell.Screen), "the part that is done and the time that is left are shown");
        await shell.TypeUntilAsync(CtrlC, "ERROR 57014: canceled on request");
        await shell.UntilAsync(() => shell.IsAtPrompt, "the prompt is back");
        Assert.DoesNotContain("left · Ctrl-C cancels", shell.Screen, StringComparison.Ordinal);
        Assert.Matches("│ waited +│ CANCELED +│", await shell.EnterAsync(".jobs"));
    }

    [FactIfTerminal]
    public async Task A_script_at_a_terminal_shows_percent_rate_and_time_left()
    {
        using var home = new WorkDirectory();
        home.Write("job.sql", $"{Slow}\n{Target}\nSET 'pipeline.name' = 'copy';\nINSERT INTO o SELECT id FROM slow;\n");
        using var run = PseudoTerminal.Start(home, "run", "job.sql", "--data", home["data"]);
        await run.UntilAsync(() => OfScript().IsMatch(run.Screen), "the part that is done and the time that is left are shown");
        await run.TypeUntilAsync(CtrlC, "stopping with a final checkpoint");
        Assert.Equal(0, await run.EndAsync());
        Assert.Contains("(copy) stopped at checkpoint", run.Screen, StringComparison.Ordinal);
    }

    [FactIfTerminal]
    public async Task A_job_of_the_background_that_fails_says_why_and_what_to_do()
    {
        using var home = new WorkDirectory();
        home.Write("in/rows.json", "{\"id\":1}\nno row\n");
        using var shell = await PseudoTerminal.StartAsync(home, columns: 200);
        await shell.EnterAsync($"CREATE TABLE i (id BIGINT) WITH ('connector' = 'filesystem', 'path' = '{home["in"]}', 'format' = 'json'); {Target}");
        shell.Type("INSERT INTO o SELECT id FROM i;\r");
        await shell.UntilAsync(() => Failed().IsMatch(shell.Screen), "the failure is told with its hint");
        await shell.UntilAsync(() => shell.IsAtPrompt, "the prompt is below it");
    }

    [GeneratedRegex(@"│ RUNNING │ [^│]+ │ [1-9][0-9,]* +│ [1-9][0-9,]* +│ [1-9][0-9,]* +│ [0-9]+ %, [0-9.]+ (s|min [0-9]+ s) left │")]
    private static partial Regex InListing();

    [GeneratedRegex(@"rows read, [0-9,]+/s · [0-9]+ % · [0-9.]+ (s|min [0-9]+ s) left · Ctrl-C cancels")]
    private static partial Regex Waited();

    [GeneratedRegex(@"copy: [0-9,]+ rows in, [0-9,]+/s, [0-9,]+ out, [0-9]+ %, [0-9.]+ (s|min [0-9]+ s) left")]
    private static partial Regex OfScript();

    [GeneratedRegex(@"job [0-9a-f]{8} \(insert-into_o\) failed: [0-9A-Z]{5}: [^\n]+\nHINT: [^\n]+\n")]
    private static partial Regex Failed();
}
