using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;

namespace SqlStream.Functions.Aggregate;

/// <summary>The first or last of strings, BOOLEAN or nested values that are never taken away.</summary>
sealed class GrowingEdge(bool isLast) : BlobAggregate
{
    public override void Accumulate(IBlobState state, ReadOnlySpan<Column> arguments, int row, RowKind kind)
    {
        Check.That(kind is RowKind.Insert or RowKind.UpdateAfter);
        if (arguments[0].IsNull(row) || (!isLast && GrowingValue.TryGet(state, out _)))
            return;
        Span<byte> scratch = stackalloc byte[OrderedKey.FixedBytesMax];
        GrowingValue.Put(state, OrderedKey.Encode(arguments[0], row, scratch));
    }

    public override void Emit(IBlobState state, ColumnBuilder result) => GrowingValue.Emit(state, result);
}
