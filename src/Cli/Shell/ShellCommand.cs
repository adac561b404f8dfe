namespace SqlStream.Cli.Shell;

/// <summary>A command of the shell.</summary>
/// <param name="Name">Its name, without the dot.</param>
/// <param name="Aliases">Other names, with their backslash, as psql has them.</param>
/// <param name="Arguments">What follows the name.</param>
/// <param name="Does">What it does, in one line.</param>
/// <param name="Run">Carries it out; is given the name that was used and the arguments.</param>
sealed record ShellCommand(
    string Name, IReadOnlyList<string> Aliases, string Arguments, string Does, Func<string, string, CancellationToken, Task> Run)
{
    /// <summary>What its first argument may be, for completion.</summary>
    public ArgumentKind Takes { get; init; }

    /// <summary>The words that its argument may be, for <see cref="ArgumentKind.Words"/>.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];
}

/// <summary>Kinds of arguments.</summary>
enum ArgumentKind
{
    None,
    Words,
    Table,
    Path,
    Sql,
}
