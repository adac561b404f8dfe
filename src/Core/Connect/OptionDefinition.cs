namespace SqlStream.Core.Connect;

/// <summary>An option that a connector or format understands. Keys that end in <c>.*</c> or hold <c>.#.</c> (a column name) stand for a family.</summary>
/// <param name="Key">The full key.</param>
/// <param name="Default">The default as text, or null if there is none.</param>
/// <param name="Description">One sentence.</param>
/// <param name="Values">The allowed values where they are few.</param>
/// <param name="Aliases">Other keys that mean the same.</param>
public sealed record OptionDefinition(
    string Key,
    string? Default,
    string Description,
    IReadOnlyList<string>? Values = null,
    IReadOnlyList<string>? Aliases = null)
{
    /// <summary>True if the key is this option's, one of its aliases, or of its family.</summary>
    public bool Matches(string key) =>
        MatchesPattern(Key, key) || (Aliases is not null && Aliases.Any(alias => MatchesPattern(alias, key)));

    /// <summary>The option with a prefix before its key and its aliases, as of the format of a key: <c>key.json.ignore-parse-errors</c>.</summary>
    public OptionDefinition Under(string prefix) =>
        this with { Key = prefix + Key, Aliases = Aliases is null ? null : [.. Aliases.Select(alias => prefix + alias)] };

    static bool MatchesPattern(string pattern, string key)
    {
        if (pattern.EndsWith(".*", StringComparison.Ordinal))
            return key.StartsWith(pattern[..^1], StringComparison.Ordinal);
        var hash = pattern.IndexOf(".#.", StringComparison.Ordinal);
        if (hash < 0)
            return pattern == key;
        var head = pattern[..(hash + 1)];
        var tail = pattern[(hash + 2)..];
        return key.Length > head.Length + tail.Length
            && key.StartsWith(head, StringComparison.Ordinal)
            && key.EndsWith(tail, StringComparison.Ordinal);
    }
}
