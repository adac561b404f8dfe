using System.ComponentModel;
using System.Diagnostics;
using SqlStream.Cli.Output;
using SqlStream.Cli.Terminals;

namespace SqlStream.Cli.Shell;

/// <summary>Programs that take over the terminal: one that pages, an editor, a command line.</summary>
static class Pager
{
    /// <summary>Shows a text; one that does not fit the screen through a program.</summary>
    public static void Show(Terminal terminal, string program, string text, TextWriter output)
    {
        var (columns, rows) = terminal.Size;
        var lines = text.Split('\n');
        if (lines.Length < rows && lines.All(line => CellText.Width(line) <= columns))
        {
            output.Write(text);
            output.Flush();
            return;
        }
        using var printable = new StringWriter();
        new PrintableWriter(printable).Write(text);
        Run(program, printable.ToString());
    }

    /// <summary>Runs a command line of the user's shell to its end, with a text as its standard input if one is given.</summary>
    public static int Run(string commandLine, string? input = null)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", commandLine]) { RedirectStandardInput = input is not null, UseShellExecute = false })!;
            if (input is not null)
                Feed(process, input);
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (Win32Exception e)
        {
            throw ShellErrors.ProgramFailed(commandLine, e);
        }
    }

    static void Feed(Process process, string input)
    {
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It was left before it had read all.
            return;
        }
    }
}
