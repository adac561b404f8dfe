using System.Buffers.Binary;
using System.Globalization;
using SqlStream.State.Checkpoints;

namespace SqlStream.Execution.Recovery;

/// <summary>How bytes of an accumulator become those of another one.</summary>
enum CopyKind
{
    /// <summary>As they are.</summary>
    Bytes,

    /// <summary>A two's complement integer, little endian, gets more bytes.</summary>
    SignExtend,

    /// <summary>A FLOAT becomes a DOUBLE.</summary>
    FloatToDouble,
}

/// <summary>One piece of an accumulator that is taken from another one.</summary>
/// <param name="Kind">How.</param>
/// <param name="From">Where it begins in the old accumulator.</param>
/// <param name="FromBytes">Its length there.</param>
/// <param name="To">Where it begins in the new one.</param>
/// <param name="ToBytes">Its length there.</param>
readonly record struct AccumulatorCopy(CopyKind Kind, int From, int FromBytes, int To, int ToBytes)
{
    /// <summary>Copies the piece.</summary>
    public void Apply(ReadOnlySpan<byte> source, Span<byte> target)
    {
        var from = source.Slice(From, FromBytes);
        var to = target.Slice(To, ToBytes);
        switch (Kind)
        {
            case CopyKind.Bytes:
                from.CopyTo(to);
                break;
            case CopyKind.SignExtend:
                to.Fill((from[^1] & 0x80) == 0 ? (byte)0 : (byte)0xFF);
                from.CopyTo(to);
                break;
            default:
                BinaryPrimitives.WriteDoubleLittleEndian(to, BinaryPrimitives.ReadSingleLittleEndian(from));
                break;
        }
    }

    /// <summary>The same piece at other places.</summary>
    public AccumulatorCopy At(int from, int to) => this with { From = From + from, To = To + to };

    /// <summary>How the accumulator of one call becomes that of another over the same values; null if it cannot.</summary>
    /// <remarks>SUM and AVG are <c>count i64 | sum</c>, the sum 128 bits for integers and for DECIMAL of up to 18 digits, 192 bits for
    /// longer ones, a double for FLOAT and DOUBLE. MIN and MAX of fixed-width values are <c>present i64 | value</c>. COUNT(*) is the
    /// number of rows that stands before all accumulators, and has none of its own.</remarks>
    public static IReadOnlyList<AccumulatorCopy>? Between(ManifestAggregate old, ManifestAggregate now)
    {
        if (now.Function == "COUNT" && now.DistinctTable is null && old.DistinctTable is null && old.Function is "COUNT" or "SUM" or "AVG")
            return now.Bytes == 0 || old.Bytes == 0 ? [] : [new(CopyKind.Bytes, 0, sizeof(long), 0, sizeof(long))];
        if (old.Types.Count != now.Types.Count)
            return null;
        if (now.Function == old.Function && now.Layout == old.Layout && now.Types.SequenceEqual(old.Types) && now.Bytes == old.Bytes)
            return [new(CopyKind.Bytes, 0, now.Bytes, 0, now.Bytes)];
        // Values of DISTINCT and of aggregates without a fixed size are stored by their type.
        if (now.DistinctTable is not null || old.DistinctTable is not null || now.Types.Count != 1)
            return null;
        if (now.ValueTable is not null || old.ValueTable is not null)
            return now.Function == old.Function && now.Layout == old.Layout ? [] : null;
        var (from, to) = (NumberShape.Of(old.Types[0]), NumberShape.Of(now.Types[0]));
        if (now.Function is "SUM" or "AVG" && old.Function is "SUM" or "AVG")
            return Sum(from, to, old, now);
        return now.Function == old.Function && now.Function is "MIN" or "MAX" ? Extreme(from, to, old, now) : null;
    }

    static IReadOnlyList<AccumulatorCopy>? Sum(NumberShape from, NumberShape to, ManifestAggregate old, ManifestAggregate now)
    {
        if (!from.IsNumber || !to.IsNumber || from.IsFloating != to.IsFloating || from.IsDecimal != to.IsDecimal || from.Scale != to.Scale || now.Bytes < old.Bytes)
            return null;
        var (oldBytes, newBytes) = (old.Bytes - sizeof(long), now.Bytes - sizeof(long));
        return
        [
            new(CopyKind.Bytes, 0, sizeof(long), 0, sizeof(long)),
            new(oldBytes == newBytes ? CopyKind.Bytes : CopyKind.SignExtend, sizeof(long), oldBytes, sizeof(long), newBytes),
        ];
    }

    static IReadOnlyList<AccumulatorCopy>? Extreme(NumberShape from, NumberShape to, ManifestAggregate old, ManifestAggregate now)
    {
        var present = new AccumulatorCopy(CopyKind.Bytes, 0, sizeof(long), 0, sizeof(long));
        if (from.IsTime && from.Kind == to.Kind && from.Precision <= to.Precision && old.Bytes == now.Bytes)
            return [present, new(CopyKind.Bytes, sizeof(long), old.Bytes - sizeof(long), sizeof(long), now.Bytes - sizeof(long))];
        if (!from.IsNumber || !to.IsNumber || from.IsDecimal != to.IsDecimal || from.Scale != to.Scale || from.Precision > to.Precision)
            return null;
        if (from.IsFloating && to.IsFloating)
            return [present, new(from.Bytes == to.Bytes ? CopyKind.Bytes : CopyKind.FloatToDouble, sizeof(long), from.Bytes, sizeof(long), to.Bytes)];
        return from.IsFloating || to.IsFloating ? null : [present, new(CopyKind.SignExtend, sizeof(long), from.Bytes, sizeof(long), to.Bytes)];
    }
}

/// <summary>What matters of a type by its text when an accumulator is widened.</summary>
/// <param name="Kind">The first word.</param>
/// <param name="Precision">Digits; of integers a number that grows with their width.</param>
/// <param name="Scale">Digits after the point.</param>
/// <param name="Bytes">Width of a value; 0 if it is no number.</param>
readonly record struct NumberShape(string Kind, int Precision, int Scale, int Bytes)
{
    const int CompactDigitsMax = 18;

    /// <summary>A number type.</summary>
    public bool IsNumber => Bytes > 0;

    /// <summary>FLOAT or DOUBLE.</summary>
    public bool IsFloating => Kind is "FLOAT" or "DOUBLE";

    /// <summary>DECIMAL.</summary>
    public bool IsDecimal => Kind == "DECIMAL";

    /// <summary>A time with a precision.</summary>
    public bool IsTime => Kind is "TIME" or "TIMESTAMP" or "TIMESTAMP_LTZ";

    /// <summary>Reads <c>INT</c>, <c>DECIMAL(10, 2)</c>, <c>TIMESTAMP(3)</c>.</summary>
    public static NumberShape Of(string type)
    {
        var open = type.IndexOf('(', StringComparison.Ordinal);
        var kind = open < 0 ? type : type[..open];
        var numbers = open < 0 || !type.EndsWith(')')
            ? []
            : type[(open + 1)..^1].Split(',').Select(text => int.TryParse(text, NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var number) ? number : -1).ToArray();
        return (kind, numbers) switch
        {
            ("TINYINT", []) => new(kind, 3, 0, 1),
            ("SMALLINT", []) => new(kind, 5, 0, 2),
            ("INT", []) => new(kind, 10, 0, 4),
            ("BIGINT", []) => new(kind, 19, 0, 8),
            ("FLOAT", []) => new(kind, 7, 0, 4),
            ("DOUBLE", []) => new(kind, 15, 0, 8),
            ("DECIMAL", [var precision, var scale]) => new(kind, precision, scale, precision <= CompactDigitsMax ? sizeof(long) : 2 * sizeof(long)),
            ("TIME" or "TIMESTAMP" or "TIMESTAMP_LTZ", [var precision]) => new(kind, precision, 0, 0),
            _ => new(kind, 0, 0, 0),
        };
    }
}
