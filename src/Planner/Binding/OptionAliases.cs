using SqlStream.Core.Connect;

namespace SqlStream.Planner.Binding;

/// <summary>Other names of options: those of Flink before 1.11 (<c>connector.path</c>, <c>format.field-delimiter</c>,
/// <c>update-mode</c>) and short forms (<c>startup-mode</c> for <c>scan.startup.mode</c>).</summary>
/// <remarks>A name that is an option itself is never read as another one, nor is one that could stand for several.</remarks>
sealed class OptionAliases(IReadOnlyCollection<OptionDefinition> definitions, string? format)
{
    // What old tables had to say and what goes without saying now.
    static readonly string[] s_dropped =
    [
        "connector.property-version", "connector.version", "format.property-version", "format.derive-schema", "format.schema",
        "format.json-schema",
    ];

    static readonly string[] s_updateModes = ["append", "upsert", "retract"];
    static readonly string[] s_sides = ["scan.", "sink.", "source.", "lookup."];

    /// <summary>The options with <c>connector.type</c> and <c>format.type</c> by their present names.</summary>
    public static TableOptions Heads(TableOptions options) => Renamed(options, key => key switch
    {
        "connector.type" => "connector",
        "format.type" => "format",
        _ => key,
    });

    /// <summary>The options by their present names; what is not known stays as it is.</summary>
    public TableOptions Resolve(TableOptions options)
    {
        foreach (var option in options.Options.Where(option => option.Key == "update-mode" && !IsKnown(option.Key)))
        {
            // Which changes a sink takes follows from its key and its format.
            if (!s_updateModes.Contains(option.Value))
                throw ConnectErrors.InvalidOptionValue(option, "one of 'append', 'upsert', 'retract'");
        }
        var kept = options.Options.Where(option => IsKnown(option.Key) || (option.Key != "update-mode" && !s_dropped.Contains(option.Key)));
        return Renamed(new TableOptions([.. kept]), Name);
    }

    /// <summary>An option with its short forms as aliases, so that a hint may name them.</summary>
    public OptionDefinition WithShortForms(OptionDefinition definition) => definition with
    {
        Aliases = [.. definition.Aliases ?? [], .. ShortForms(definition.Key).Where(form => Short(form) == definition.Key && !IsKnown(form))],
    };

    static TableOptions Renamed(TableOptions options, Func<string, string> rename)
    {
        var renamed = new List<TableOption>();
        foreach (var option in options.Options)
        {
            var key = rename(option.Key);
            // Under one name the last one written counts.
            renamed.RemoveAll(known => known.Key == key);
            renamed.Add(option with { Key = key });
        }
        return new TableOptions([.. renamed]);
    }

    string Name(string key)
    {
        if (Exact(key) is { } exact)
            return exact;
        if (Strip(key, "connector.") is { } rest && Name(rest) is var name && IsKnown(name))
            return name;
        if (format is not null && Strip(key, "format.") is { } inFormat && IsKnown($"{format}.{inFormat}"))
            return $"{format}.{inFormat}";
        return Short(key) ?? key;
    }

    bool IsKnown(string key) => definitions.Any(definition => definition.Matches(key));

    // An alias of a plain option is replaced by the option; members of a family are left alone.
    string? Exact(string key)
    {
        if (definitions.FirstOrDefault(definition => definition.Matches(key)) is not { } found)
            return null;
        return found.Aliases is not null && found.Aliases.Contains(key) ? found.Key : key;
    }

    string? Short(string key)
    {
        var found = definitions.Where(definition => ShortForms(definition.Key).Contains(key)).Select(definition => definition.Key).Distinct().ToList();
        return found.Count == 1 ? found[0] : null;
    }

    static IEnumerable<string> ShortForms(string key)
    {
        if (key.EndsWith(".*", StringComparison.Ordinal) || key.Contains(".#.", StringComparison.Ordinal))
            yield break;
        foreach (var side in s_sides)
        {
            if (Strip(key, side) is not { } rest)
                continue;
            yield return rest;
            yield return rest.Replace('.', '-');
        }
        yield return key.Replace('.', '-');
    }

    static string? Strip(string key, string prefix) => key.StartsWith(prefix, StringComparison.Ordinal) ? key[prefix.Length..] : null;
}
