using System.CommandLine;
using SqlStream.Cli;
using SqlStream.Cli.Commands;

var root = new RootCommand("SqlStream: streaming SQL with exactly-once results");
ExecuteCommand.AddTo(root);
root.Subcommands.Add(ShellSubcommand.Create());
root.Subcommands.Add(RunCommand.Create());
root.Subcommands.Add(ServerCommand.Create());
root.Subcommands.Add(SubmitCommand.Create());
root.Subcommands.Add(JobsCommand.Create());
root.Subcommands.Add(CheckpointsCommand.Create());
root.Subcommands.Add(TestCommand.Create());
root.Subcommands.Add(BrokerCommand.Create());
root.Subcommands.Add(DemoCommand.Create());
var parsed = root.Parse(args);
if (parsed.Errors.Count == 0)
{
    var invocation = new InvocationConfiguration();
    // A job stops with a final checkpoint, which takes its time, and a shell goes on; these commands handle signals themselves.
    if (parsed.CommandResult.Command.Name is RunCommand.Name or ServerCommand.Name || ShellSubcommand.IsInteractive(parsed))
        invocation.ProcessTerminationTimeout = null;
    return await parsed.InvokeAsync(invocation).ConfigureAwait(false);
}
foreach (var error in parsed.Errors)
    await Console.Error.WriteLineAsync("ERROR: " + error.Message).ConfigureAwait(false);
await Console.Error.WriteLineAsync("HINT: sqlstream --help lists the commands and their options.").ConfigureAwait(false);
return ExitCode.Usage;
