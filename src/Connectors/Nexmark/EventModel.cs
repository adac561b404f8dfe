using System.Runtime.CompilerServices;

namespace SqlStream.Connectors.Nexmark;

/// <summary>What an event is, as a function of the seed and its id alone. Immutable, thread-safe.</summary>
/// <remarks>Ids count from 2. They are dealt out in rounds: so many persons, then auctions, then bids. Persons and auctions are numbered in
/// the order in which they appear; a bid refers to an auction of the last hundred, an auction to one of the last thousand persons, or
/// slightly beyond, and the greater part of them to a hot one: every hundredth.</remarks>
sealed class EventModel
{
    /// <summary>Id of the first event.</summary>
    public const long FirstId = 2;

    const long FirstPerson = 1000;
    const long FirstAuction = 1000;
    const long FirstCategory = 10;
    const int Categories = 5;
    const int Lead = 10;
    const int HotBatch = 100;
    const int AuctionsInFlight = 100;
    const int ActivePersons = 1000;

    readonly NexmarkOptions _options;
    readonly double _microsPerEvent;
    readonly long _persons;
    readonly long _auctions;
    readonly ulong _hotAuctions;
    readonly ulong _hotBidders;
    readonly ulong _hotSellers;
    readonly long _auctionEvents;
    readonly Lazy<EventText> _text;

    public EventModel(NexmarkOptions options)
    {
        _options = options;
        _microsPerEvent = 1e6 / options.EventsPerSecond;
        (_persons, _auctions, var bids) = options.Proportions;
        Round = _persons + _auctions + bids;
        _hotAuctions = (ulong)options.HotAuctions;
        _hotBidders = (ulong)options.HotBidders;
        _hotSellers = (ulong)options.HotSellers;
        _auctionEvents = AuctionsInFlight * Round / Math.Max(1, _auctions);
        _text = new Lazy<EventText>(() => new EventText(Seed(Draw.Text)));
    }

    /// <summary>Number of events in a round.</summary>
    public long Round { get; }

    /// <summary>Texts that many events share.</summary>
    public EventText Text => _text.Value;

    /// <summary>Where the events of a kind lie in a round.</summary>
    public (long Start, long End) Place(EventKind kind) => kind switch
    {
        EventKind.Person => (0, _persons),
        EventKind.Auction => (_persons, _persons + _auctions),
        _ => (_persons + _auctions, Round),
    };

    /// <summary>Time of an event, milliseconds after event 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Millis(long id) => (long)((id - 1) * _microsPerEvent) / 1000;

    /// <summary>Id of the last event that has come that many milliseconds after event 0.</summary>
    public long LastDue(long millis) =>
        (long)Math.Min(Math.Ceiling((double)(millis + 1) * 1000 / _microsPerEvent), long.MaxValue / 4);

    public long PersonId(long id, long round) => (round * _persons) + (id - (round * Round)) + FirstPerson;

    public long AuctionId(long id, long round) => (round * _auctions) + (id - (round * Round) - _persons) + FirstAuction;

    public long Seller(long id, long round)
    {
        var last = LastPerson(round);
        var person = RandomBits.Below(_hotSellers, Bits(Draw.HotSeller, id)) > 0 ? last / HotBatch * HotBatch : NextPerson(last, Bits(Draw.Seller, id));
        return person + FirstPerson;
    }

    public long Category(long id) => FirstCategory + (long)RandomBits.Below(Categories, Bits(Draw.Category, id));

    /// <summary>The price at which an auction begins.</summary>
    public long InitialBid(long id) => Prices.Of(Bits(Draw.InitialBid, id));

    public long Reserve(long id) => InitialBid(id) + Prices.Of(Bits(Draw.Reserve, id));

    /// <summary>When an auction ends, milliseconds after event 0.</summary>
    public long Expires(long id)
    {
        var millis = Millis(id);
        var horizon = Millis(id + _auctionEvents) - millis;
        return millis + 1 + (long)RandomBits.Below((ulong)Math.Max(2 * horizon, 1), Bits(Draw.Expires, id));
    }

    /// <summary>The auction of a bid.</summary>
    public long BidAuction(long id, long round)
    {
        var last = ((round + 1) * _auctions) - 1;
        if (RandomBits.Below(_hotAuctions, Bits(Draw.HotAuction, id)) > 0)
            return (last / HotBatch * HotBatch) + FirstAuction;
        var first = Math.Max(last - AuctionsInFlight, 0);
        return first + (long)RandomBits.Below((ulong)(last - first + 1 + Lead), Bits(Draw.Auction, id)) + FirstAuction;
    }

    /// <summary>Who bids. The suite adds the number of the first person twice, and so does this.</summary>
    public long Bidder(long id, long round)
    {
        var last = LastPerson(round);
        var person = RandomBits.Below(_hotBidders, Bits(Draw.HotBidder, id)) > 0 ? (last / HotBatch * HotBatch) + 1 : NextPerson(last, Bits(Draw.Bidder, id));
        return person + FirstPerson + FirstPerson;
    }

    public long Price(long id) => Prices.Of(Bits(Draw.Price, id));

    /// <summary>Number of the channel of a bid in <see cref="EventText"/>.</summary>
    public int Channel(long id)
    {
        var bits = Bits(Draw.Channel, id);
        return RandomBits.Below(2, bits) > 0
            ? (int)RandomBits.Below(EventText.HotChannels, bits << 1)
            : EventText.HotChannels + (int)RandomBits.Below(EventText.Channels, bits << 1);
    }

    /// <summary>A random length of the text that brings an event to its size, of which so much is used.</summary>
    public int ExtraLength(EventKind kind, long id, int used)
    {
        var missing = Size(kind) - used;
        if (missing <= 0)
            return 0;
        var delta = (int)Math.Round(missing * 0.2, MidpointRounding.AwayFromZero);
        return missing - delta + (delta == 0 ? 0 : (int)RandomBits.Below((ulong)(2 * delta), Bits(Draw.ExtraLength, id)));
    }

    /// <summary>The greatest length that <see cref="ExtraLength"/> gives.</summary>
    public int ExtraLengthMax(EventKind kind) => Size(kind) + (Size(kind) / 4) + 2;

    /// <summary>64 random bits of an event and a purpose.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Bits(Draw draw, long id) => RandomBits.Of(Seed(draw), id);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    ulong Seed(Draw draw) => (_options.Seed * 0xD6E8FEB86659FD93) ^ ((ulong)draw * 0xA0761D6478BD642F);

    int Size(EventKind kind) => kind switch
    {
        EventKind.Person => _options.Sizes.Person,
        EventKind.Auction => _options.Sizes.Auction,
        _ => _options.Sizes.Bid,
    };

    // Number of the last person up to an auction or a bid of the round.
    long LastPerson(long round) => ((round + 1) * _persons) - 1;

    static long NextPerson(long last, ulong bits)
    {
        var persons = last + 1;
        var active = Math.Min(persons, ActivePersons);
        return persons - active + (long)RandomBits.Below((ulong)(active + Lead), bits);
    }
}

/// <summary>What random bits are drawn for: each purpose has its own, so that a field can be made without the others.</summary>
enum Draw
{
    FirstName = 1,
    LastName,
    EmailName,
    EmailHost,
    CreditCard,
    City,
    State,
    HotSeller,
    Seller,
    Category,
    InitialBid,
    Reserve,
    Expires,
    ItemName,
    Description,
    HotAuction,
    Auction,
    HotBidder,
    Bidder,
    Price,
    Channel,
    ExtraLength,
    ExtraStart,
    Text,
}
