using System.Text.Json;

namespace SqlStream.Connectors.Formats.Avro;

/// <summary>The kinds of Avro schemas.</summary>
enum AvroKind
{
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    Record,
    Enum,
    Array,
    Map,
    Union,
    Fixed,
}

/// <summary>What a plain Avro value stands for.</summary>
enum AvroLogical
{
    None,
    Decimal,
    Date,
    TimeMillis,
    TimeMicros,
    TimestampMillis,
    TimestampMicros,
    TimestampNanos,
    Uuid,
}

/// <summary>An Avro schema (specification 1.12). Complete once it is parsed; a record may hold itself.</summary>
sealed class AvroSchema(AvroKind kind)
{
    public AvroKind Kind { get; } = kind;

    /// <summary>What the value stands for; the local timestamps count as the others, since the column says which it is.</summary>
    public AvroLogical Logical { get; init; }

    /// <summary>The timestamp is one of the local ones.</summary>
    public bool IsLocal { get; init; }

    /// <summary>Digits of a decimal.</summary>
    public int Precision { get; init; }

    /// <summary>Fraction digits of a decimal.</summary>
    public int Scale { get; init; }

    /// <summary>The full name of a record, enum or fixed.</summary>
    public string Name { get; init; } = "";

    /// <summary>Other full names that it has.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The fields of a record; set by the parser once they are known.</summary>
    public IReadOnlyList<AvroField> Fields { get; set; } = [];

    /// <summary>The elements of an array, the values of a map.</summary>
    public AvroSchema? Element { get; init; }

    /// <summary>The branches of a union.</summary>
    public IReadOnlyList<AvroSchema> Branches { get; init; } = [];

    /// <summary>The symbols of an enum, as UTF-8.</summary>
    public byte[][] Symbols { get; init; } = [];

    /// <summary>The symbol that stands for unknown ones, as UTF-8.</summary>
    public byte[]? DefaultSymbol { get; init; }

    /// <summary>The bytes of a fixed.</summary>
    public int Size { get; init; }

    /// <summary>The name of a named schema without its namespace.</summary>
    public string ShortName => Name[(Name.LastIndexOf('.') + 1)..];

    /// <summary>For messages.</summary>
    public override string ToString() => Kind switch
    {
        AvroKind.Record or AvroKind.Enum or AvroKind.Fixed => $"{Kind.ToString().ToLowerInvariant()} {Name}",
        AvroKind.Union => $"[{string.Join(", ", Branches)}]",
        _ => Kind.ToString().ToLowerInvariant(),
    };
}

/// <summary>A field of an Avro record.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Schema">Its schema.</param>
/// <param name="Default">Its default as JSON, or null if it has none.</param>
/// <param name="Aliases">Other names under which a writer may know it.</param>
sealed record AvroField(string Name, AvroSchema Schema, JsonElement? Default, IReadOnlyList<string> Aliases);
