using SqlStream.Core.Diagnostics;
using SqlStream.Core.Files;

namespace SqlStream.Core.Connect;

/// <summary>The options of tables that name files, or make a client library run something, held against the directories that SQL may use.</summary>
public static class OptionFiles
{
    static readonly string[] _files = ["path", "connector.path", "dead-letter.path"];

    // Files that client libraries open by themselves, and formats.
    static readonly string[] _endings = [".location", ".keytab", ".descriptor-set", ".file", "-file", "-path", ".path"];

    // A library or a command line, which would run as the server.
    static readonly string[] _programs = ["plugin.library.paths", "sasl.kerberos.kinit.cmd", "ssl.engine.location", "ssl.providers", "ssl.engine.id"];

    /// <summary>42501 for an option with a path outside, or one that names a program.</summary>
    public static void Check(TableOptions options, FileRoots roots)
    {
        if (!roots.AreBounded)
            return;
        foreach (var option in options.Options)
        {
            if (Array.Exists(_programs, name => option.Key.EndsWith(name, StringComparison.OrdinalIgnoreCase)))
            {
                throw new SqlException(new Diagnostic(
                    SqlState.InsufficientPrivilege, $"option '{option.Key}' is not allowed in a server", option.Span,
                    Hint: "It names a program or library, which would run as the server. Use 'sqlstream run' instead."));
            }
            if (NamesFile(option.Key) && PathOf(option.Value) is { } path)
                roots.Check(path, option.Span);
        }
    }

    /// <summary>The local path of a value: plain, or a file: URI. Null for an address of something else, which is no file.</summary>
    public static string? PathOf(string value)
    {
        if (!value.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
            return value.Contains("://", StringComparison.Ordinal) ? null : value;
        return Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Host.Length == 0 ? Uri.UnescapeDataString(uri.AbsolutePath) : value;
    }

    static bool NamesFile(string key) => Array.Exists(_files, name => name.Equals(key, StringComparison.OrdinalIgnoreCase))
        || Array.Exists(_endings, ending => key.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
}
