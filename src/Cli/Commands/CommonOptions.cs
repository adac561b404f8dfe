using System.Buffers;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;
using SqlStream.Cli.Hosts;
using SqlStream.Cli.Output;
using SqlStream.Core.Diagnostics;
using SqlStream.Parser;

namespace SqlStream.Cli.Commands;

/// <summary>The options that several commands have.</summary>
static class CommonOptions
{
    static readonly string[] _sinks = ["resume", "fork", "skip-to-marker"];

    public static Option<string[]> Set() => Pairs("--set", "key=value", "sets an option, as SET 'key' = 'value' does: --set key=value");

    public static Option<string[]> Define() =>
        Pairs("-D", "NAME=value", "replaces ${NAME} in the text: -D NAME=value (environment variables are known too)");

    public static Option<int?> Parallelism() => new("--parallelism")
    {
        Description = "subtasks of a task, as SET 'parallelism.default' does",
        HelpName = "N",
        CustomParser = result => WholeNumber(result),
    };

    /// <summary>Reads an argument that must be a whole number.</summary>
    public static int? WholeNumber(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return number;
        result.AddError($"{(result.Parent as OptionResult)?.Option.Name ?? result.Argument.Name} must be a whole number, not '{text}'");
        return null;
    }

    public static Option<string?> Sinks()
    {
        var option = new Option<string?>("--sinks")
        {
            Description = "where a sink does not fit the checkpoint: resume stops the job (default), fork writes on under a new identity, skip-to-marker drops what the sink has",
            HelpName = string.Join('|', _sinks),
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var name }] && !_sinks.Contains(name))
                result.AddError($"--sinks must be one of {string.Join(", ", _sinks)}, not '{name}'");
        });
        option.CompletionSources.Add(_sinks);
        return option;
    }

    public static Option<bool> Check() => new("--check") { Description = "plans all statements, tells every error, and executes none" };

    public static Option<bool> Verbose() => new("--verbose") { Description = "shows stack traces with errors" };

    public static Option<string> Output()
    {
        var option = new Option<string>("--output")
        {
            Description = "how results are written",
            HelpName = string.Join('|', ResultWriters.Names),
            DefaultValueFactory = _ => "table",
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var name }] && !ResultWriters.Names.Contains(name))
                result.AddError($"--output must be one of {string.Join(", ", ResultWriters.Names)}, not '{name}'");
        });
        option.CompletionSources.Add(ResultWriters.Names);
        return option;
    }

    /// <summary>The settings of --set, --parallelism and --sinks.</summary>
    public static Dictionary<string, string> Settings(
        System.CommandLine.ParseResult parsed, Option<string[]> set, Option<int?> parallelism, Option<string?>? sinks = null)
    {
        var settings = new Dictionary<string, string>();
        foreach (var pair in parsed.GetValue(set) ?? [])
        {
            var (key, value) = Split(pair);
            settings[key] = value;
        }
        if (parsed.GetValue(parallelism) is { } number)
            settings["parallelism.default"] = number.ToString(CultureInfo.InvariantCulture);
        if (sinks is not null && parsed.GetValue(sinks) is { } recovery)
            settings["execution.state-recovery.sinks"] = recovery;
        return settings;
    }

    /// <summary>The text with its variables replaced.</summary>
    public static SourceText Substitute(SourceText source, string[] defines)
    {
        var values = new Dictionary<string, string>();
        foreach (var pair in defines)
        {
            var (name, value) = Split(pair);
            values[name] = value;
        }
        return VariableSubstitution.Apply(source, name => values.GetValueOrDefault(name) ?? Environment.GetEnvironmentVariable(name), values.Keys);
    }

    /// <summary>Plans a script and says what is found.</summary>
    public static async Task CheckAsync(IStatementHost host, IReadOnlyList<ParsedStatement> statements, SourceText source)
    {
        foreach (var warning in await host.CheckAsync(statements, source).ConfigureAwait(false))
            await Console.Error.WriteLineAsync(ErrorPrinter.Printable(warning.Render(source))).ConfigureAwait(false);
        await Console.Error.WriteLineAsync($"{statements.Count} statement{(statements.Count == 1 ? "" : "s")} planned, none executed").ConfigureAwait(false);
    }

    /// <summary>Reads a script.</summary>
    public static SourceText ReadFile(string path)
    {
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
            throw new SqlException(SqlState.UndefinedFile, $"\"{path}\" is not the path of a file");
        try
        {
            return Decode(File.ReadAllBytes(path), $"file \"{path}\"", path);
        }
        catch (FileNotFoundException)
        {
            throw new SqlException(SqlState.UndefinedFile, $"file \"{path}\" does not exist");
        }
        catch (DirectoryNotFoundException)
        {
            throw new SqlException(SqlState.UndefinedFile, $"file \"{path}\" does not exist");
        }
        catch (UnauthorizedAccessException)
        {
            throw new SqlException(SqlState.InsufficientPrivilege, $"file \"{path}\" may not be read, or is a directory");
        }
        catch (IOException e)
        {
            throw new ExternalException($"file \"{path}\" cannot be read", Retry.Never, SqlState.IoError, e);
        }
    }

    /// <summary>A script from standard input.</summary>
    public static SourceText ReadStandardInput()
    {
        using var input = Console.OpenStandardInput();
        using var content = new MemoryStream();
        input.CopyTo(content);
        return Decode(content.ToArray(), "standard input", "");
    }

    // Characters that stand for wrong bytes would get into literals without a word.
    static SourceText Decode(byte[] content, string what, string name)
    {
        ReadOnlySpan<byte> bytes = content;
        if (bytes.StartsWith(Encoding.UTF8.Preamble))
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        var wrong = FirstInvalid(bytes);
        if (wrong < 0)
            return new SourceText(Encoding.UTF8.GetString(bytes), name);
        var line = bytes[..wrong].Count((byte)'\n') + 1;
        throw new SqlException(SqlState.CharacterNotInRepertoire, $"{what} is not valid UTF-8", "Save it as UTF-8.",
            string.Create(CultureInfo.InvariantCulture, $"The first wrong byte is 0x{bytes[wrong]:X2} in line {line}."));
    }

    static int FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        for (var at = 0; at < bytes.Length;)
        {
            if (Rune.DecodeFromUtf8(bytes[at..], out _, out var length) != OperationStatus.Done)
                return at;
            at += length;
        }
        return -1;
    }

    static Option<string[]> Pairs(string name, string form, string description)
    {
        var option = new Option<string[]>(name) { Description = description, HelpName = form };
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=') <= 0))
                result.AddError($"{name} must be of the form {form}, not '{token.Value}'");
        });
        return option;
    }

    static (string Key, string Value) Split(string pair)
    {
        var equals = pair.IndexOf('=');
        return (pair[..equals], pair[(equals + 1)..]);
    }
}
