using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;

namespace SqlStream.Functions.Aggregate;

/// <summary>FIRST_VALUE or LAST_VALUE over an input that takes rows away: all values in the order of their arrival.</summary>
sealed class RetractingEdge(bool isLast) : BlobAggregate
{
    public override void Accumulate(IBlobState state, ReadOnlySpan<Column> arguments, int row, RowKind kind)
    {
        if (arguments[0].IsNull(row))
            return;
        Span<byte> scratch = stackalloc byte[OrderedKey.FixedBytesMax];
        ArrivalList.Change(state, OrderedKey.Encode(arguments[0], row, scratch), RowLoop.Sign(kind) > 0);
    }

    public override void Emit(IBlobState state, ColumnBuilder result)
    {
        if (ArrivalList.TryGetEdge(state, isLast, out var value))
            OrderedKey.Append(result, value);
        else
            result.AppendNull();
    }
}
