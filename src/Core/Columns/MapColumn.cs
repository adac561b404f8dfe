using System.Runtime.InteropServices;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Core.Columns;

/// <summary>MAP values: offsets into two child columns that hold the keys and the values of the entries of all rows. A MULTISET is a map
/// of its elements to their counts.</summary>
/// <remarks>The keys of a row are different. The order of its entries means nothing, but is kept where nothing else is said.</remarks>
public sealed class MapColumn : Column
{
    readonly byte[] _offsets;

    /// <summary>Takes over one reference to keys and values, and the buffers, which come from <paramref name="pool"/>;
    /// <paramref name="offsets"/> holds one more 32-bit offset than rows, a NULL row being empty. A null
    /// <paramref name="validity"/> means no NULLs.</summary>
    public MapColumn(
        SqlType type, int length, byte[] offsets, Column keys, Column values, byte[]? validity, ColumnPool pool, bool isConstant = false)
        : base(type, length, isConstant, validity, pool)
    {
        _offsets = offsets;
        Keys = keys;
        Values = values;
        Check.That(Offsets[StoredLength] == keys.Length);
        Check.That(keys.Length == values.Length);
    }

    /// <summary>The keys of all stored rows.</summary>
    public Column Keys { get; }

    /// <summary>Their values.</summary>
    public Column Values { get; }

    /// <summary>The entries of row i are those from <c>Offsets[i]</c> up to <c>Offsets[i + 1]</c>.</summary>
    public ReadOnlySpan<int> Offsets => MemoryMarshal.Cast<byte, int>(_offsets)[..(StoredLength + 1)];

    /// <summary>Where the entries of a row begin, and how many there are; none where it is NULL.</summary>
    public (int Start, int Count) this[int row]
    {
        get
        {
            var stored = IsConstant ? 0 : row;
            var offsets = MemoryMarshal.Cast<byte, int>(_offsets);
            return (offsets[stored], offsets[stored + 1] - offsets[stored]);
        }
    }

    /// <summary>The types of keys and values of a MAP or MULTISET.</summary>
    public static (SqlType Key, SqlType Value) EntryTypes(SqlType type) => type switch
    {
        MapType map => (map.Key, map.Value),
        CollectionType { Kind: SqlTypeKind.Multiset } multiset => (multiset.Element, CollectionType.CountType),
        _ => throw new EngineBugException($"type {type} has no entries"),
    };

    private protected override long ValueBytes => ((StoredLength + 1L) * sizeof(int)) + Keys.ByteSize + Values.ByteSize;

    private protected override Column MakeConstant(int length, byte[]? validity, ColumnPool pool) =>
        new MapColumn(Type, length, _offsets, Keys, Values, validity, pool, isConstant: true);

    private protected override void ReturnBuffers(ColumnPool pool)
    {
        pool.Return(_offsets);
        Keys.Release();
        Values.Release();
    }
}
