using SqlStream.Core.Columns;

namespace SqlStream.Connectors.Formats.Protobuf;

/// <summary>Reads one message as one value. Not thread-safe.</summary>
abstract class ProtobufValueReader
{
    /// <summary>Appends the value. Returns what is wrong, or null; after an error the builder may hold a part of a value.</summary>
    public abstract string? Read(ReadOnlySpan<byte> content, ColumnBuilder builder);
}

/// <summary>A message as a ROW.</summary>
sealed class ProtobufRowReader(ProtobufMessageReader message) : ProtobufValueReader
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
sealed class ProtobufWrapperReader(ProtobufScalar value, ProtobufField field) : ProtobufValueReader
{
    public override string? Read(ReadOnlySpan<byte> content, ColumnBuilder builder)
    {
        var cursor = new ProtobufCursor(content);
        var isThere = false;
        var bits = 0UL;
        ReadOnlySpan<byte> bytes = default;
        while (!cursor.AtEnd)
        {
            if (!cursor.ReadTag(out var number, out var wire))
                return ProtobufMessageReader.Malformed;
            isThere |= number == field.Number && wire == field.Wire;
            if (number == field.Number && wire == field.Wire ? !value.TryRead(ref cursor, out bits, out bytes, out _) : !cursor.Skip(number, wire))
                return ProtobufMessageReader.Malformed;
        }
        if (isThere)
            return value.Append(bits, bytes, builder);
        value.AppendDefault(builder);
        return null;
    }
}

/// <summary>A google.protobuf.Timestamp as TIMESTAMP or TIMESTAMP_LTZ.</summary>
sealed class ProtobufTimestampReader(string path, TextType type) : ProtobufValueReader
{
    public const int Seconds = 1;
    public const int Nanos = 2;

    const long SecondsMin = -62_135_596_800;
    const long SecondsMax = 253_402_300_799;
    const int NanosPerSecond = 1_000_000_000;

    static readonly int[] _units = [1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

    public override string? Read(ReadOnlySpan<byte> content, ColumnBuilder builder)
    {
        var cursor = new ProtobufCursor(content);
        var seconds = 0L;
        var nanos = 0;
        while (!cursor.AtEnd)
        {
            if (!cursor.ReadTag(out var number, out var wire))
                return ProtobufMessageReader.Malformed;
            if (wire != ProtobufWire.Varint || number is not (Seconds or Nanos))
            {
                if (!cursor.Skip(number, wire))
                    return ProtobufMessageReader.Malformed;
                continue;
            }
            if (!cursor.ReadVarint(out var bits))
                return ProtobufMessageReader.Malformed;
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
