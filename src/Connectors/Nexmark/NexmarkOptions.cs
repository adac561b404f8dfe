using System.Globalization;
using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Nexmark;

/// <summary>The WITH clause of a table of connector <c>nexmark</c>.</summary>
sealed record NexmarkOptions
{
    const long ProportionMax = 1_000_000;
    const long RatioMax = 1_000_000;
    const long RateMax = 1_000_000_000;
    const long SizeMax = 1 << 20;

    /// <summary>Events that a second of their time has.</summary>
    public required long EventsPerSecond { get; init; }

    /// <summary>Number of events; null if they never end.</summary>
    public required long? Events { get; init; }

    /// <summary>The scan goes on after the last event, and waits.</summary>
    public required bool KeepsAlive { get; init; }

    /// <summary>An event comes when its time has come, not as soon as it can be made.</summary>
    public required bool IsPaced { get; init; }

    /// <summary>How many events of each kind follow one another: persons, auctions, bids.</summary>
    public required (long Persons, long Auctions, long Bids) Proportions { get; init; }

    /// <summary>Bytes of an event, on the average: persons, auctions, bids.</summary>
    public required (int Person, int Auction, int Bid) Sizes { get; init; }

    /// <summary>One bid of so many is not for a hot auction.</summary>
    public required long HotAuctions { get; init; }

    /// <summary>One bid of so many is not by a hot bidder.</summary>
    public required long HotBidders { get; init; }

    /// <summary>One auction of so many is not by a hot seller.</summary>
    public required long HotSellers { get; init; }

    /// <summary>Other seeds give other events.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Time of event 0, milliseconds since 1970; null for the start of the job.</summary>
    public required long? BaseMillis { get; init; }

    /// <summary>All that the connector understands.</summary>
    public static IReadOnlyList<OptionDefinition> Definitions { get; } =
    [
        new("first-event.rate", "10000", "Events that a second of their time has."),
        new("next-event.rate", null, "Must be equal to 'first-event.rate': the rate does not change."),
        new("rate.shape", "SQUARE", "How the rate would change. Without effect.", ["SQUARE", "SINE"]),
        new("rate.period", "600 s", "How fast the rate would change. Without effect."),
        new("rate.limited", "false", "Only false is supported.", ["true", "false"]),
        new("events.num", "0", "The scan ends after that many events; 0: never."),
        new("stop-at", "-1", "The scan ends after that many events, whatever 'events.num' says; -1: it does not."),
        new("keep-alive", "false", "The scan does not end after the last event, but waits.", ["true", "false"]),
        new("max-emit-speed", "true", "false: an event comes when its time has come, not as soon as it can be made.", ["true", "false"]),
        new("person.proportion", "1", "Persons in a round of events."),
        new("auction.proportion", "3", "Auctions in a round of events."),
        new("bid.proportion", "46", "Bids in a round of events."),
        new("person.avg-size", "200 b", "Size of a person, on the average."),
        new("auction.avg-size", "500 b", "Size of an auction, on the average."),
        new("bid.avg-size", "100 b", "Size of a bid, on the average."),
        new("bid.hot-ratio.auctions", "2", "One bid of so many is not for a hot auction."),
        new("bid.hot-ratio.bidders", "4", "One bid of so many is not by a hot bidder."),
        new("auction.hot-ratio.sellers", "4", "One auction of so many is not by a hot seller."),
        new("seed", "0", "Other seeds give other events."),
        new("base-time", null, "Time of the first event, as in '2026-01-01 00:00:00'; by default the start of the job."),
    ];

    /// <summary>Reads the options; 22023 and 0A000 for what cannot be.</summary>
    public static NexmarkOptions Parse(TableOptions options)
    {
        var rate = options.Integer("first-event.rate", 10_000, 1, RateMax);
        if (options.Integer("next-event.rate", rate, 1, RateMax) != rate)
            throw ConnectorErrors.OptionNotSupported(options.Find("next-event.rate")!, "The rate does not change: leave the option out.");
        if (options.Boolean("rate.limited", false))
            throw ConnectorErrors.OptionNotSupported(options.Find("rate.limited")!, "Use 'max-emit-speed' = 'false' for events at their pace.");
        options.Choice("rate.shape", "SQUARE", "SQUARE", "SINE");
        options.Duration("rate.period", TimeSpan.FromSeconds(600));
        var proportions = (
            options.Integer("person.proportion", 1, 0, ProportionMax),
            options.Integer("auction.proportion", 3, 0, ProportionMax),
            options.Integer("bid.proportion", 46, 0, ProportionMax));
        if (proportions is (0, 0, 0))
            throw ConnectErrors.InvalidOptionValue(options.Find("bid.proportion")!, "above 0 where the other proportions are 0");
        var events = options.Integer("events.num", 0, 0);
        var stopAt = options.Integer("stop-at", -1, -1);
        return new NexmarkOptions
        {
            EventsPerSecond = rate,
            Events = stopAt >= 0 && (events == 0 || stopAt < events) ? stopAt : events == 0 ? null : events,
            KeepsAlive = options.Boolean("keep-alive", false),
            IsPaced = !options.Boolean("max-emit-speed", true),
            Proportions = proportions,
            Sizes = (Size(options, "person.avg-size", 200), Size(options, "auction.avg-size", 500), Size(options, "bid.avg-size", 100)),
            HotAuctions = options.Integer("bid.hot-ratio.auctions", 2, 1, RatioMax),
            HotBidders = options.Integer("bid.hot-ratio.bidders", 4, 1, RatioMax),
            HotSellers = options.Integer("auction.hot-ratio.sellers", 4, 1, RatioMax),
            Seed = (ulong)options.Integer("seed", 0),
            BaseMillis = BaseTime(options),
        };
    }

    static int Size(TableOptions options, string key, int fallback)
    {
        var size = options.MemorySize(key, fallback);
        return size <= SizeMax ? (int)size : throw ConnectErrors.InvalidOptionValue(options.Find(key)!, "a size of up to 1 MB");
    }

    static long? BaseTime(TableOptions options)
    {
        if (options.Find("base-time") is not { } option)
            return null;
        string[] formats = ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFF", "yyyy-MM-dd"];
        return DateTime.TryParseExact(option.Value, formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? (time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMillisecond
            : throw ConnectErrors.InvalidOptionValue(option, "a time such as 2026-01-01 00:00:00");
    }
}
