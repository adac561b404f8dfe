namespace SqlStream.Connectors.Nexmark;

/// <summary>When an event happens.</summary>
readonly struct EventTime : INumber
{
    public static long Of(EventModel model, long id, long round) => model.Millis(id);
}

/// <summary>Number of a person.</summary>
readonly struct PersonId : INumber
{
    public static long Of(EventModel model, long id, long round) => model.PersonId(id, round);
}

/// <summary>One of a few first names and one of a few last names.</summary>
readonly struct PersonName : IText
{
    static readonly byte[][] _first =
    [
        "Peter"u8.ToArray(), "Paul"u8.ToArray(), "Luke"u8.ToArray(), "John"u8.ToArray(), "Saul"u8.ToArray(), "Vicky"u8.ToArray(),
        "Kate"u8.ToArray(), "Julie"u8.ToArray(), "Sarah"u8.ToArray(), "Deiter"u8.ToArray(), "Walter"u8.ToArray(),
    ];

    static readonly byte[][] _last =
    [
        "Shultz"u8.ToArray(), "Abrams"u8.ToArray(), "Spencer"u8.ToArray(), "White"u8.ToArray(), "Bartels"u8.ToArray(), "Walton"u8.ToArray(),
        "Smith"u8.ToArray(), "Jones"u8.ToArray(), "Noris"u8.ToArray(),
    ];

    public static int BytesMax(EventModel model) => 16;

    public static int Write(EventModel model, long id, Span<byte> target)
    {
        var first = Texts.OneOf(_first, model.Bits(Draw.FirstName, id));
        var last = Texts.OneOf(_last, model.Bits(Draw.LastName, id));
        first.CopyTo(target);
        target[first.Length] = (byte)' ';
        last.CopyTo(target[(first.Length + 1)..]);
        return first.Length + 1 + last.Length;
    }
}

/// <summary>An address of mail.</summary>
readonly struct PersonEmail : IText
{
    const int NameMax = 7;
    const int HostMax = 5;

    public static int BytesMax(EventModel model) => NameMax + HostMax + 5;

    public static int Write(EventModel model, long id, Span<byte> target)
    {
        var length = RandomWord.Write(target[..NameMax], (byte)' ', model.Bits(Draw.EmailName, id));
        target[length++] = (byte)'@';
        length += RandomWord.Write(target.Slice(length, HostMax), (byte)' ', model.Bits(Draw.EmailHost, id));
        ".com"u8.CopyTo(target[length..]);
        return length + 4;
    }
}

/// <summary>Sixteen digits in groups of four.</summary>
readonly struct PersonCreditCard : IText
{
    public static int BytesMax(EventModel model) => 19;

    public static int Write(EventModel model, long id, Span<byte> target)
    {
        var digits = RandomBits.Below(10_000_000_000_000_000, model.Bits(Draw.CreditCard, id));
        for (var i = 18; i >= 0; i--)
        {
            if (i % 5 == 4)
            {
                target[i] = (byte)' ';
                continue;
            }
            target[i] = (byte)('0' + (digits % 10));
            digits /= 10;
        }
        return 19;
    }
}

/// <summary>One of a few cities.</summary>
readonly struct PersonCity : IText
{
    static readonly byte[][] _cities =
    [
        "Phoenix"u8.ToArray(), "Los Angeles"u8.ToArray(), "San Francisco"u8.ToArray(), "Boise"u8.ToArray(), "Portland"u8.ToArray(),
        "Bend"u8.ToArray(), "Redmond"u8.ToArray(), "Seattle"u8.ToArray(), "Kent"u8.ToArray(), "Cheyenne"u8.ToArray(),
    ];

    public static int BytesMax(EventModel model) => 16;

    public static int Write(EventModel model, long id, Span<byte> target) => Texts.Copy(Texts.OneOf(_cities, model.Bits(Draw.City, id)), target);
}

/// <summary>One of a few states.</summary>
readonly struct PersonState : IText
{
    static readonly byte[][] _states = ["AZ"u8.ToArray(), "CA"u8.ToArray(), "ID"u8.ToArray(), "OR"u8.ToArray(), "WA"u8.ToArray(), "WY"u8.ToArray()];

    public static int BytesMax(EventModel model) => 2;

    public static int Write(EventModel model, long id, Span<byte> target) => Texts.Copy(Texts.OneOf(_states, model.Bits(Draw.State, id)), target);
}

/// <summary>What brings a person to its size.</summary>
readonly struct PersonExtra : IText
{
    const int IdBytes = 8;

    public static int BytesMax(EventModel model) => model.ExtraLengthMax(EventKind.Person);

    public static int Write(EventModel model, long id, Span<byte> target)
    {
        Span<byte> scratch = stackalloc byte[32];
        var used = IdBytes + PersonName.Write(model, id, scratch) + PersonEmail.Write(model, id, scratch) + PersonCreditCard.Write(model, id, scratch)
            + PersonCity.Write(model, id, scratch) + PersonState.Write(model, id, scratch);
        return Texts.Extra(model, EventKind.Person, id, used, target);
    }
}

/// <summary>What the texts have in common.</summary>
static class Texts
{
    public static ReadOnlySpan<byte> OneOf(byte[][] texts, ulong bits) => texts[(int)RandomBits.Below((ulong)texts.Length, bits)];

    public static int Copy(ReadOnlySpan<byte> text, Span<byte> target)
    {
        text.CopyTo(target);
        return text.Length;
    }

    public static int Extra(EventModel model, EventKind kind, long id, int used, Span<byte> target) =>
        Copy(model.Text.Letters(model.ExtraLength(kind, id, used), model.Bits(Draw.ExtraStart, id)), target);
}
