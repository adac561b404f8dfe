using SqlStream.Core.Diagnostics;

namespace SqlStream.Core.Connect;

/// <summary>The messages about connector and format options.</summary>
public static class ConnectErrors
{
    /// <summary>22023: an option that must be given is not.</summary>
    public static SqlException MissingOption(string key) =>
        new(SqlState.InvalidParameterValue, $"option '{key}' is required", $"Add '{key}' = '...' to the WITH clause.");

    /// <summary>22023: the value cannot be used.</summary>
    public static SqlException InvalidOptionValue(TableOption option, string expected, string? hint = null) =>
        new(new Diagnostic(SqlState.InvalidParameterValue, $"option '{option.WrittenKey}' must be {expected}, not '{option.Value}'", option.Span, Hint: hint));

    /// <summary>22023: an option means nothing without another one.</summary>
    public static SqlException OptionNeedsOther(TableOption option, string other) =>
        new(new Diagnostic(SqlState.InvalidParameterValue, $"option '{option.WrittenKey}' needs option '{other}'", option.Span, Hint: $"Add '{other}' = '...'."));

    /// <summary>42704: nobody knows the option.</summary>
    public static Diagnostic UnknownOption(TableOption option, string owner, IReadOnlyCollection<OptionDefinition> known)
    {
        var names = known.SelectMany(definition => (definition.Aliases ?? []).Prepend(definition.Key)).ToList();
        var hint = NearestName.Hint(option.Key, names)
            ?? $"The options are {string.Join(", ", known.Select(definition => definition.Key).Distinct().Order(StringComparer.Ordinal).Select(name => $"'{name}'"))}.";
        return new Diagnostic(SqlState.UndefinedObject, $"option '{option.WrittenKey}' of {owner} does not exist", option.Span, Hint: hint);
    }

    /// <summary>42704: there is no such connector or format.</summary>
    public static SqlException UnknownName(string kind, string name, SourceSpan span, IEnumerable<string> known)
    {
        var names = known.Order(StringComparer.Ordinal).ToList();
        return new(new Diagnostic(SqlState.UndefinedObject, $"{kind} '{name}' does not exist", span,
            Hint: NearestName.Hint(name, names) ?? $"The {kind}s are {string.Join(", ", names)}."));
    }
}
