namespace SqlStream.Connectors.Formats.Protobuf;

/// <summary>The types of fields, with the numbers that descriptors give them.</summary>
enum ProtobufType
{
    Double = 1,
    Float = 2,
    Int64 = 3,
    UInt64 = 4,
    Int32 = 5,
    Fixed64 = 6,
    Fixed32 = 7,
    Bool = 8,
    String = 9,
    Group = 10,
    Message = 11,
    Bytes = 12,
    UInt32 = 13,
    Enum = 14,
    SFixed32 = 15,
    SFixed64 = 16,
    SInt32 = 17,
    SInt64 = 18,
}

/// <summary>How the bytes of a field end.</summary>
enum ProtobufWire
{
    Varint = 0,
    Fixed64 = 1,
    Length = 2,
    GroupStart = 3,
    GroupEnd = 4,
    Fixed32 = 5,
}

/// <summary>A message type. Complete once its file is loaded; it may hold itself.</summary>
sealed class ProtobufMessage(string name)
{
    /// <summary>The full name.</summary>
    public string Name { get; } = name;

    /// <summary>The fields; set by the loader once all types are known.</summary>
    public IReadOnlyList<ProtobufField> Fields { get; set; } = [];

    /// <summary>It is the entry of a map.</summary>
    public bool IsMapEntry { get; init; }

    /// <summary>The field of a name, or null.</summary>
    public ProtobufField? Find(string field) => Fields.FirstOrDefault(known => known.Name == field);
}

/// <summary>An enum type.</summary>
/// <param name="Name">The full name.</param>
/// <param name="Symbols">Its values, the default one first; the names as UTF-8.</param>
/// <param name="IsClosed">A number that it does not know counts as no value.</param>
sealed record ProtobufEnum(string Name, (byte[] Name, int Number)[] Symbols, bool IsClosed)
{
    /// <summary>The name of a number; empty if it has none.</summary>
    public ReadOnlySpan<byte> NameOf(int number)
    {
        foreach (ref readonly var symbol in Symbols.AsSpan())
        {
            if (symbol.Number == number)
                return symbol.Name;
        }
        return default;
    }
}

/// <summary>A field of a message.</summary>
/// <param name="Name">Its name, as it is written in the .proto file.</param>
/// <param name="Number">Its number.</param>
/// <param name="Type">Its type.</param>
/// <param name="IsRepeated">It may come several times; a map is a repeated field of entries.</param>
/// <param name="IsPacked">It is written as one piece of several values.</param>
/// <param name="HasPresence">Missing is something else than the default value.</param>
/// <param name="Message">The type of a message.</param>
/// <param name="Enum">The type of an enum.</param>
/// <param name="Default">The default value as the descriptor writes it, or null.</param>
sealed record ProtobufField(
    string Name, int Number, ProtobufType Type, bool IsRepeated, bool IsPacked, bool HasPresence, ProtobufMessage? Message, ProtobufEnum? Enum, string? Default)
{
    /// <summary>It is a map.</summary>
    public bool IsMap => IsRepeated && Message is { IsMapEntry: true };

    /// <summary>How one value of it is written.</summary>
    public ProtobufWire Wire => Type switch
    {
        ProtobufType.Double or ProtobufType.Fixed64 or ProtobufType.SFixed64 => ProtobufWire.Fixed64,
        ProtobufType.Float or ProtobufType.Fixed32 or ProtobufType.SFixed32 => ProtobufWire.Fixed32,
        ProtobufType.String or ProtobufType.Bytes or ProtobufType.Message => ProtobufWire.Length,
        ProtobufType.Group => ProtobufWire.GroupStart,
        _ => ProtobufWire.Varint,
    };

    /// <summary>For messages.</summary>
    public override string ToString() =>
        $"{(IsMap ? "map" : (IsRepeated ? "repeated " : "") + (Message?.Name ?? Enum?.Name ?? Type.ToString().ToLowerInvariant()))} {Name} = {Number}";
}
