using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.State.Codec;

/// <summary>Encodes key columns as bytes whose order is the order of the keys (NULL first), and back: one value after the other, as
/// <see cref="ValueCodec"/> has them.</summary>
public static class KeyEncoder
{
    internal const byte ValueMarker = ValueCodec.ValueMarker;

    /// <summary>Appends the key of one stored row.</summary>
    public static void Encode(ReadOnlySpan<Column> columns, int row, ByteBuffer target)
    {
        foreach (var column in columns)
            ValueCodec.Encode(column, row, target);
    }

    /// <summary>Appends the columns of an encoded key to builders of the same types.</summary>
    public static void Decode(ReadOnlySpan<byte> key, ReadOnlySpan<ColumnBuilder> columns)
    {
        foreach (var column in columns)
            ValueCodec.Decode(ref key, column);
        Check.That(key.IsEmpty);
    }

    /// <summary>The text that names the encoding of key types in manifests: types without nullability.</summary>
    public static string TypeText(IEnumerable<SqlType> types)
    {
        var names = new List<string>();
        foreach (var type in types)
            names.Add(type.AllNullable.Name);
        return string.Join(", ", names);
    }

    /// <summary>A signed 64-bit number whose bytes in memory order as the numbers do.</summary>
    internal static ulong Ordered(long value) => ValueCodec.Ordered(value);

    /// <summary>Writes a signed 64-bit number so that byte order is number order.</summary>
    public static void WriteOrdered(Span<byte> target, long value) => ValueCodec.WriteOrdered(target, value);

    /// <summary>Reads what <see cref="WriteOrdered"/> wrote.</summary>
    public static long ReadOrdered(ReadOnlySpan<byte> source) => ValueCodec.ReadOrdered(source);
}
