using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Core.Columns;

/// <summary>The one hash of rows: for shuffling, key groups and hash tables. It is the same on every machine and in every
/// version (state depends on it): finalizer of MurmurHash3 over 64-bit values, multiply-and-fold over byte strings.</summary>
public static class RowHash
{
    const ulong Seed = 0x9E3779B97F4A7C15;
    const ulong NullHash = 0xA0761D6478BD642F;

    /// <summary>Hashes rows over the given columns; <paramref name="hashes"/> has one place a row. No columns give a constant.</summary>
    public static void Compute(ReadOnlySpan<Column> columns, Span<ulong> hashes)
    {
        hashes.Fill(Seed);
        foreach (var column in columns)
            Mix(column, hashes);
    }

    /// <summary>The key group's 32 bits of a hash.</summary>
    public static uint Stable32(ulong hash) => (uint)(hash >> 32);

    /// <summary>Hash of a byte string.</summary>
    public static ulong OfBytes(ReadOnlySpan<byte> bytes)
    {
        var hash = Seed ^ (ulong)bytes.Length;
        while (bytes.Length >= 8)
        {
            hash = Fold(hash ^ MemoryMarshal.Read<ulong>(bytes));
            bytes = bytes[8..];
        }
        if (bytes.IsEmpty)
            return Finish(hash);
        ulong tail = 0;
        for (var i = 0; i < bytes.Length; i++)
            tail |= (ulong)bytes[i] << (8 * i);
        return Finish(Fold(hash ^ tail));
    }

    static void Mix(Column column, Span<ulong> hashes)
    {
        switch (column)
        {
            case FixedColumn<long> values: MixFixed(values, hashes, new FromInt64()); break;
            case FixedColumn<int> values: MixFixed(values, hashes, new FromInt32()); break;
            case FixedColumn<short> values: MixFixed(values, hashes, new FromInt16()); break;
            case FixedColumn<sbyte> values: MixFixed(values, hashes, new FromInt8()); break;
            case FixedColumn<double> values: MixFixed(values, hashes, new FromDouble()); break;
            case FixedColumn<float> values: MixFixed(values, hashes, new FromSingle()); break;
            case FixedColumn<Int128> values: MixFixed(values, hashes, new FromInt128()); break;
            case BoolColumn values: MixBools(values, hashes); break;
            case BytesColumn values: MixBytes(values, hashes); break;
            case RowColumn or ListColumn or MapColumn: MixNested(column, hashes); break;
            default: throw new EngineBugException($"column {column.GetType().Name} has no hash");
        }
    }

    static void MixFixed<T, TBits>(FixedColumn<T> column, Span<ulong> hashes, TBits bits)
        where T : unmanaged where TBits : struct, IBits<T>
    {
        var values = column.Values;
        if (column.IsConstant || column.MayHaveNulls)
        {
            for (var i = 0; i < hashes.Length; i++)
                hashes[i] = Combine(hashes[i], column.IsNull(i) ? NullHash : bits.Of(column[i]));
            return;
        }
        values = values[..hashes.Length];
        for (var i = 0; i < values.Length; i++)
            hashes[i] = Combine(hashes[i], bits.Of(values[i]));
    }

    static void MixBools(BoolColumn column, Span<ulong> hashes)
    {
        for (var i = 0; i < hashes.Length; i++)
            hashes[i] = Combine(hashes[i], column.IsNull(i) ? NullHash : column[i] ? 1UL : 2UL);
    }

    static void MixBytes(BytesColumn column, Span<ulong> hashes)
    {
        for (var i = 0; i < hashes.Length; i++)
            hashes[i] = Combine(hashes[i], column.IsNull(i) ? NullHash : OfBytes(column[i]));
    }

    static void MixNested(Column column, Span<ulong> hashes)
    {
        for (var i = 0; i < hashes.Length; i++)
            hashes[i] = Combine(hashes[i], OfValue(column, i));
    }

    /// <summary>Hash of one value; equal values (<see cref="ColumnValues.AreEqual"/>) of one type have equal hashes.</summary>
    public static ulong OfValue(Column column, int row)
    {
        if (column.IsNull(row))
            return NullHash;
        return column switch
        {
            FixedColumn<long> values => default(FromInt64).Of(values[row]),
            FixedColumn<int> values => default(FromInt32).Of(values[row]),
            FixedColumn<short> values => default(FromInt16).Of(values[row]),
            FixedColumn<sbyte> values => default(FromInt8).Of(values[row]),
            FixedColumn<double> values => default(FromDouble).Of(values[row]),
            FixedColumn<float> values => default(FromSingle).Of(values[row]),
            FixedColumn<Int128> values => default(FromInt128).Of(values[row]),
            BoolColumn values => values[row] ? 1UL : 2UL,
            BytesColumn values => OfBytes(values[row]),
            RowColumn values => OfRow(values, values.Stored(row)),
            ListColumn values => OfList(values.Elements, values[row]),
            MapColumn values => OfMap(values, values[row]),
            _ => throw new EngineBugException($"column {column.GetType().Name} has no hash"),
        };
    }

    static ulong OfRow(RowColumn column, int stored)
    {
        var hash = Seed;
        foreach (var field in column.Fields)
            hash = Combine(hash, OfValue(field, stored));
        return hash;
    }

    static ulong OfList(Column elements, (int Start, int Count) range)
    {
        var hash = Seed ^ (ulong)range.Count;
        for (var i = range.Start; i < range.Start + range.Count; i++)
            hash = Combine(hash, OfValue(elements, i));
        return hash;
    }

    // A sum: the order of the entries means nothing.
    static ulong OfMap(MapColumn column, (int Start, int Count) range)
    {
        var sum = (ulong)range.Count;
        for (var i = range.Start; i < range.Start + range.Count; i++)
            sum += Combine(Finish(OfValue(column.Keys, i) ^ Seed), OfValue(column.Values, i));
        return Finish(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Combine(ulong hash, ulong value) => Finish(hash ^ value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Finish(ulong hash)
    {
        hash ^= hash >> 33;
        hash *= 0xFF51AFD7ED558CCD;
        hash ^= hash >> 33;
        hash *= 0xC4CEB9FE1A85EC53;
        hash ^= hash >> 33;
        return hash;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Fold(ulong value)
    {
        var high = Math.BigMul(value, 0xE7037ED1A0B428DB, out var low);
        return high ^ low;
    }

    interface IBits<T>
    {
        ulong Of(T value);
    }

    struct FromInt64 : IBits<long>
    {
        public ulong Of(long value) => (ulong)value;
    }

    struct FromInt32 : IBits<int>
    {
        public ulong Of(int value) => (ulong)(long)value;
    }

    struct FromInt16 : IBits<short>
    {
        public ulong Of(short value) => (ulong)(long)value;
    }

    struct FromInt8 : IBits<sbyte>
    {
        public ulong Of(sbyte value) => (ulong)(long)value;
    }

    struct FromDouble : IBits<double>
    {
        // Minus zero equals zero in SQL, and all NaNs are one group.
        public ulong Of(double value) => double.IsNaN(value) ? 0x7FF8UL << 48 : (ulong)BitConverter.DoubleToInt64Bits(value + 0.0);
    }

    struct FromSingle : IBits<float>
    {
        public ulong Of(float value) => float.IsNaN(value) ? 0x7FC0UL << 16 : BitConverter.SingleToUInt32Bits(value + 0.0f);
    }

    struct FromInt128 : IBits<Int128>
    {
        public ulong Of(Int128 value) => (ulong)value ^ BitOperations.RotateLeft(Finish((ulong)(value >> 64)), 17);
    }
}
