namespace SqlStream.Core.Connect;

/// <summary>What is kept of the rows of a lookup table.</summary>
public enum LookupCache
{
    /// <summary>Nothing: each batch of rows asks anew.</summary>
    None,

    /// <summary>What was asked for, up to a number of rows and for some time.</summary>
    Partial,

    /// <summary>All rows.</summary>
    Full,
}

/// <summary>The options <c>lookup.*</c> of a table.</summary>
/// <param name="Cache">What is kept.</param>
/// <param name="ReloadInterval">After which time all rows are read again; null for never.</param>
/// <param name="MaxRows">Rows that are kept at the most.</param>
/// <param name="ExpireAfterWrite">How long a row is kept since it was read; null for ever.</param>
/// <param name="ExpireAfterAccess">How long a row is kept since it was last used; null for ever.</param>
/// <param name="CachesMissing">That a key has no row is kept, too.</param>
public sealed record LookupOptions(
    LookupCache Cache, TimeSpan? ReloadInterval, long MaxRows, TimeSpan? ExpireAfterWrite, TimeSpan? ExpireAfterAccess, bool CachesMissing)
{
    const string CacheKey = "lookup.cache";
    const string Strategy = "lookup.full-cache.reload-strategy";
    const string Interval = "lookup.full-cache.periodic-reload.interval";
    const string Rows = "lookup.partial-cache.max-rows";
    const string AfterWrite = "lookup.partial-cache.expire-after-write";
    const string AfterAccess = "lookup.partial-cache.expire-after-access";
    const string Missing = "lookup.partial-cache.cache-missing-key";
    const long RowsByDefault = 1_000_000;

    /// <summary>The options of tables that are read as a whole.</summary>
    public static IReadOnlyList<OptionDefinition> FullDefinitions { get; } =
    [
        new(CacheKey, "FULL", "For lookup joins: all rows are read and kept.", ["FULL"]),
        new(Strategy, "PERIODIC", "When all rows are read again.", ["PERIODIC"]),
        new(Interval, null, "After which time all rows are read again; without it they are read once.", Aliases: ["lookup.join.cache.ttl"]),
    ];

    /// <summary>The options of tables that are asked by key.</summary>
    public static IReadOnlyList<OptionDefinition> KeyedDefinitions { get; } =
    [
        new(CacheKey, "NONE", "For lookup joins: what is kept of the rows that were asked for.", ["NONE", "PARTIAL"]),
        new(Rows, "1000000", "Rows that are kept at the most."),
        new(AfterWrite, null, "How long a row is kept since it was read."),
        new(AfterAccess, null, "How long a row is kept since it was last used."),
        new(Missing, "true", "That a key has no row is kept, too.", ["true", "false"]),
    ];

    /// <summary>Reads the options of a table that is read as a whole; 22023 for those that cannot work.</summary>
    public static LookupOptions ReadFull(TableOptions options)
    {
        options.Choice(CacheKey, "FULL", "FULL");
        options.Choice(Strategy, "PERIODIC", "PERIODIC");
        return new LookupOptions(LookupCache.Full, Positive(options, Interval), long.MaxValue, null, null, CachesMissing: true);
    }

    /// <summary>Reads the options of a table that is asked by key; 22023 for those that cannot work.</summary>
    public static LookupOptions ReadKeyed(TableOptions options)
    {
        var isPartial = options.Choice(CacheKey, "NONE", "NONE", "PARTIAL") == "PARTIAL";
        var keys = new[] { Rows, AfterWrite, AfterAccess, Missing };
        if (!isPartial && keys.Select(key => options.Find(key)).FirstOrDefault(option => option is not null) is { } lonely)
            throw ConnectErrors.OptionNeedsOther(lonely, CacheKey);
        return new LookupOptions(
            isPartial ? LookupCache.Partial : LookupCache.None,
            null,
            options.Integer(Rows, RowsByDefault, 1),
            Positive(options, AfterWrite),
            Positive(options, AfterAccess),
            options.Boolean(Missing, fallback: true));
    }

    static TimeSpan? Positive(TableOptions options, string key)
    {
        if (options.Find(key) is not { } written)
            return null;
        var value = options.Duration(key, TimeSpan.Zero);
        return value > TimeSpan.Zero ? value : throw ConnectErrors.InvalidOptionValue(written, "a duration greater than zero");
    }
}
