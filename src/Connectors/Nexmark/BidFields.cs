namespace SqlStream.Connectors.Nexmark;

/// <summary>Number of the auction that is bid for.</summary>
readonly struct BidAuction : INumber
{
    public static long Of(EventModel model, long id, long round) => model.BidAuction(id, round);
}

/// <summary>Number of the person who bids.</summary>
readonly struct BidBidder : INumber
{
    public static long Of(EventModel model, long id, long round) => model.Bidder(id, round);
}

/// <summary>What is offered.</summary>
readonly struct BidPrice : INumber
{
    public static long Of(EventModel model, long id, long round) => model.Price(id);
}

/// <summary>Where the bid came from.</summary>
readonly struct BidChannel : IText
{
    public static int BytesMax(EventModel model) => 16;

    public static int Write(EventModel model, long id, Span<byte> target) => Texts.Copy(model.Text.ChannelOf(model.Channel(id)), target);
}

/// <summary>The address of the channel.</summary>
readonly struct BidUrl : IText
{
    public static int BytesMax(EventModel model) => 96;

    public static int Write(EventModel model, long id, Span<byte> target) => Texts.Copy(model.Text.UrlOf(model.Channel(id)), target);
}

/// <summary>What brings a bid to its size.</summary>
readonly struct BidExtra : IText
{
    // Three numbers and a time.
    const int NumberBytes = 32;

    public static int BytesMax(EventModel model) => model.ExtraLengthMax(EventKind.Bid);

    public static int Write(EventModel model, long id, Span<byte> target) => Texts.Extra(model, EventKind.Bid, id, NumberBytes, target);
}
