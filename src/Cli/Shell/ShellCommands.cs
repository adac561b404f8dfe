using System.Globalization;
using SqlStream.Cli.Hosts;
using SqlStream.Cli.Output;
using SqlStream.Core.Diagnostics;
using SqlStream.Engine.Sessions;
using SqlStream.Parser;

namespace SqlStream.Cli.Shell;

/// <summary>The commands of the shell: <c>.name</c>, and the names that psql has for them.</summary>
sealed class ShellCommands
{
    static readonly string[] _switch = ["on", "off"];

    readonly SqlShell _shell;
    readonly ShellFiles _files;

    public ShellCommands(SqlShell shell)
    {
        _shell = shell;
        _files = new ShellFiles(shell);
        All =
        [
            new("help", [@"\?"], "[COMMAND]", "lists the commands, or tells about one; HELP [STATEMENT]; gives the syntax of SQL", (_, rest, _) => Done(() => Help(rest))),
            new("tables", [@"\dt", @"\dv"], "[PATTERN]", "tables and views, with * and ? in the pattern", (_, rest, _) => Done(() => Tables(rest))) { Takes = ArgumentKind.Table },
            new("columns", [@"\d"], "[TABLE]", "the columns of a table; without one, the tables", ColumnsAsync) { Takes = ArgumentKind.Table },
            new("schema", [], "[TABLE]", "the statement that creates a table, or all", SchemaAsync) { Takes = ArgumentKind.Table },
            new("functions", [@"\df"], "[PATTERN]", "functions with their arguments", (_, rest, _) => Done(() => Functions(rest))),
            new("databases", [@"\l"], "", "the databases of the catalog", (_, _, stop) => shell.RunAsync("SHOW DATABASES", stop)),
            new("jobs", [@"\j"], "", "the jobs that INSERT started, with rows, rate and watermark", (_, _, _) => Done(Jobs)),
            new("checkpoints", [], "[JOB [N]]", "the checkpoints of all jobs, or of one; with a number, what that one holds of each operator", CheckpointsAsync),
            new("settings", [@"\dconfig"], "", "the options of SET, and of this shell", SettingsAsync),
            new("mode", [@"\pset"], string.Join('|', ResultWriters.Names), "how results are written", (_, rest, _) => Done(() => Mode(rest))) { Takes = ArgumentKind.Words, Words = ResultWriters.Names },
            new("expanded", [@"\x"], "[on|off]", "results as lines of names and values: .mode line, and back to table", (_, rest, _) => Done(() => Expanded(rest))) { Takes = ArgumentKind.Words, Words = _switch },
            new("maxrows", [], "N", "rows of a table that are shown; 0 for all", (_, rest, _) => Done(() => shell.Settings.RowsMax = Number(".maxrows", rest))),
            new("maxwidth", [], "N", "width of a cell at the most; 0 for any", (_, rest, _) => Done(() => shell.Settings.CellWidthMax = Number(".maxwidth", rest))),
            new("nullvalue", [], "TEXT", "what stands for NULL in a table", (_, rest, _) => Done(() => shell.Settings.NullText = rest)),
            new("timer", [@"\timing"], "[on|off]", "the time that each statement takes", (_, rest, _) => Done(() => shell.Settings.ShowsTime = Switch(".timer", rest, shell.Settings.ShowsTime))) { Takes = ArgumentKind.Words, Words = _switch },
            new("pager", [], "[on|off|PROGRAM]", "results that do not fit the screen go through a program", (_, rest, _) => Done(() => SetPager(rest))) { Takes = ArgumentKind.Words, Words = _switch },
            new("output", [@"\o"], "[FILE]", "results go into a file; without one, to the screen again", (_, rest, _) => Done(() => shell.OutputTo(rest.Length == 0 ? null : ShellFiles.Path(rest)))) { Takes = ArgumentKind.Path },
            new("read", [@"\i", @"\ir"], "FILE", "executes the statements and commands of a file", (_, rest, stop) => _files.ReadAsync(rest, stop)) { Takes = ArgumentKind.Path },
            new("edit", [@"\e"], "[FILE]", "opens an editor on the last statement, which is then here to be executed; or on a file", (_, rest, _) => Done(() => _files.Edit(rest))) { Takes = ArgumentKind.Path },
            new("watch", [@"\watch"], "[SECONDS] [SQL]", "executes the last statement, or this one, again and again until Ctrl-C", (_, rest, stop) => _files.WatchAsync(rest, stop)) { Takes = ArgumentKind.Sql },
            new("history", [@"\s"], "[N]", "what was entered last", (_, rest, _) => Done(() => History(rest))),
            new("shell", [@"\!"], "COMMAND", "executes a command of the operating system", (_, rest, _) => Done(() => Pager.Run(rest))),
            new("clear", [], "", "empties the screen", (_, _, _) => Done(shell.Clear)),
            new("quit", [@"\q", "exit"], "", "leaves the shell, as Ctrl-D does", (_, _, _) => Done(shell.Leave)),
        ];
    }

    /// <summary>All commands.</summary>
    public IReadOnlyList<ShellCommand> All { get; }

    /// <summary>Carries out a command line.</summary>
    public async Task ExecuteAsync(string line, CancellationToken cancellation)
    {
        var (name, rest) = ShellText.Split(line.Trim());
        if (rest.EndsWith(';') && name is not (".watch" or @"\watch" or ".shell" or @"\!"))
            rest = rest[..^1].TrimEnd();
        name = name.TrimEnd(';');
        // As psql has it, \d+ tells more than \d; here both tell all.
        var found = Find(name) ?? Find(name.TrimEnd('+')) ?? throw ShellErrors.NoSuchCommand(name, All.SelectMany(Names));
        await found.Run(name, rest, cancellation).ConfigureAwait(false);
        await _shell.Output.FlushAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>The command of that name, with its dot or backslash; null if there is none.</summary>
    public ShellCommand? Find(string name) => All.FirstOrDefault(command => Names(command).Contains(name, StringComparer.OrdinalIgnoreCase))
        ?? (name.StartsWith('\\') ? All.FirstOrDefault(command => command.Name.Equals(name[1..], StringComparison.OrdinalIgnoreCase)) : null);

    static IEnumerable<string> Names(ShellCommand command) =>
        command.Aliases.Select(alias => alias[0] == '\\' ? alias : "." + alias).Prepend("." + command.Name);

    static Task Done(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    void Help(string name)
    {
        if (name.Length > 0)
        {
            var found = Find(name) ?? Find("." + name) ?? throw ShellErrors.NoSuchCommand(name, All.SelectMany(Names));
            _shell.Output.WriteLine($".{found.Name} {found.Arguments}".TrimEnd());
            _shell.Output.WriteLine($"  {found.Does}");
            if (found.Aliases.Count > 0)
                _shell.Output.WriteLine($"  also {string.Join(", ", Names(found).Skip(1))}");
            return;
        }
        foreach (var command in All)
        {
            var head = $".{command.Name} {command.Arguments}".TrimEnd();
            var aliases = string.Join(' ', Names(command).Skip(1));
            _shell.Output.WriteLine($"{(head.Length > 30 ? "." + command.Name : head),-30} {aliases,-10} {command.Does}");
        }
        _shell.Output.WriteLine();
        _shell.Output.WriteLine("HELP; lists the statements of SQL. Tab completes, Ctrl-R searches the history, Ctrl-C gives up a line or cancels a statement.");
    }

    void Tables(string pattern) => List(
        ["name", "kind", "connector", "columns"],
        _shell.Host.Vocabulary.Tables.Where(table => Matches(table.Name, pattern))
            .Select(table => new[] { table.Name, table.Kind, table.Connector ?? "", table.Columns.Count.ToString(CultureInfo.InvariantCulture) }));

    async Task ColumnsAsync(string name, string table, CancellationToken cancellation)
    {
        if (table.Length == 0)
            Tables("");
        else
            await _shell.RunAsync($"DESCRIBE {Quoted(table)}", cancellation).ConfigureAwait(false);
    }

    async Task SchemaAsync(string name, string table, CancellationToken cancellation)
    {
        var known = _shell.Host.Vocabulary.Tables;
        var wanted = table.Length == 0 ? known : known.Where(one => one.Name == table || Matches(one.Name, table)).ToList();
        if (wanted.Count == 0 && table.Length > 0)
            throw ShellErrors.NoSuchTable(table, known.Select(one => one.Name));
        foreach (var one in wanted)
        {
            var source = new SourceText($"SHOW CREATE {one.Kind.ToUpperInvariant()} {one.Name}");
            foreach (var statement in Session.Parse(source))
            {
                if (await _shell.Host.ExecuteAsync(statement, source, asJson: false, cancellation).ConfigureAwait(false) is HostListing listing)
                    await WriteAsync(listing).ConfigureAwait(false);
            }
        }
    }

    async Task WriteAsync(HostListing listing)
    {
        using var rows = listing.Rows;
        foreach (var (_, values) in rows.Texts())
            await _shell.Output.WriteLineAsync($"{values[0]};\n").ConfigureAwait(false);
    }

    void Functions(string pattern)
    {
        foreach (var (name, signature) in _shell.Host.Vocabulary.Functions.Where(function => Matches(function.Name, pattern)))
            _shell.Output.WriteLine(signature.Length == 0 ? name : signature);
    }

    void Jobs() => List(JobTexts.Columns, _shell.Host.JobRows());

    Task CheckpointsAsync(string name, string rest, CancellationToken cancellation)
    {
        // A name may have spaces: of several words the last is the number, if it is one.
        var end = rest.LastIndexOf(' ');
        var number = end > 0 && rest.AsSpan(end + 1).ContainsAnyExceptInRange('0', '9') ? "" : rest[(end + 1)..];
        if (end < 0)
            number = "";
        var job = rest[..^number.Length].Trim().Trim('\'');
        if (number.Length == 0)
            return _shell.RunAsync(job.Length == 0 ? "SHOW CHECKPOINTS" : $"SHOW CHECKPOINTS FOR JOB '{job.Replace("'", "''", StringComparison.Ordinal)}'", cancellation);
        return Done(() => List(OperatorSizes.Columns, _shell.Host.CheckpointRows(job, Number(".checkpoints", number))));
    }

    async Task SettingsAsync(string name, string rest, CancellationToken cancellation)
    {
        await _shell.RunAsync("SET", cancellation).ConfigureAwait(false);
        var settings = _shell.Settings;
        List(["command", "value"],
        [
            [".mode", settings.Mode], [".maxrows", settings.RowsMax.ToString(CultureInfo.InvariantCulture)], [".maxwidth", settings.CellWidthMax.ToString(CultureInfo.InvariantCulture)],
            [".nullvalue", settings.NullText], [".timer", settings.ShowsTime ? "on" : "off"], [".pager", settings.UsesPager ? settings.Pager : "off"],
        ]);
    }

    void Mode(string name)
    {
        name = name.Split(' ')[^1].ToLowerInvariant();
        if (name.Length == 0)
        {
            _shell.Output.WriteLine(_shell.Settings.Mode);
            return;
        }
        if (!ResultWriters.Names.Contains(name))
            throw ShellErrors.WrongArgument(".mode", $"one of {string.Join(", ", ResultWriters.Names)}", name);
        _shell.Settings.Mode = name;
    }

    void Expanded(string on)
    {
        _shell.Settings.Mode = Switch(".expanded", on, _shell.Settings.Mode == "line") ? "line" : "table";
        _shell.Messages.WriteLine($"mode is {_shell.Settings.Mode}");
    }

    void SetPager(string program)
    {
        if (program is "" or "on" or "off")
        {
            _shell.Settings.UsesPager = Switch(".pager", program, _shell.Settings.UsesPager);
            return;
        }
        _shell.Settings.UsesPager = true;
        _shell.Settings.Pager = program;
    }

    void History(string count)
    {
        var number = count.Length == 0 ? 20 : Number(".history", count);
        foreach (var entry in _shell.History.Entries.TakeLast(number))
            _shell.Output.WriteLine(SqlTokens.MaskSecrets(entry));
    }

    void List(IReadOnlyList<string> names, IEnumerable<string?[]> rows)
    {
        IReadOnlyList<string?[]> all = [.. rows];
        TableWriter.PrintListing(_shell.Output, names, all, _shell.IsOnScreen ? _shell.Terminal!.Size.Columns : 0);
    }

    static bool Switch(string command, string argument, bool now) => argument.ToLowerInvariant() switch
    {
        "" => !now,
        "on" or "true" or "1" => true,
        "off" or "false" or "0" => false,
        _ => throw ShellErrors.WrongArgument(command, "on or off", argument),
    };

    static int Number(string command, string argument) =>
        int.TryParse(argument, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw ShellErrors.WrongArgument(command, "a whole number", argument);

    // A name as it is written in SQL stays as it is.
    static string Quoted(string name) => name.All(c => char.IsLetterOrDigit(c) || c is '_' or '.' or '`' or '$') ? name : $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";

    static bool Matches(string name, string pattern) =>
        pattern.Length == 0 || System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern.Replace('%', '*'), name, ignoreCase: true)
        || (!pattern.AsSpan().ContainsAny("*?%") && name.Contains(pattern, StringComparison.OrdinalIgnoreCase));
}
