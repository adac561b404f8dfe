using SqlStream.Core.Diagnostics;

namespace SqlStream.Cli.Shell;

/// <summary>The messages of the shell's own commands.</summary>
static class ShellErrors
{
    public static SqlException NoSuchCommand(string name, IEnumerable<string> known) => new(
        SqlState.SyntaxError, $"command \"{name}\" does not exist", NearestName.Hint(name, known) ?? ".help lists the commands.");

    public static SqlException NoSuchTopic(string topic) => new(
        SqlState.SyntaxError, $"there is no help for \"{topic}\"", "HELP lists the statements, .help the commands.");

    public static SqlException WrongArgument(string command, string expected, string given) => new(
        SqlState.InvalidParameterValue, $"{command} takes {expected}, not '{given}'", $".help {command} says more.");

    public static SqlException NoTerminal(string command) => new(
        SqlState.FeatureNotSupported, $"{command} needs a terminal", "Start sqlstream at one.");

    public static SqlException NothingBefore(string command) => new(
        SqlState.InvalidParameterValue, $"{command} has no statement: none was executed yet", $"Write it behind {command}.");

    public static SqlException NoSuchTable(string name, IEnumerable<string> known) => new(
        SqlState.UndefinedTable, $"table \"{name}\" does not exist", NearestName.Hint(name, known) ?? ".tables lists the tables.");

    public static SqlException NoSuchCheckpoint(string job, long checkpoint, int known) => new(
        SqlState.UndefinedObject, $"job \"{job}\" has no checkpoint {checkpoint}",
        known == 0 ? "It has none yet." : $".checkpoints {job} lists those that it has.");

    public static SqlException FileNotWritable(string path, Exception cause) => new(
        SqlState.InsufficientPrivilege, $"file \"{path}\" cannot be written", detail: cause.Message);

    public static ExternalException FileFailed(string path, IOException cause) => new(
        $"file \"{path}\" cannot be written", Retry.Never, SqlState.IoError, cause, ".output alone sends results to the screen again.");

    public static SqlException TooDeep(string path) => new(
        SqlState.InvalidParameterValue, $"file \"{path}\" cannot be read: files that read others are too deep", "Does it read itself?");

    public static SqlException ProgramFailed(string program, Exception cause) => new(
        SqlState.UndefinedFile, $"program \"{program}\" cannot be started", "Set EDITOR or PAGER, or give its full path.", cause.Message);
}
