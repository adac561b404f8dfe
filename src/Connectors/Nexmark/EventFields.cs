using SqlStream.Core.Types;

namespace SqlStream.Connectors.Nexmark;

/// <summary>The columns of a table of events, and the fields of each kind, by name.</summary>
static class EventFields
{
    /// <summary>The column that holds the number of the <see cref="EventKind"/>.</summary>
    public const string KindColumn = "event_type";

    /// <summary>The columns that hold the events, in the order of <see cref="EventKind"/>.</summary>
    public static IReadOnlyList<string> KindColumns { get; } = ["person", "auction", "bid"];

    /// <summary>The fields of a kind of event.</summary>
    public static IReadOnlyDictionary<string, EventField> Of(EventKind kind, EventModel model) => kind switch
    {
        EventKind.Person => new Dictionary<string, EventField>
        {
            ["id"] = new NumberField<PersonId>(model),
            ["name"] = new TextField<PersonName>(model),
            ["emailAddress"] = new TextField<PersonEmail>(model),
            ["creditCard"] = new TextField<PersonCreditCard>(model),
            ["city"] = new TextField<PersonCity>(model),
            ["state"] = new TextField<PersonState>(model),
            ["dateTime"] = new TimeField<EventTime>(model),
            ["extra"] = new TextField<PersonExtra>(model),
        },
        EventKind.Auction => new Dictionary<string, EventField>
        {
            ["id"] = new NumberField<AuctionId>(model),
            ["itemName"] = new TextField<AuctionItemName>(model),
            ["description"] = new TextField<AuctionDescription>(model),
            ["initialBid"] = new NumberField<AuctionInitialBid>(model),
            ["reserve"] = new NumberField<AuctionReserve>(model),
            ["dateTime"] = new TimeField<EventTime>(model),
            ["expires"] = new TimeField<AuctionExpires>(model),
            ["seller"] = new NumberField<AuctionSeller>(model),
            ["category"] = new NumberField<AuctionCategory>(model),
            ["extra"] = new TextField<AuctionExtra>(model),
        },
        _ => new Dictionary<string, EventField>
        {
            ["auction"] = new NumberField<BidAuction>(model),
            ["bidder"] = new NumberField<BidBidder>(model),
            ["price"] = new NumberField<BidPrice>(model),
            ["channel"] = new TextField<BidChannel>(model),
            ["url"] = new TextField<BidUrl>(model),
            ["dateTime"] = new TimeField<EventTime>(model),
            ["extra"] = new TextField<BidExtra>(model),
        },
    };

    /// <summary>What makes the fields of a ROW, in its order. 42703 and 42804 for a field that the events do not have.</summary>
    public static IReadOnlyList<EventField> Choose(EventKind kind, EventModel model, Field column, string table)
    {
        if (column.Type is not RowType row)
            throw ConnectorErrors.EventColumnMisfit(table, column.Name, column.Type, "ROW");
        var known = Of(kind, model);
        return [.. row.Fields.Select(field =>
        {
            var name = $"{column.Name}.{field.Name}";
            if (!known.TryGetValue(field.Name, out var made))
                throw ConnectorErrors.EventColumnMissing(table, name, field.Name, known.Keys);
            return made.Makes(field.Type) ? made : throw ConnectorErrors.EventColumnMisfit(table, name, field.Type, made.Type.Name);
        })];
    }
}
