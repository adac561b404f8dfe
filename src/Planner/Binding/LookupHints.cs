using System.Globalization;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Binding;

/// <summary>The hint LOOKUP: how the table of a lookup join is asked.</summary>
sealed class LookupHints(BindContext context)
{
    const string RetryPredicate = "retry-predicate";
    const string RetryStrategy = "retry-strategy";
    const string FixedDelay = "fixed-delay";
    const string MaxAttempts = "max-attempts";

    static readonly Dictionary<string, Func<string, bool>> s_keys = new(StringComparer.Ordinal)
    {
        ["table"] = value => value.Length > 0,
        ["async"] = value => bool.TryParse(value, out _),
        ["output-mode"] = value => value is "ordered" or "allow_unordered",
        ["capacity"] = IsCount,
        ["timeout"] = IsPositive,
        ["shuffle"] = value => bool.TryParse(value, out _),
        [RetryPredicate] = value => value is "lookup_miss",
        [RetryStrategy] = value => value is "fixed_delay",
        [FixedDelay] = IsPositive,
        [MaxAttempts] = IsCount,
    };

    static readonly string[] s_retries = [RetryPredicate, RetryStrategy, FixedDelay, MaxAttempts];

    /// <summary>The table that a hint names, and what it says; null if something is wrong with it, which is reported.</summary>
    /// <param name="hint">The hint.</param>
    /// <param name="tables">The names of FROM, and which of them are looked up.</param>
    public (string Table, LookupPolicy Policy)? Read(HintSyntax hint, List<(string Name, bool IsLookup)> tables)
    {
        var errors = context.ErrorCount;
        var written = new Dictionary<string, HintArgument>(StringComparer.Ordinal);
        if (hint.Arguments.FirstOrDefault(argument => argument.Key == "table") is null)
            context.Report(QueryHintErrors.LookupTable(context.SpanOf(hint)));
        foreach (var argument in hint.Arguments)
        {
            var span = context.SpanOf(argument);
            if (argument.Key is null)
                context.Report(BindErrors.HintArgument(span));
            else if (!s_keys.TryGetValue(argument.Key, out var isValid))
                context.Report(QueryHintErrors.UnknownKey(span, argument.Key, NearestName.Hint(argument.Key, [.. s_keys.Keys])));
            else if (!isValid(argument.Value))
                context.Report(QueryHintErrors.Value(span, argument.Key, argument.Value));
            else if (argument.Key == "table" && !tables.Contains((argument.Value, true)))
                context.Report(QueryHintErrors.NoLookup(span, argument.Value, NearestName.Hint(argument.Value, [.. tables.Where(table => table.IsLookup).Select(table => table.Name)])));
            else
                written[argument.Key] = argument;
        }
        CheckTogether(written);
        return context.ErrorCount > errors ? null : (written["table"].Value, Policy(written));
    }

    void CheckTogether(Dictionary<string, HintArgument> written)
    {
        var retries = s_retries.Where(written.ContainsKey).ToList();
        if (retries.Count > 0 && s_retries.FirstOrDefault(key => !written.ContainsKey(key)) is { } missing)
            context.Report(QueryHintErrors.LonelyRetry(context.SpanOf(written[retries[0]]), retries[0], missing));
        if (written.TryGetValue("async", out var async) && !bool.Parse(async.Value)
            && written.TryGetValue("output-mode", out var mode) && mode.Value == "allow_unordered")
            context.Report(QueryHintErrors.OrderOfSync(context.SpanOf(mode)));
    }

    LookupPolicy Policy(Dictionary<string, HintArgument> written)
    {
        var policy = context.Planner.Options.Lookups with { Timeout = null };
        if (Text("async") is { } async && !bool.Parse(async))
            policy = policy with { IsOrdered = true };
        if (Text("output-mode") is { } mode)
            policy = policy with { IsOrdered = mode == "ordered" };
        if (Text("capacity") is { } capacity)
            policy = policy with { Capacity = int.Parse(capacity, CultureInfo.InvariantCulture) };
        if (Text("timeout") is { } timeout)
            policy = policy with { Timeout = Duration(timeout) };
        if (Text("shuffle") is { } shuffle)
            policy = policy with { Shuffles = bool.Parse(shuffle) };
        if (Text(FixedDelay) is { } delay)
            policy = policy with { Retry = new LookupRetry(Duration(delay), int.Parse(Text(MaxAttempts)!, CultureInfo.InvariantCulture)) };
        return policy;

        string? Text(string key) => written.TryGetValue(key, out var argument) ? argument.Value : null;
    }

    static bool IsCount(string value) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0;

    static bool IsPositive(string value) => Durations.TryParse(value, out var duration) && duration > TimeSpan.Zero;

    static TimeSpan Duration(string value) => Durations.TryParse(value, out var duration) ? duration : throw new EngineBugException($"'{value}' was checked and is no duration");
}
