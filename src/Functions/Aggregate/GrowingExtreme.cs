using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;

namespace SqlStream.Functions.Aggregate;

/// <summary>MIN or MAX of strings and BOOLEAN values that are never taken away.</summary>
sealed class GrowingExtreme(bool isMax) : BlobAggregate
{
    public override void Accumulate(IBlobState state, ReadOnlySpan<Column> arguments, int row, RowKind kind)
    {
        Check.That(kind is RowKind.Insert or RowKind.UpdateAfter);
        if (arguments[0].IsNull(row))
            return;
        Span<byte> scratch = stackalloc byte[OrderedKey.FixedBytesMax];
        var key = OrderedKey.Encode(arguments[0], row, scratch);
        if (!GrowingValue.TryGet(state, out var current) || Wins(key.SequenceCompareTo(current)))
            GrowingValue.Put(state, key);
    }

    public override void Emit(IBlobState state, ColumnBuilder result) => GrowingValue.Emit(state, result);

    bool Wins(int comparison) => isMax ? comparison > 0 : comparison < 0;
}
