using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;

namespace SqlStream.Functions.Aggregate;

/// <summary>The first or last of strings or BOOLEAN values that are never taken away: chunk 0 is a version byte and the value.</summary>
sealed class GrowingEdge(bool isLast) : BlobAggregate
{
    const byte Version = 1;
    const int StackBytes = 256;

    public override void Accumulate(IBlobState state, ReadOnlySpan<Column> arguments, int row, RowKind kind)
    {
        Check.That(kind is RowKind.Insert or RowKind.UpdateAfter);
        if (arguments[0].IsNull(row) || (!isLast && !state.Get(0).IsEmpty))
            return;
        Span<byte> scratch = stackalloc byte[OrderedKey.FixedBytesMax];
        var value = OrderedKey.Encode(arguments[0], row, scratch);
        var bytes = value.Length < StackBytes ? stackalloc byte[value.Length + 1] : new byte[value.Length + 1];
        bytes[0] = Version;
        value.CopyTo(bytes[1..]);
        state.Put(0, bytes);
    }

    public override void Emit(IBlobState state, ColumnBuilder result)
    {
        var current = state.Get(0);
        if (current.IsEmpty)
            result.AppendNull();
        else
            OrderedKey.Append(result, current[1..]);
    }
}
