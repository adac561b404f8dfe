using System.Globalization;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Core.Connect;

/// <summary>One <c>'key' = 'value'</c> of a WITH clause.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value.</param>
/// <param name="Span">Where the pair stands in the SQL text.</param>
public sealed record TableOption(string Key, string Value, SourceSpan Span)
{
    /// <summary>What stood before the key where <see cref="TableOptions.Under"/> took it away; usually empty.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The key as it stands in the SQL text.</summary>
    public string WrittenKey => Prefix + Key;
}

/// <summary>The WITH clause of a table, read by type. Wrong values raise 22023 with the position of the option.</summary>
public sealed record TableOptions(ValueList<TableOption> Options)
{
    /// <summary>The option with that key, or with one of the aliases; the last one written counts.</summary>
    public TableOption? Find(string key, params ReadOnlySpan<string> aliases)
    {
        TableOption? found = null;
        foreach (var option in Options)
        {
            if (option.Key == key || aliases.Contains(option.Key))
                found = option;
        }
        return found;
    }

    /// <summary>The options whose keys begin with a prefix, without it: of <c>value.json.x</c> under <c>value.</c> remains <c>json.x</c>. Messages
    /// still name the whole key.</summary>
    public TableOptions Under(string prefix) => new([.. Options
        .Where(option => option.Key.StartsWith(prefix, StringComparison.Ordinal))
        .Select(option => option with { Key = option.Key[prefix.Length..], Prefix = option.Prefix + prefix })]);

    /// <summary>The value, or null if the option is not there.</summary>
    public string? Text(string key, params ReadOnlySpan<string> aliases) => Find(key, aliases)?.Value;

    /// <summary>The value; 22023 if the option is not there.</summary>
    public string RequiredText(string key, params ReadOnlySpan<string> aliases) =>
        Find(key, aliases)?.Value ?? throw ConnectErrors.MissingOption(key);

    /// <summary>A whole number within bounds.</summary>
    public long Integer(string key, long fallback, long min = long.MinValue, long max = long.MaxValue)
    {
        if (Find(key) is not { } option)
            return fallback;
        if (!long.TryParse(option.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) || value < min || value > max)
            throw ConnectErrors.InvalidOptionValue(option, min == long.MinValue ? "a whole number" : $"a whole number from {min} to {max}");
        return value;
    }

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public bool Boolean(string key, bool fallback)
    {
        if (Find(key) is not { } option)
            return fallback;
        return bool.TryParse(option.Value, out var value) ? value : throw ConnectErrors.InvalidOptionValue(option, "true or false");
    }

    /// <summary>A duration as Flink writes it: <c>100ms</c>, <c>1 s</c>, <c>10 min</c>.</summary>
    public TimeSpan Duration(string key, TimeSpan fallback)
    {
        if (Find(key) is not { } option)
            return fallback;
        return Durations.TryParse(option.Value, out var value) ? value : throw ConnectErrors.InvalidOptionValue(option, "a duration such as 100ms, 1 s or 10 min");
    }

    /// <summary>A size in bytes as Flink writes it: <c>64 kb</c>, <c>128MB</c>.</summary>
    public long MemorySize(string key, long fallback)
    {
        if (Find(key) is not { } option)
            return fallback;
        return MemorySizes.TryParse(option.Value, out var value) ? value : throw ConnectErrors.InvalidOptionValue(option, "a size such as 64 kb or 128 MB");
    }

    /// <summary>One of a few words.</summary>
    public string Choice(string key, string fallback, params ReadOnlySpan<string> values)
    {
        if (Find(key) is not { } option)
            return fallback;
        foreach (var value in values)
        {
            if (string.Equals(value, option.Value, StringComparison.OrdinalIgnoreCase))
                return value;
        }
        throw ConnectErrors.InvalidOptionValue(option, "one of " + string.Join(", ", values.ToArray().Select(value => $"'{value}'")), NearestName.Hint(option.Value, values.ToArray()));
    }

    /// <summary>Raises 42704 with the nearest name for every option that none of the definitions knows.</summary>
    public void EnsureKnown(IReadOnlyCollection<OptionDefinition> definitions, string owner)
    {
        var errors = Options
            .Where(option => !definitions.Any(definition => definition.Matches(option.Key)))
            .Select(option => ConnectErrors.UnknownOption(option, owner, definitions))
            .ToList();
        if (errors.Count > 0)
            throw new SqlException(errors);
    }
}
