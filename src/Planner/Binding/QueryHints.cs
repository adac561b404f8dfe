using System.Collections.Immutable;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Binding;

/// <summary>The hints after SELECT: LOOKUP, STATE_TTL and how to join, which name tables of FROM.</summary>
sealed class QueryHints(BindContext context)
{
    // How tables are joined, which a batch engine may be told.
    static readonly string[] s_strategies = ["BROADCAST", "SHUFFLE_HASH", "SHUFFLE_MERGE", "NEST_LOOP", "MULTI_JOIN"];

    /// <summary>How long state is kept, and how tables are looked up, by the names of tables; what is wrong with a hint is reported.</summary>
    public (ImmutableDictionary<string, TimeSpan> Ttls, ImmutableDictionary<string, LookupPolicy> Lookups) Read(SelectQuery select)
    {
        var ttls = ImmutableDictionary<string, TimeSpan>.Empty;
        var lookups = ImmutableDictionary<string, LookupPolicy>.Empty;
        var tables = Tables(select.From).ToList();
        foreach (var hint in select.Hints)
        {
            switch (hint.Name.Text)
            {
                case "LOOKUP":
                    if (new LookupHints(context).Read(hint, tables) is var (table, policy))
                        lookups = lookups.SetItem(table, policy);
                    break;
                case "STATE_TTL":
                    ttls = ttls.SetItems(Ttls(hint, tables));
                    break;
                case { } name when s_strategies.Contains(name):
                    Strategy(hint, tables);
                    break;
                default:
                    context.Report(BindErrors.NotSupported(context.SpanOf(hint), $"hint {hint.Name}"));
                    break;
            }
        }
        return (ttls, lookups);
    }

    // Both sides of a join are looked up by key as rows come: there is nothing to choose.
    void Strategy(HintSyntax hint, List<(string Name, bool IsLookup)> tables)
    {
        var unknown = hint.Arguments.FirstOrDefault(argument => !tables.Exists(table => table.Name == argument.Value));
        if (unknown is not null)
            context.Report(BindErrors.MissingTable(context.SpanOf(unknown), unknown.Value, NearestName.Hint(unknown.Value, [.. tables.Select(table => table.Name)])));
        else
            context.Warn(QueryHintErrors.WithoutEffect(context.SpanOf(hint), hint.Name.Text));
    }

    List<KeyValuePair<string, TimeSpan>> Ttls(HintSyntax hint, List<(string Name, bool IsLookup)> tables)
    {
        var ttls = new List<KeyValuePair<string, TimeSpan>>();
        foreach (var argument in hint.Arguments)
        {
            var span = context.SpanOf(argument);
            if (argument.Key is not { } name)
                context.Report(QueryHintErrors.TtlArgument(span));
            else if (!tables.Exists(table => table.Name == name))
                context.Report(BindErrors.MissingTable(span, name, NearestName.Hint(name, [.. tables.Select(table => table.Name)])));
            else if (!Durations.TryParse(argument.Value, out var ttl))
                context.Report(QueryHintErrors.Value(span, name, argument.Value));
            else
                ttls.Add(new(name, ttl));
        }
        return ttls;
    }

    // The names by which expressions would name the tables of FROM.
    static IEnumerable<(string Name, bool IsLookup)> Tables(TableSyntax? table) => table switch
    {
        JoinTable join => Tables(join.Left).Concat(Tables(join.Right)),
        NamedTable named => [((named.Alias?.Name ?? named.Name.Last).Text, named.SystemTime is not null)],
        DerivedTable { Alias: { } alias } => [(alias.Name.Text, false)],
        FunctionTable { Alias: { } alias } => [(alias.Name.Text, false)],
        _ => [],
    };
}

/// <summary>Every message about hints after SELECT.</summary>
static class QueryHintErrors
{
    public static Diagnostic LookupTable(SourceSpan span) =>
        new(SqlState.InvalidParameterValue, "hint LOOKUP needs 'table' = 'name'", span, Hint: "Name a table that stands FOR SYSTEM_TIME AS OF in FROM.");

    public static Diagnostic UnknownKey(SourceSpan span, string key, string? hint) =>
        new(SqlState.UndefinedObject, $"option '{key}' of hint LOOKUP does not exist", span, Hint: hint);

    public static Diagnostic Value(SourceSpan span, string key, string value) =>
        new(SqlState.InvalidParameterValue, $"'{value}' is no value of '{key}' in this hint", span,
            Hint: "Durations are written as 1d, 10 min or 30 s, switches as true or false.");

    public static Diagnostic NoLookup(SourceSpan span, string name, string? hint) =>
        new(SqlState.UndefinedTable, $"\"{name}\" is no table FOR SYSTEM_TIME AS OF in FROM", span, Hint: hint);

    public static Diagnostic LonelyRetry(SourceSpan span, string key, string missing) =>
        new(SqlState.InvalidParameterValue, $"'{key}' of hint LOOKUP needs '{missing}'", span,
            Hint: "Write 'retry-predicate' = 'lookup_miss', 'retry-strategy' = 'fixed_delay', 'fixed-delay' = '10 s', 'max-attempts' = '3'.");

    public static Diagnostic OrderOfSync(SourceSpan span) =>
        new(SqlState.InvalidParameterValue, "'output-mode' = 'allow_unordered' of hint LOOKUP needs 'async' = 'true'", span,
            Hint: "Leave 'async' out, or rows come out in order.");

    public static Diagnostic TtlArgument(SourceSpan span) =>
        new(SqlState.InvalidParameterValue, "hint STATE_TTL needs names of tables with durations", span, Hint: "Write STATE_TTL('o' = '1d', 'c' = '10d').");

    public static Diagnostic WithoutEffect(SourceSpan span, string hint) =>
        new(SqlState.Warning, $"hint {hint} has no effect: rows are joined by key as they come", span, Severity: Severity.Warning);

    public static Diagnostic EndlessJoin(SourceSpan span) =>
        new(SqlState.Warning, "this join keeps all rows of both tables for ever, and neither of them ends", span, Severity: Severity.Warning,
            Hint: "Bound the times of both sides (a.ts BETWEEN b.ts - INTERVAL '1' HOUR AND b.ts), or SET 'table.exec.state.ttl'.");
}
