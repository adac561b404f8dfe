namespace SqlStream.Connectors.Nexmark;

/// <summary>Number of an auction.</summary>
readonly struct AuctionId : INumber
{
    public static long Of(EventModel model, long id, long round) => model.AuctionId(id, round);
}

/// <summary>What is sold.</summary>
readonly struct AuctionItemName : IText
{
    public const int LengthMax = 20;

    public static int BytesMax(EventModel model) => LengthMax;

    public static int Write(EventModel model, long id, Span<byte> target) =>
        RandomWord.Write(target[..LengthMax], (byte)' ', model.Bits(Draw.ItemName, id));
}

/// <summary>What is said of it.</summary>
readonly struct AuctionDescription : IText
{
    public const int LengthMax = 100;

    public static int BytesMax(EventModel model) => LengthMax;

    public static int Write(EventModel model, long id, Span<byte> target) =>
        RandomWord.Write(target[..LengthMax], (byte)' ', model.Bits(Draw.Description, id));
}

/// <summary>The price at which it begins.</summary>
readonly struct AuctionInitialBid : INumber
{
    public static long Of(EventModel model, long id, long round) => model.InitialBid(id);
}

/// <summary>The price below which nothing is sold.</summary>
readonly struct AuctionReserve : INumber
{
    public static long Of(EventModel model, long id, long round) => model.Reserve(id);
}

/// <summary>When it ends.</summary>
readonly struct AuctionExpires : INumber
{
    public static long Of(EventModel model, long id, long round) => model.Expires(id);
}

/// <summary>The person who sells.</summary>
readonly struct AuctionSeller : INumber
{
    public static long Of(EventModel model, long id, long round) => model.Seller(id, round);
}

/// <summary>10 to 14.</summary>
readonly struct AuctionCategory : INumber
{
    public static long Of(EventModel model, long id, long round) => model.Category(id);
}

/// <summary>What brings an auction to its size.</summary>
readonly struct AuctionExtra : IText
{
    // Five numbers and a time.
    const int NumberBytes = 48;

    public static int BytesMax(EventModel model) => model.ExtraLengthMax(EventKind.Auction);

    public static int Write(EventModel model, long id, Span<byte> target)
    {
        Span<byte> scratch = stackalloc byte[AuctionDescription.LengthMax];
        var used = NumberBytes + AuctionItemName.Write(model, id, scratch) + AuctionDescription.Write(model, id, scratch);
        return Texts.Extra(model, EventKind.Auction, id, used, target);
    }
}
