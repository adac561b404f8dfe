using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.CommandLine;

/// <summary>Help, and a command line that is wrong: exit code 2 and one line for each thing.</summary>
public sealed class UsageTests
{
    const string Hint = "HINT: sqlstream --help lists the commands and their options.";

    [Theory]
    [InlineData("", "-c", "-f", "--output", "--set", "-D", "--parallelism", "--verbose", "--version", "run <FILE.sql>", "checkpoints", "broker", "demo")]
    [InlineData("run", "<FILE.sql>", "--data", "--restore", "--discard-unfinished", "--sequential", "--progress", "--stop-timeout", "--output", "--set", "-D", "--parallelism", "--verbose")]
    [InlineData("checkpoints", "list <PATH>", "show <PATH>", "verify <PATH>", "copy <PATH> <DEST>", "prune <PATH>")]
    [InlineData("checkpoints list", "<PATH>", "--json")]
    [InlineData("checkpoints show", "<PATH>")]
    [InlineData("checkpoints verify", "<PATH>")]
    [InlineData("checkpoints copy", "<PATH>", "<DEST>")]
    [InlineData("checkpoints prune", "<PATH>", "--keep", "--dry-run")]
    [InlineData("broker", "--listen", "--advertised-host", "--data", "--partitions", "--nodes", "--retention-bytes", "--retention", "--user", "--no-auto-create", "--test-endpoint", "--verbose")]
    [InlineData("demo", "--dir", "--rows")]
    public async Task Every_command_has_help(string command, params string[] names)
    {
        var result = await RunningProgram.RunAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        Assert.Equal("", result.Exits(0).Error);
        Assert.All(names, name => Assert.Contains(name, result.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_version_is_one_line() => Assert.Matches(@"^\d+\.\d+\.\d+\S*\n$", (await RunningProgram.RunAsync("--version")).Exits(0).Output);

    [Theory]
    [InlineData("frobnicate", "ERROR: Unrecognized command or argument 'frobnicate'.")]
    [InlineData("-x", "ERROR: Unrecognized command or argument '-x'.")]
    [InlineData("-c", "ERROR: Required argument missing for option: '-c'.")]
    [InlineData("-c 1 -f x.sql", "ERROR: -c and -f cannot be used together")]
    [InlineData("-c 1 --output yaml", "ERROR: --output must be one of table, line, csv, json, ndjson, markdown, changelog, not 'yaml'")]
    [InlineData("-c 1 --parallelism many", "ERROR: --parallelism must be a whole number, not 'many'")]
    [InlineData("-c 1 --set pipeline.name", "ERROR: --set must be of the form key=value, not 'pipeline.name'")]
    [InlineData("-c 1 -D =1", "ERROR: -D must be of the form NAME=value, not '=1'")]
    [InlineData("run", "ERROR: Required argument 'FILE.sql' missing for command: 'run'.")]
    [InlineData("run a.sql b.sql", "ERROR: Unrecognized command or argument 'b.sql'.")]
    [InlineData("checkpoints", "ERROR: Required command was not provided.")]
    [InlineData("checkpoints list", "ERROR: Required argument 'PATH' missing for command: 'list'.")]
    [InlineData("checkpoints copy a", "ERROR: Required argument 'DEST' missing for command: 'copy'.")]
    [InlineData("checkpoints prune a --keep few", "ERROR: --keep must be a whole number, not 'few'")]
    [InlineData("broker --partitions few", "ERROR: --partitions must be a whole number, not 'few'")]
    [InlineData("demo --rows some", "ERROR: --rows must be a whole number, not 'some'")]
    public async Task A_wrong_command_line_ends_with_code_2(string arguments, string error)
    {
        var result = await RunningProgram.RunAsync(arguments.Split(' '));
        result.FailsWith(2, error + "\n" + Hint);
        Assert.Equal("", result.Output);
    }

    [Theory]
    [InlineData("run a.sql --stop-timeout soon", "ERROR 22023: --stop-timeout must be a duration such as 30 s, not 'soon'")]
    [InlineData("demo --rows 5", "ERROR 22023: --rows must be at least 10000, so that there is a middle to crash in")]
    [InlineData("broker --listen 9092", "ERROR 22023: --listen must be an address and a port, not '9092'\nHINT: For example 127.0.0.1:9092, or 0.0.0.0:9092 for every address.")]
    [InlineData("broker --listen 127.0.0.1:0 --partitions 0", "ERROR 22023: option Partitions must be from 1 to 10000")]
    [InlineData("broker --retention soon", "ERROR 22023: --retention must be a duration such as 12 h, not 'soon'")]
    [InlineData("checkpoints prune . --keep 0", "ERROR 22023: --keep must be at least 1")]
    public async Task A_value_out_of_its_range_is_named(string arguments, string error) =>
        (await RunningProgram.RunAsync(arguments.Split(' '))).FailsWith(1, error);
}
