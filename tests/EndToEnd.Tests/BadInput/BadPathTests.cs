using System.Runtime.Versioning;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.BadInput;

/// <summary>Paths that do not exist, are something else, may not be used, or are in use.</summary>
[SupportedOSPlatform("linux")]
public sealed class BadPathTests : IDisposable
{
    /// <summary>The user "nobody".</summary>
    const string OtherUser = "65534";

    readonly WorkDirectory _work = new();

    public BadPathTests() => _work.Write("input/rows.json", "{\"id\":1}\n");

    public void Dispose() => _work.Dispose();

    [Fact]
    public async Task An_input_that_does_not_exist_is_named() =>
        (await RunAsync(_work["nowhere"], _work["output"])).Exits(3).Says(" failed\n" + $"""
            ERROR 58P01: file or directory "{_work["nowhere"]}" does not exist
            HINT: Check the option 'path'.

            """);

    [Fact]
    public async Task An_output_directory_that_is_a_file_is_named()
    {
        var result = await RunAsync(_work["input"], _work["job.sql"]);
        result.Exits(3).Says(" failed\n" + $"""
            ERROR 42809: "{_work["job.sql"]}" is not a directory
            HINT: Check the option 'path'.

            """);
        Assert.DoesNotContain(" waits: ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_that_does_not_exist_is_named() =>
        (await RunningProgram.RunAsync("run", _work["other.sql"])).FailsWith(1, $"""ERROR 58P01: file "{_work["other.sql"]}" does not exist""");

    [Fact]
    public async Task A_script_that_is_a_directory_is_named() =>
        (await RunningProgram.RunAsync("run", _work["input"])).FailsWith(1, $"""ERROR 42501: file "{_work["input"]}" may not be read, or is a directory""");

    [Fact]
    public async Task A_data_directory_that_is_a_file_is_named()
    {
        WriteScript(_work["input"], _work["output"]);
        (await RunningProgram.RunAsync("run", _work["job.sql"], "--data", _work["input/rows.json"])).Exits(4)
            .Says($"""ERROR 58030: data directory "{_work["input/rows.json"]}" cannot be made: could not access "{_work["input/rows.json"]}": file exists""");
    }

    [FactIfOtherUser]
    public async Task An_input_that_may_not_be_read_is_named()
    {
        Open(_work.Path);
        File.SetUnixFileMode(_work["input"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        (await RunAsync(_work["input"], _work["output"], OtherUser)).Exits(3).Says(" failed\n" + $"""
            ERROR 42501: permission denied for "{_work["input"]}"
            HINT: Give the user that runs the job access to it.

            """);
    }

    [FactIfOtherUser]
    public async Task An_output_directory_that_may_not_be_written_is_named()
    {
        Open(_work.Path);
        Directory.CreateDirectory(_work["output"]);
        (await RunAsync(_work["input"], _work["output"], OtherUser)).Exits(3).Says(" failed\n" + $"""
            ERROR 42501: permission denied for "{_work["output"]}/.sqlstream"
            HINT: Give the user that runs the job access to it.

            """);
    }

    [FactIfOtherUser]
    public async Task A_data_directory_that_may_not_be_made_is_named()
    {
        File.SetUnixFileMode(_work.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        (await RunAsync(_work["input"], _work["output"], OtherUser)).FailsWith(4, $"""
            ERROR 42501: data directory "{_work["data"]}" cannot be made: could not access "{_work["data"]}": permission denied
            DETAIL: Access to the path '{_work["data"]}' is denied.
            HINT: Name a directory that may be written with --data.
            """);
    }

    [Fact]
    public async Task Two_processes_cannot_work_in_one_data_directory()
    {
        _work.Write("long.sql", """
            CREATE TABLE numbers (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '10');
            CREATE TABLE nothing (id BIGINT) WITH ('connector' = 'blackhole');
            INSERT INTO nothing SELECT id FROM numbers;
            """);
        using var first = RunningProgram.Start("run", _work["long.sql"], "--data", _work["data"]);
        await first.UntilItSaysAsync("started");
        (await RunAsync(_work["input"], _work["output"])).FailsWith(1, $"""
            ERROR 55006: data directory "{_work["data"]}" is in use by process {first.Id}
            HINT: Stop that process, or use another --data directory.
            """);
    }

    static void Open(string directory) => File.SetUnixFileMode(directory, (UnixFileMode)0b111_111_111);

    Task<ProgramResult> RunAsync(string input, string output, string? user = null)
    {
        WriteScript(input, output);
        return RunningProgram.RunAsync(new ProgramStart
        {
            Prefix = user is null ? [] : ["setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups", "--"],
            Arguments = ["run", _work["job.sql"], "--data", _work["data"]],
        });
    }

    void WriteScript(string input, string output) => _work.Write("job.sql", $"""
        CREATE TABLE numbers (id BIGINT) WITH ('connector' = 'filesystem', 'path' = '{input}', 'format' = 'json');
        CREATE TABLE copies (id BIGINT) WITH ('connector' = 'filesystem', 'path' = '{output}', 'format' = 'csv');
        INSERT INTO copies SELECT id FROM numbers;
        """);
}
