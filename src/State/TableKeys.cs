using System.Buffers.Binary;

namespace SqlStream.State;

/// <summary>Which full keys are those of a table.</summary>
static class TableKeys
{
    /// <summary>The range of a table's keys; an empty upper bound means the end of the map.</summary>
    public static (byte[] From, byte[] ToExclusive) Of(ushort tableId)
    {
        var from = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(from, tableId);
        if (tableId == ushort.MaxValue)
            return (from, []);
        var toExclusive = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(toExclusive, (ushort)(tableId + 1));
        return (from, toExclusive);
    }
}
