using System.Buffers;
using System.Buffers.Binary;
using SqlStream.Core.Functions;

namespace SqlStream.Functions.Aggregate;

/// <summary>Values in the order of their arrival, from which one of a given value can be taken away.</summary>
/// <remarks>Two ordered multisets share the chunks of the group, even and odd ones. One holds <c>number | value</c>, which is the order of
/// arrival. The other one holds <c>length of value | value | number</c>, which finds the oldest of a value. Numbers are 64 bits,
/// big-endian.</remarks>
static class ArrivalList
{
    const int NumberBytes = sizeof(long);
    const int LengthBytes = sizeof(int);

    /// <summary>Adds a value at the end, or takes the oldest equal one away; nothing happens where there is none.</summary>
    public static void Change(IBlobState state, ReadOnlySpan<byte> value, bool isAdded)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(value.Length + NumberBytes + LengthBytes);
        var byNumber = new BlobPart(state, 0);
        var byValue = new BlobPart(state, 1);
        var key = buffer.AsSpan(0, value.Length + NumberBytes + LengthBytes);
        BinaryPrimitives.WriteInt32BigEndian(key, value.Length);
        value.CopyTo(key[LengthBytes..]);
        var number = key[(LengthBytes + value.Length)..];
        if (isAdded)
        {
            BinaryPrimitives.WriteInt64BigEndian(number, NextNumber(byNumber));
            OrderedMultiset.Change(byValue, key, 1);
            AddByNumber(byNumber, number, value, 1);
        }
        else
        {
            number.Clear();
            if (OrderedMultiset.TryGetFrom(byValue, key, out var found)
                && found.Length == key.Length && found[..^NumberBytes].SequenceEqual(key[..^NumberBytes]))
            {
                found[^NumberBytes..].CopyTo(number);
                OrderedMultiset.Change(byValue, key, -1);
                AddByNumber(byNumber, number, value, -1);
            }
        }
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>The value that came first or last; the span is valid until the next call on the state.</summary>
    public static bool TryGetEdge(IBlobState state, bool isLast, out ReadOnlySpan<byte> value)
    {
        var found = OrderedMultiset.TryGetExtreme(new BlobPart(state, 0), isLast, out var key);
        value = found ? key[NumberBytes..] : default;
        return found;
    }

    /// <summary>Visits all values in the order of their arrival; <see cref="ValueOf"/> takes them from the keys.</summary>
    public static void Visit<TVisitor>(IBlobState state, ref TVisitor visitor) where TVisitor : struct, IEntryVisitor =>
        OrderedMultiset.Visit(new BlobPart(state, 0), ref visitor);

    /// <summary>The value of a key that is visited.</summary>
    public static ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> key) => key[NumberBytes..];

    static long NextNumber(BlobPart byNumber) =>
        OrderedMultiset.TryGetExtreme(byNumber, greatest: true, out var last) ? BinaryPrimitives.ReadInt64BigEndian(last) + 1 : 1;

    static void AddByNumber(BlobPart byNumber, ReadOnlySpan<byte> number, ReadOnlySpan<byte> value, int delta)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(number.Length + value.Length);
        number.CopyTo(buffer);
        value.CopyTo(buffer.AsSpan(number.Length));
        OrderedMultiset.Change(byNumber, buffer.AsSpan(0, number.Length + value.Length), delta);
        ArrayPool<byte>.Shared.Return(buffer);
    }
}

/// <summary>Every second chunk of a blob, from the first or the second on.</summary>
sealed class BlobPart(IBlobState state, int part) : IBlobState
{
    public ReadOnlySpan<byte> Get(int chunk) => state.Get((2 * chunk) + part);

    public void Put(int chunk, ReadOnlySpan<byte> value) => state.Put((2 * chunk) + part, value);
}
