using System.Globalization;

namespace SqlStream.Cli.Shell;

/// <summary>The commands that read files, open an editor, and execute again and again.</summary>
sealed class ShellFiles(SqlShell shell)
{
    /// <summary>A path as it was given: in apostrophes or without, <c>~</c> for the home directory.</summary>
    public static string Path(string given)
    {
        given = given.Trim();
        if (given.Length > 1 && given[0] is '\'' or '"' && given[^1] == given[0])
            given = given[1..^1];
        return given == "~" || given.StartsWith("~/", StringComparison.Ordinal) ? Home + given[1..] : given;
    }

    /// <summary>The home directory.</summary>
    public static string Home => Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? home : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    public Task ReadAsync(string path, CancellationToken cancellation) =>
        path.Length == 0 ? throw ShellErrors.WrongArgument(".read", "the path of a file", "") : shell.ReadAsync(Path(path), cancellation);

    /// <summary>Opens an editor. What it leaves of a statement is the draft of the next edit.</summary>
    public void Edit(string file)
    {
        if (shell.Terminal is null)
            throw ShellErrors.NoTerminal(".edit");
        var editor = Editor();
        if (file.Length > 0)
        {
            Pager.Run($"{editor} {ShellQuoted(Path(file))}");
            return;
        }
        var directory = Directory.CreateTempSubdirectory("sqlstream-edit-").FullName;
        try
        {
            var path = System.IO.Path.Combine(directory, "statement.sql");
            File.WriteAllText(path, shell.LastStatement.Length > 0 ? shell.LastStatement + "\n" : "");
            if (Pager.Run($"{editor} {ShellQuoted(path)}") == 0)
                shell.Draft = File.ReadAllText(path).Trim();
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    public async Task WatchAsync(string arguments, CancellationToken cancellation)
    {
        var (first, rest) = ShellText.Split(arguments);
        var pause = TimeSpan.FromSeconds(2);
        if (double.TryParse(first, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 86_400)
        {
            pause = TimeSpan.FromSeconds(seconds);
            arguments = rest;
        }
        var sql = arguments.Length > 0 ? arguments : shell.LastStatement;
        if (sql.Length == 0)
            throw ShellErrors.NothingBefore(".watch");
        while (!cancellation.IsCancellationRequested)
        {
            await shell.Output.WriteLineAsync($"{TimeProvider.System.GetLocalNow():HH:mm:ss}, every {LiveStatus.Duration(pause)}, Ctrl-C ends").ConfigureAwait(false);
            await shell.RunAsync(sql, cancellation).ConfigureAwait(false);
            await shell.Output.FlushAsync(cancellation).ConfigureAwait(false);
            try
            {
                await Task.Delay(pause, TimeProvider.System, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // That is how it ends.
                return;
            }
        }
    }

    static string Editor()
    {
        foreach (var name in new[] { "SQLSTREAM_EDITOR", "VISUAL", "EDITOR" })
        {
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } editor)
                return editor;
        }
        return "vi";
    }

    static string ShellQuoted(string path) => "'" + path.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
