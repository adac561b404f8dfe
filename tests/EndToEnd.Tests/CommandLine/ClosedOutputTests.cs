using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.CommandLine;

/// <summary>Standard output that nobody reads any more, as under <c>| head -1</c>, or that cannot be written.</summary>
public sealed class ClosedOutputTests : IDisposable
{
    const string Endless = """
        CREATE TABLE numbers (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '100000');
        CREATE TABLE lines (id BIGINT) WITH ('connector' = 'print');

        """;

    readonly WorkDirectory _work = new();

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData("csv")]
    [InlineData("ndjson")]
    [InlineData("changelog")]
    public async Task A_query_ends_when_its_reader_has_gone(string format)
    {
        var result = await Piped("-f", Write("SELECT id FROM numbers;"), "--output", format);
        Assert.Equal("", result.Exits(0).Error.Replace("code 141\n", "", StringComparison.Ordinal));
        result.Says("code 141\n");
        Assert.Single(result.Output.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_job_that_prints_ends_when_its_reader_has_gone() =>
        (await Piped("run", Write("INSERT INTO lines SELECT id FROM numbers;"), "--data", _work["data"])).Says("started\n", "code 141\n");

    [Fact]
    public async Task A_full_device_is_named_and_ends_with_code_4()
    {
        var result = await Shell("\"$0\" \"$@\" > /dev/full", "-c", "SELECT 1");
        result.FailsWith(4, """
            ERROR 58030: standard output cannot be written
            DETAIL: No space left on device
            """.ReplaceLineEndings("\n"));
    }

    string Write(string statements) => _work.Write("script.sql", Endless + statements);

    static Task<ProgramResult> Piped(params string[] arguments) =>
        Shell("{ \"$0\" \"$@\"; echo \"code $?\" >&2; } | head -1", arguments);

    static Task<ProgramResult> Shell(string command, params string[] arguments) => RunningProgram.RunAsync(new ProgramStart
    {
        Prefix = ["sh", "-c", command],
        Arguments = arguments,
    });
}
