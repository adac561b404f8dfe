using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;

namespace SqlStream.Functions.Aggregate;

/// <summary>MIN or MAX over an input that takes rows away: all values with their counts, ordered.</summary>
sealed class RetractingExtreme(bool isMax) : BlobAggregate
{
    public override void Accumulate(IBlobState state, ReadOnlySpan<Column> arguments, int row, RowKind kind)
    {
        if (arguments[0].IsNull(row))
            return;
        Span<byte> scratch = stackalloc byte[OrderedKey.FixedBytesMax];
        OrderedMultiset.Change(state, OrderedKey.Encode(arguments[0], row, scratch), RowLoop.Sign(kind));
    }

    public override void Emit(IBlobState state, ColumnBuilder result)
    {
        if (OrderedMultiset.TryGetExtreme(state, isMax, out var key))
            OrderedKey.Append(result, key);
        else
            result.AppendNull();
    }
}
