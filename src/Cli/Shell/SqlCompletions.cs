using SqlStream.Cli.Hosts;
using SqlStream.Cli.Terminals;
using SqlStream.Core.Connect;
using SqlStream.Engine.Sessions;
using SqlStream.Parser;

namespace SqlStream.Cli.Shell;

/// <summary>What could stand at the cursor: words of the grammar, tables, columns, functions, options with their values, commands, paths.</summary>
sealed class SqlCompletions(SqlShell shell) : ICompletions
{
    const int ChoicesMax = 200;

    // What may stand where a table does.
    static readonly string[] _relations =
        ["TABLE ", "TUMBLE(TABLE ", "HOP(TABLE ", "CUMULATE(TABLE ", "SESSION(TABLE ", "UNNEST(", "LATERAL ", "VALUES ", "IF EXISTS ", "IF NOT EXISTS ", "EXTENDED "];

    public (int Start, IReadOnlyList<Completion> Choices) At(string text, int cursor)
    {
        if (ShellText.IsCommand(text) || text.TrimStart() is "." or "\\")
            return InCommand(text, cursor);
        var before = text[..cursor];
        var tokens = SqlTokens.Scan(before).Where(token => token.Kind != SqlTokenKind.Comment).ToList();
        if (tokens is [.., { Kind: SqlTokenKind.Open } open] && before.AsSpan(open.Span.Start).StartsWith("'"))
        {
            tokens.RemoveAt(tokens.Count - 1);
            return InText(before, tokens, open.Span.Start + 1);
        }
        if (tokens is [.., { Kind: SqlTokenKind.Text or SqlTokenKind.Open }])
            return (cursor, []);
        var start = cursor;
        while (start > 0 && IsWord(before[start - 1]))
            start--;
        return (start, Best(before[start..], InStatement(text, before[..start])));
    }

    static bool IsWord(char c) => char.IsLetterOrDigit(c) || c is '_' or '$';

    // Those that begin as what was typed; the case of words follows what was typed.
    static IReadOnlyList<Completion> Best(string typed, IEnumerable<Completion> choices) =>
        [.. choices.Where(choice => choice.Text.TrimStart('`').StartsWith(typed, StringComparison.OrdinalIgnoreCase) && choice.Text != typed)
            .DistinctBy(choice => choice.Text).Take(ChoicesMax)];

    (int, IReadOnlyList<Completion>) InCommand(string text, int cursor)
    {
        var line = text[..cursor];
        var nameStart = line.Length - line.TrimStart().Length;
        var nameEnd = line.AsSpan(nameStart).IndexOfAny(" \t");
        if (nameEnd < 0)
        {
            var sign = line[nameStart];
            var names = shell.Commands.All.SelectMany(command => sign == '.'
                ? [new Completion("." + command.Name, command.Does)]
                : command.Aliases.Where(alias => alias[0] == '\\').Select(alias => new Completion(alias, command.Does)));
            return (nameStart, Best(line[nameStart..], names));
        }
        var command = shell.Commands.Find(line[nameStart..(nameStart + nameEnd)]);
        var start = line.LastIndexOfAny([' ', '\t']) + 1;
        var typed = line[start..];
        return (start, command?.Takes switch
        {
            ArgumentKind.Words => Best(typed, command.Words.Select(word => new Completion(word))),
            ArgumentKind.Table => Best(typed, Tables()),
            ArgumentKind.Path => Paths(typed),
            _ => command?.Name == "help" ? Best(typed, shell.Commands.All.Select(one => new Completion("." + one.Name, one.Does))) : [],
        });
    }

    // Between apostrophes: an option of SET or of a table, or its value.
    (int, IReadOnlyList<Completion>) InText(string before, IReadOnlyList<SqlToken> tokens, int start)
    {
        var typed = before[start..];
        string Word(int back) => tokens.Count < back ? "" : before.Substring(tokens[^back].Span.Start, tokens[^back].Span.Length);
        var isValue = Word(1) == "=";
        var key = isValue ? Word(2).Trim('\'') : "";
        IEnumerable<OptionDefinition> options;
        if (Word(isValue ? 3 : 1).Equals("SET", StringComparison.OrdinalIgnoreCase) || Word(1).Equals("RESET", StringComparison.OrdinalIgnoreCase))
            options = OptionCatalog.All;
        else if (Word(1).Equals("JOB", StringComparison.OrdinalIgnoreCase))
            return (start, Best(typed, shell.Host.JobRows().Select(job => new Completion(job[0] + "'", job[1] ?? ""))));
        else if (tokens.Any(token => token.Kind == SqlTokenKind.Keyword && before.AsSpan(token.Span.Start, token.Span.Length).Equals("WITH", StringComparison.OrdinalIgnoreCase)))
            options = TableOptions(before, tokens);
        else
            return typed.Contains('/', StringComparison.Ordinal) ? (start, Paths(typed)) : (start, []);
        if (!isValue)
            return (start, Best(typed, options.Select(option => new Completion(option.Key + "' = '", option.Description))));
        return key.EndsWith("path", StringComparison.Ordinal) || key.EndsWith("dir", StringComparison.Ordinal)
            ? (start, Paths(typed))
            : (start, Best(typed, Values(key, options)));
    }

    IEnumerable<OptionDefinition> TableOptions(string before, IReadOnlyList<SqlToken> tokens)
    {
        var given = new Dictionary<string, string>();
        for (var i = 2; i < tokens.Count; i++)
        {
            if (tokens[i].Kind == SqlTokenKind.Text && tokens[i - 2].Kind == SqlTokenKind.Text && before[tokens[i - 1].Span.Start] == '=')
                given[Unquoted(before, tokens[i - 2])] = Unquoted(before, tokens[i]);
        }
        var vocabulary = shell.Host.Vocabulary;
        var connector = vocabulary.Connectors.FirstOrDefault(known => known.Name == given.GetValueOrDefault("connector"));
        yield return new OptionDefinition("connector", null, "What holds the rows.", [.. vocabulary.Connectors.Select(known => known.Name)]);
        if (connector?.UsesFormat == true)
            yield return new OptionDefinition("format", null, "How rows are written.", [.. vocabulary.Formats.Select(format => format.Name)]);
        foreach (var option in connector?.Options ?? [])
            yield return option;
        foreach (var format in vocabulary.Formats.Where(format => given.Where(pair => pair.Key.EndsWith("format", StringComparison.Ordinal)).Any(pair => pair.Value == format.Name)))
        {
            foreach (var option in format.Options)
                yield return option;
        }
    }

    static string Unquoted(string text, SqlToken token) => text.Substring(token.Span.Start, token.Span.Length).Trim('\'');

    static IEnumerable<Completion> Values(string key, IEnumerable<OptionDefinition> options)
    {
        var option = options.FirstOrDefault(one => one.Matches(key));
        return (option?.Values ?? (option?.Default is { } known ? [known] : [])).Select(value => new Completion(value + "'", value == option?.Default ? "default" : ""));
    }

    IEnumerable<Completion> InStatement(string text, string before)
    {
        var tokens = SqlTokens.Scan(before).Where(token => token.Kind != SqlTokenKind.Comment).ToList();
        string Word(int back) => tokens.Count < back ? "" : before.Substring(tokens[^back].Span.Start, tokens[^back].Span.Length);
        var last = Word(1).ToUpperInvariant();
        var from = StatementStart(tokens, before);
        if (last == ".")
            return Members(text, Word(2));
        if (from == tokens.Count)
            return Starts();
        if (last is "FROM" or "JOIN" or "INTO" or "UPDATE" or "DESCRIBE" or "DESC" or "TABLE" or "VIEW" or "OVERWRITE" or "PARTITIONS" or "EXTENDED"
            || (last == "," && IsAfterFrom(before, tokens, from)))
            return Tables().Concat(NameSpaces()).Concat(_relations.Select(word => new Completion(word)));
        if (last is "USE" or "DATABASE" or "CATALOG")
            return NameSpaces().Concat(Keywords());
        return Columns(text).Concat(Functions()).Concat(Keywords()).Concat(Tables());
    }

    static int StatementStart(List<SqlToken> tokens, string before) => tokens.FindLastIndex(token => before[token.Span.Start] == ';') + 1;

    // A comma between tables, not between columns.
    static bool IsAfterFrom(string before, List<SqlToken> tokens, int from)
    {
        for (var i = tokens.Count - 1; i >= from; i--)
        {
            if (tokens[i].Kind != SqlTokenKind.Keyword)
                continue;
            var word = before.Substring(tokens[i].Span.Start, tokens[i].Span.Length).ToUpperInvariant();
            if (word is "FROM" or "SELECT" or "WHERE" or "BY" or "VALUES" or "WITH")
                return word == "FROM";
        }
        return false;
    }

    static IEnumerable<Completion> Starts() => SyntaxHelp.All
        .Where(topic => topic.Name is not ("WINDOW" or "JOIN" or "STATEMENT SET"))
        .Select(topic => new Completion(topic.Name + " ", topic.Does))
        .Append(new Completion("EXECUTE STATEMENT SET BEGIN ", "several INSERTs as one job"))
        .Append(new Completion("WITH ", "a query with named sub-queries"))
        .Append(new Completion("HELP ", "the syntax of a statement"));

    IEnumerable<Completion> Tables() => shell.Host.Vocabulary.Tables.Select(table => new Completion(table.Name, table.Connector is null ? table.Kind : $"{table.Kind}, {table.Connector}"));

    IEnumerable<Completion> NameSpaces() => shell.Host.Vocabulary.NameSpaces.Select(name => new Completion(name, "name space"));

    static IEnumerable<Completion> Keywords() => Parser.Keywords.All.Order(StringComparer.Ordinal).Select(word => new Completion(word + " ", ""));

    IEnumerable<Completion> Functions() => shell.Host.Vocabulary.Functions.Select(function => new Completion(function.Name + "(", function.Signature.Split('\n')[0]));

    // The columns of the tables that the statement names, wherever they stand in it.
    IEnumerable<Completion> Columns(string text)
    {
        var names = SqlTokens.Scan(text).Where(token => token.Kind is SqlTokenKind.Name or SqlTokenKind.QuotedName)
            .Select(token => text.Substring(token.Span.Start, token.Span.Length)).ToHashSet(StringComparer.Ordinal);
        return shell.Host.Vocabulary.Tables.Where(table => names.Contains(table.Name)).SelectMany(ColumnsOf);
    }

    // After a dot: of a table, or of what is called so.
    IEnumerable<Completion> Members(string text, string qualifier)
    {
        var tokens = SqlTokens.Scan(text).Where(token => token.Kind != SqlTokenKind.Comment).Select(token => text.Substring(token.Span.Start, token.Span.Length)).ToList();
        var tables = shell.Host.Vocabulary.Tables;
        var named = new HashSet<string>(StringComparer.Ordinal) { qualifier };
        for (var i = 1; i < tokens.Count; i++)
        {
            if (tokens[i] == qualifier)
                named.Add(tokens[i - 1].Equals("AS", StringComparison.OrdinalIgnoreCase) && i > 1 ? tokens[i - 2] : tokens[i - 1]);
        }
        return tables.Where(table => named.Contains(table.Name)).SelectMany(ColumnsOf)
            .Concat(tables.Where(table => table.Name.StartsWith(qualifier + ".", StringComparison.Ordinal))
                .Select(table => new Completion(table.Name[(qualifier.Length + 1)..], table.Kind)));
    }

    static IEnumerable<Completion> ColumnsOf(HostTable table) =>
        table.Columns.Select(column => new Completion(Written(column.Name), $"{column.Type} of {table.Name}"));

    static string Written(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(IsWord) && !Parser.Keywords.IsReserved(name) ? name : $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";

    static IReadOnlyList<Completion> Paths(string typed)
    {
        try
        {
            var slash = typed.LastIndexOf('/') + 1;
            var shown = typed[..slash];
            var directory = ShellFiles.Path(shown.Length == 0 ? "." : shown);
            return [.. new DirectoryInfo(directory).EnumerateFileSystemInfos(typed[slash..].Replace("*", "", StringComparison.Ordinal) + "*")
                .Where(entry => typed.Length > slash || entry.Name[0] != '.')
                .OrderBy(entry => entry.Name, StringComparer.Ordinal)
                .Take(ChoicesMax)
                .Where(entry => !entry.Name.Any(PrintableWriter.IsObeyed))
                .Select(entry => entry is DirectoryInfo ? new Completion(shown + entry.Name + "/", "directory") : new Completion(shown + entry.Name))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return [];
        }
    }
}
