using System.Text;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.CommandLine;

/// <summary>The commands of the shell in scripts: <c>-c</c>, <c>-f</c> and standard input.</summary>
public sealed class ScriptCommandTests
{
    [Fact]
    public async Task Commands_stand_on_lines_of_their_own_between_statements()
    {
        const string script = """
            .mode csv
            SELECT 1 AS a,
              .5 AS b;
            \x
            SELECT 'x' AS c;  -- the next line is a command, too
            .mode markdown
            SELECT 'a|b' AS c, 2 AS n;
            """;
        var result = await RunningProgram.RunAsync(new ProgramStart { Arguments = [], Input = Encoding.UTF8.GetBytes(script) });
        Assert.Equal("a,b\n1,0.5\nc = x\n\n1 row\n| c | n |\n|---|---:|\n| a\\|b | 2 |\n", result.Exits(0).Output.Replace("\n1,.5\n", "\n1,0.5\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Wrong_sql_anywhere_is_told_with_its_line_before_anything_is_executed()
    {
        using var work = new WorkDirectory();
        var path = work.Write("s.sql", ".mode csv\nSELECT 1 AS a;\n.maxrows 5\nSELECT nothing FROM;\n");
        var result = await RunningProgram.RunAsync("-f", path);
        Assert.Equal("", result.Exits(1).Output);
        Assert.Contains("s.sql:4: SELECT nothing FROM;", result.Error, StringComparison.Ordinal);
    }

    const string Wrong = """
        CREATE TABLE g (id BIGINT) WITH ('connector' = 'datagen');
        CREATE TABLE bad (id BIGINTT) WITH ('connector' = 'datagen');
        CREATE TABLE o (id BIGINT) WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'csv');
        INSERT INTO o SELECT id FROM g;
        INSERT INTO o SELECT idd FROM g;
        INSERT INTO o SELECT id FROM bad;
        SET 'execution.nope' = '1';
        """;

    [Theory]
    [InlineData("run", "s.sql")]
    [InlineData("run", "s.sql", "--check")]
    [InlineData("-f", "s.sql", "--check")]
    public async Task A_script_that_is_planned_ahead_has_all_its_errors_told_and_does_nothing(params string[] arguments)
    {
        using var work = new WorkDirectory();
        work.Write("s.sql", Wrong);
        var result = await RunningProgram.RunAsync(new ProgramStart { Arguments = arguments, WorkingDirectory = work.Path });
        // A table that could not be created is missed no more after that.
        Assert.Equal(["s.sql:2", "s.sql:5", "s.sql:7"], System.Text.RegularExpressions.Regex.Matches(result.Exits(1).Error, @"s\.sql:\d+").Select(match => match.Value));
        Assert.Equal(3, result.Error.Split("ERROR ").Length - 1);
        Assert.False(Directory.Exists(work["out"]));
        Assert.False(File.Exists(work[".sqlstream/s/run.json"]));
    }

    [Fact]
    public async Task Check_plans_what_stands_on_earlier_statements_and_executes_nothing()
    {
        using var work = new WorkDirectory();
        work.Write("s.sql", """
            .mode csv
            CREATE DATABASE d; USE d; CREATE TABLE t (a INT) WITH ('connector' = 'memory'); ALTER TABLE t RENAME TO u;
            CREATE TABLE v WITH ('connector' = 'memory') AS SELECT a + 1 AS b FROM u;
            SET 'table.local-time-zone' = 'Europe/Berlin';
            DROP TABLE u; CREATE TABLE u (c INT) WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'csv');
            INSERT INTO u SELECT b FROM v; SELECT c FROM u;
            """);
        foreach (var first in new[] { "-f", "run" })
        {
            if (first == "run")
                work.Write("s.sql", File.ReadAllText(work["s.sql"]).Replace(".mode csv", "", StringComparison.Ordinal));
            var result = await RunningProgram.RunAsync(new ProgramStart { Arguments = [first, "s.sql", "--check"], WorkingDirectory = work.Path });
            Assert.Equal("", result.Exits(0).Output);
            Assert.Equal("10 statements planned, none executed\n", result.Error);
        }
        Assert.Equal([work["s.sql"]], Directory.GetFileSystemEntries(work.Path));
    }

    [Fact]
    public async Task A_command_that_does_not_exist_ends_a_script() =>
        (await RunningProgram.RunAsync("-c", ".tabels")).FailsWith(1, "ERROR 42601: command \".tabels\" does not exist\nHINT: Did you mean \".tables\"?");

    [Fact]
    public void Help_has_an_example_of_each_statement_that_parses()
    {
        foreach (var topic in Cli.Shell.SyntaxHelp.All)
            Assert.False(Parser.SqlParser.Parse(new Core.Diagnostics.SourceText(topic.Example)).HasErrors, topic.Name);
    }
}
