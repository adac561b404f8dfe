using System.CommandLine;
using System.Globalization;
using SqlStream.Cli.Output;
using SqlStream.Core.Diagnostics;
using SqlStream.Parser;

namespace SqlStream.Cli.Commands;

/// <summary>The options that several commands have.</summary>
static class CommonOptions
{
    public static Option<string[]> Set() => new("--set")
    {
        Description = "sets an option, as SET 'key' = 'value' does: --set key=value",
        HelpName = "key=value",
    };

    public static Option<string[]> Define() => new("-D")
    {
        Description = "replaces ${NAME} in the text: -D NAME=value (environment variables are known too)",
        HelpName = "NAME=value",
    };

    public static Option<int?> Parallelism() => new("--parallelism")
    {
        Description = "subtasks of a task, as SET 'parallelism.default' does",
        HelpName = "N",
    };

    public static Option<bool> Verbose() => new("--verbose") { Description = "shows stack traces with errors" };

    public static Option<string> Output()
    {
        var option = new Option<string>("--output")
        {
            Description = "how results are written",
            HelpName = string.Join('|', ResultWriters.Names),
            DefaultValueFactory = _ => "table",
        };
        option.AcceptOnlyFromAmong(ResultWriters.Names);
        return option;
    }

    /// <summary>The settings of --set and --parallelism.</summary>
    public static Dictionary<string, string> Settings(System.CommandLine.ParseResult parsed, Option<string[]> set, Option<int?> parallelism)
    {
        var settings = new Dictionary<string, string>();
        foreach (var pair in parsed.GetValue(set) ?? [])
        {
            var (key, value) = Split(pair, "--set key=value");
            settings[key] = value;
        }
        if (parsed.GetValue(parallelism) is { } number)
            settings["parallelism.default"] = number.ToString(CultureInfo.InvariantCulture);
        return settings;
    }

    /// <summary>The text with its variables replaced.</summary>
    public static SourceText Substitute(SourceText source, string[] defines)
    {
        var values = new Dictionary<string, string>();
        foreach (var pair in defines)
        {
            var (name, value) = Split(pair, "-D NAME=value");
            values[name] = value;
        }
        return VariableSubstitution.Apply(source, name => values.GetValueOrDefault(name) ?? Environment.GetEnvironmentVariable(name), values.Keys);
    }

    /// <summary>Reads a script.</summary>
    public static SourceText ReadFile(string path)
    {
        try
        {
            return new SourceText(File.ReadAllText(path), path);
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

    static (string Key, string Value) Split(string pair, string form)
    {
        var equals = pair.IndexOf('=');
        if (equals <= 0)
            throw new SqlException(SqlState.InvalidParameterValue, $"\"{pair}\" is not of the form {form}");
        return (pair[..equals], pair[(equals + 1)..]);
    }
}
