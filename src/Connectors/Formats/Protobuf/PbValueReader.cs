using SqlStream.Core.Columns;

namespace SqlStream.Connectors.Formats.Protobuf;

/// <summary>Reads one message as one value. Not thread-safe.</summary>
abstract class PbValueReader
{
    /// <summary>Appends the value. Returns what is wrong, or null; after an error the builder may hold a part of a value.</summary>
    public abstract string? Read(ReadOnlySpan<byte> content, ColumnBuilder builder);
}

/// <summary>A message as a ROW.</summary>
sealed class PbRowReader(PbMessageReader message) : PbValueReader
{
    public override string? Read(ReadOnlySpan<byte> content, ColumnBuilder builder)
    {
        var row = (RowColumnBuilder)builder;
        if (message.Read(content, row.Fields, row.Count) is { } problem)
            return problem;
        row.EndRow();
        return null;
    }
}

/// <summary>A message that holds nothing but a value, as that value.</summary>
sealed class PbWrapperReader(PbScalar value, PbField field) : PbValueReader
{
    public override string? Read(ReadOnlySpan<byte> content, ColumnBuilder builder)
    {
        var cursor = new PbCursor(content);
        var isThere = false;
        var bits = 0UL;
        ReadOnlySpan<byte> bytes = default;
        while (!cursor.AtEnd)
        {
            if (!cursor.ReadTag(out var number, out var wire))
                return PbMessageReader.Malformed;
            isThere |= number == field.Number && wire == field.Wire;
            if (number == field.Number && wire == field.Wire ? !value.TryRead(ref cursor, out bits, out bytes, out _) : !cursor.Skip(number, wire))
                return PbMessageReader.Malformed;
        }
        if (isThere)
            return value.Append(bits, bytes, builder);
        value.AppendDefault(builder);
        return null;
    }
}

/// <summary>A google.protobuf.Timestamp as TIMESTAMP or TIMESTAMP_LTZ.</summary>
sealed class PbTimestampReader(string path, TextType type) : PbValueReader
{
    public const int Seconds = 1;
    public const int Nanos = 2;

    const long SecondsMin = -62_135_596_800;
    const long SecondsMax = 253_402_300_799;
    const int NanosPerSecond = 1_000_000_000;

    static readonly int[] _units = [1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

    public override string? Read(ReadOnlySpan<byte> content, ColumnBuilder builder)
    {
        var cursor = new PbCursor(content);
        var seconds = 0L;
        var nanos = 0;
        while (!cursor.AtEnd)
        {
            if (!cursor.ReadTag(out var number, out var wire))
                return PbMessageReader.Malformed;
            if (wire != PbWire.Varint || number is not (Seconds or Nanos))
            {
                if (!cursor.Skip(number, wire))
                    return PbMessageReader.Malformed;
                continue;
            }
            if (!cursor.ReadVarint(out var bits))
                return PbMessageReader.Malformed;
            if (number == Seconds)
                seconds = (long)bits;
            else
                nanos = (int)bits;
        }
        if (seconds is < SecondsMin or > SecondsMax || nanos is < 0 or >= NanosPerSecond)
            return $"column \"{path}\" of type {type.Type.Name} cannot hold {seconds} seconds and {nanos} nanoseconds";
        nanos -= nanos % _units[type.Precision];
        if (type.IsNanos)
            ((FixedColumnBuilder<Int128>)builder).Append(((Int128)seconds * NanosPerSecond) + nanos);
        else
            ((FixedColumnBuilder<long>)builder).Append((seconds * 1_000_000) + (nanos / 1000));
        return null;
    }
}
