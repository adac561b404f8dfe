using System.Runtime.InteropServices;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Core.Columns;

/// <summary>ARRAY values: offsets into one child column that holds the elements of all rows.</summary>
public sealed class ListColumn : Column
{
    readonly byte[] _offsets;

    /// <summary>Takes over one reference to the elements, and the buffers, which come from <paramref name="pool"/>;
    /// <paramref name="offsets"/> holds one more 32-bit offset than values, a NULL row being empty. A null
    /// <paramref name="validity"/> means no NULLs.</summary>
    public ListColumn(
        SqlType type, int length, byte[] offsets, Column elements, byte[]? validity, ColumnPool pool, bool isConstant = false)
        : base(type, length, isConstant, validity, pool)
    {
        _offsets = offsets;
        Elements = elements;
        Check.That(Offsets[StoredLength] == elements.Length);
    }

    /// <summary>The elements of all stored rows.</summary>
    public Column Elements { get; }

    /// <summary>The elements of row i are those from <c>Offsets[i]</c> up to <c>Offsets[i + 1]</c>.</summary>
    public ReadOnlySpan<int> Offsets => MemoryMarshal.Cast<byte, int>(_offsets)[..(StoredLength + 1)];

    /// <summary>Where the elements of a row begin, and how many there are; none where it is NULL.</summary>
    public (int Start, int Count) this[int row]
    {
        get
        {
            var stored = IsConstant ? 0 : row;
            var offsets = MemoryMarshal.Cast<byte, int>(_offsets);
            return (offsets[stored], offsets[stored + 1] - offsets[stored]);
        }
    }

    private protected override long ValueBytes => ((StoredLength + 1L) * sizeof(int)) + Elements.ByteSize;

    private protected override Column MakeConstant(int length, byte[]? validity, ColumnPool pool) =>
        new ListColumn(Type, length, _offsets, Elements, validity, pool, isConstant: true);

    private protected override void ReturnBuffers(ColumnPool pool)
    {
        pool.Return(_offsets);
        Elements.Release();
    }
}
