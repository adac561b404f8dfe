namespace SqlStream.Connectors.Nexmark;

/// <summary>The kinds of events; their numbers are the values of column <c>event_type</c>.</summary>
enum EventKind
{
    Person = 0,
    Auction = 1,
    Bid = 2,
}
