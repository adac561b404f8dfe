using System.Text;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.CommandLine;

/// <summary>Statements from <c>-c</c>, <c>-f</c> and standard input: what is said about them, and the exit code.</summary>
public sealed class StatementTests : IDisposable
{
    readonly WorkDirectory _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public async Task Statements_come_from_a_file()
    {
        var result = await RunningProgram.RunAsync("-f", _work.Write("script.sql", "-- a comment\nSELECT 1 AS a;\n"), "--output", "csv");
        Assert.Equal("a\n1\n", result.Exits(0).Output);
    }

    [Fact]
    public async Task What_is_probably_not_meant_is_warned_of_and_runs()
    {
        var result = await FromInput("""
            CREATE VIEW v AS SELECT 1 AS a WHERE 1 <> NULL;
            SELECT COUNT(*) AS n FROM v;
            SELECT 1 AS a FROM (VALUES 1) AS t (x)
            WHERE x = NULL OR x >= NULL OR x IS DISTINCT FROM NULL;
            """u8.ToArray());
        Assert.Equal("n\n0\na\n1\n", result.Exits(0).Output);
        Assert.Equal("""
            WARNING 01000: comparison with NULL by <> is never true
              line 1: CREATE VIEW v AS SELECT 1 AS a WHERE 1 <> NULL;
                                                           ^^^^^^^^^
            HINT: Write IS NOT NULL.
            WARNING 01000: comparison with NULL by = is never true
              line 4: WHERE x = NULL OR x >= NULL OR x IS DISTINCT FROM NULL;
                            ^^^^^^^^
            HINT: Write IS NULL.
            WARNING 01000: comparison with NULL by >= is never true
              line 4: WHERE x = NULL OR x >= NULL OR x IS DISTINCT FROM NULL;
                                        ^^^^^^^^^
            HINT: Test with IS NULL or IS NOT NULL.

            """, result.Error);
    }

    [Theory]
    [InlineData("SELECT 1 AS a", "a\n1\n")]
    [InlineData("\uFEFFSELECT 1 AS a;\r\nSELECT 2 AS a;\r\n", "a\n1\na\n2\n")]
    [InlineData("SELECT '日本' AS a", "a\n日本\n")]
    [InlineData("SELECT 'a\0b' AS a", "a\na\0b\n")]
    [InlineData("", "")]
    [InlineData(" ;; -- nothing", "")]
    public async Task Statements_come_from_standard_input(string text, string expected)
    {
        var result = await FromInput(Encoding.UTF8.GetBytes(text));
        Assert.Equal(expected, result.Exits(0).Output);
        Assert.Equal("", result.Error);
    }

    [Theory]
    [InlineData("SELECT 1; SELEC 2", """
        ERROR 42601: syntax error at or near "SELEC"
          line 1: SELECT 1; SELEC 2
                            ^^^^^
        HINT: Did you mean "SELECT"?
        """)]
    [InlineData("SELECT a FROM numbers", """
        ERROR 42P01: table or view "numbers" does not exist
          line 1: SELECT a FROM numbers
                                ^^^^^^^
        HINT: SHOW TABLES lists all tables and views.
        """)]
    [InlineData("SELECT 'a\nb',\n  uper(x) FROM (SELECT 'y' AS x) AS t", """
        ERROR 42883: function uper does not exist
          line 3:   uper(x) FROM (SELECT 'y' AS x) AS t
                    ^^^^^^^
        HINT: Did you mean "UPPER"?
        """)]
    [InlineData("SELECT 1 + TRUE", """
        ERROR 42883: operator + does not exist for INT, BOOLEAN
          line 1: SELECT 1 + TRUE
                         ^^^^^^^^
        HINT: CAST one side to a type that fits.
        """)]
    [InlineData("SELECT 1 / 0", """
        ERROR 22012: division by zero
          line 1: SELECT 1 / 0
                         ^^^^^
        DETAIL: The error arose in /.
        """)]
    [InlineData("SELECT CAST('x' AS INT)", """
        ERROR 22018: invalid input for type INT: "x"
          line 1: SELECT CAST('x' AS INT)
                         ^^^^^^^^^^^^^^^^
        DETAIL: The error arose in CAST.
        HINT: Use TRY_CAST to get NULL instead.
        """)]
    [InlineData("SET 'paralelism.default' = '2'", """
        ERROR 42704: option 'paralelism.default' does not exist
          line 1: SET 'paralelism.default' = '2'
                      ^^^^^^^^^^^^^^^^^^^^
        HINT: Did you mean "parallelism.default"?
        """)]
    [InlineData("STOP JOB 'x'", """
        ERROR 42704: job 'x' does not exist
        HINT: SHOW JOBS lists the jobs.
        """)]
    [InlineData("CHECKPOINT", """
        ERROR 42704: no job is running
        HINT: SHOW JOBS lists the jobs.
        """)]
    public async Task Wrong_sql_is_shown_with_its_place(string text, string error) => (await Command(text)).FailsWith(1, error.ReplaceLineEndings("\n"));

    [Fact]
    public async Task What_comes_before_a_failing_statement_is_carried_out_and_nothing_after_it()
    {
        var result = await Command("SELECT 1 AS a; SELECT x; SELECT 3 AS c;");
        Assert.Equal("a\n1\n", result.Output);
        result.FailsWith(1, """
            ERROR 42703: column "x" does not exist
              line 1: SELECT 1 AS a; SELECT x; SELECT 3 AS c;
                                            ^
            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task A_text_with_a_syntax_error_is_refused_whole() =>
        Assert.Equal("", (await Command("SELECT 1 AS a; SELECT FROM; SELECT 3 AS c;")).Exits(1).Output);

    [Fact]
    public async Task A_bounded_insert_is_waited_for()
    {
        var result = await Command($"""
            CREATE TABLE copies (a INT) WITH ('connector' = 'filesystem', 'path' = '{_work["copies"]}', 'format' = 'csv');
            INSERT INTO copies SELECT 1 UNION ALL SELECT 2;
            SELECT SUM(a) AS total FROM copies;
            """);
        Assert.Equal("total\n3\n", result.Exits(0).Output);
    }

    [Fact]
    public async Task A_job_that_fails_ends_with_code_3()
    {
        _work.Write("input/rows.json", "{\"a\":0}\n");
        var result = await Command($"""
            CREATE TABLE numbers (a INT) WITH ('connector' = 'filesystem', 'path' = '{_work["input"]}', 'format' = 'json');
            CREATE TABLE nothing (a INT) WITH ('connector' = 'blackhole');
            INSERT INTO nothing SELECT 1 / a FROM numbers;
            """);
        result.Exits(3).Says("ERROR 22012: division by zero\n");
    }

    [Theory]
    [InlineData("-D", "NAME=7")]
    [InlineData("-D", "NAME=1", "-D", "NAME=7")]
    public async Task A_variable_is_replaced(params string[] defines)
    {
        var result = await RunningProgram.RunAsync(["-c", "SELECT ${NAME} AS a", "--output", "csv", .. defines]);
        Assert.Equal("a\n7\n", result.Exits(0).Output);
    }

    [Fact]
    public async Task A_variable_of_the_environment_is_replaced_unless_it_is_defined()
    {
        var start = new ProgramStart
        {
            Arguments = ["-c", "SELECT ${SOME_NAME} AS a, ${OTHER_NAME} AS b", "--output", "csv", "-D", "OTHER_NAME=2"],
            Environment = new Dictionary<string, string> { ["SOME_NAME"] = "1", ["OTHER_NAME"] = "9" },
        };
        Assert.Equal("a,b\n1,2\n", (await RunningProgram.RunAsync(start)).Exits(0).Output);
    }

    [Fact]
    public async Task A_variable_that_is_not_defined_is_named() => (await Command("SELECT 1,\n ${NO_SUCH_NAME}")).FailsWith(1, """
        ERROR 42704: variable "NO_SUCH_NAME" is not defined
          line 2:  ${NO_SUCH_NAME}
                   ^^^^^^^^^^^^^^^
        """.ReplaceLineEndings("\n"));

    [Fact]
    public async Task A_setting_of_the_command_line_holds_until_the_script_sets_another()
    {
        var result = await RunningProgram.RunAsync(
            "-c", "SET; SET 'pipeline.name' = 'b'; SET; RESET 'pipeline.name'; SET", "--output", "csv", "--set", "pipeline.name=a", "--parallelism", "3");
        Assert.Equal(
            ["pipeline.name,a,", "pipeline.name,b,", "pipeline.name,a,"],
            result.Exits(0).Output.Split('\n').Where(line => line.StartsWith("pipeline.name", StringComparison.Ordinal)));
        Assert.Contains("\nparallelism.default,3,\n", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no.such.option=1", "ERROR 42704: option 'no.such.option' does not exist\n")]
    [InlineData("parallelism.default=many", "ERROR 22023: option 'parallelism.default' must be a whole number from 1 to 32768, not 'many'\n")]
    [InlineData("execution.checkpointing.interval=soon", "ERROR 22023: option 'execution.checkpointing.interval' must be a duration such as 100ms, 1 s or 10 min, not 'soon'\n")]
    public async Task A_setting_that_does_not_exist_or_fit_is_named(string setting, string error) =>
        (await RunningProgram.RunAsync("-c", "SELECT 1", "--set", setting)).Exits(1).Says(error, "HINT: ");

    [Fact]
    public async Task A_stack_trace_is_shown_only_where_asked_for()
    {
        Assert.DoesNotContain("   at ", (await RunningProgram.RunAsync("-c", "SELECT x")).Exits(1).Error, StringComparison.Ordinal);
        Assert.Contains("   at ", (await RunningProgram.RunAsync("-c", "SELECT x", "--verbose")).Exits(1).Error, StringComparison.Ordinal);
    }

    static Task<ProgramResult> Command(string text) => RunningProgram.RunAsync("-c", text, "--output", "csv");

    static Task<ProgramResult> FromInput(byte[] text) =>
        RunningProgram.RunAsync(new ProgramStart { Arguments = ["--output", "csv"], Input = text });
}
