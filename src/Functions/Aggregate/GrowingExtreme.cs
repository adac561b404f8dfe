using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;

namespace SqlStream.Functions.Aggregate;

/// <summary>MIN or MAX of strings and BOOLEAN values that are never taken away: chunk 0 is a version byte and the
/// ordered key.</summary>
sealed class GrowingExtreme(bool isMax) : BlobAggregate
{
    const byte Version = 1;
    const int StackBytes = 256;

    public override void Accumulate(IBlobState state, ReadOnlySpan<Column> arguments, int row, RowKind kind)
    {
        Check.That(kind is RowKind.Insert or RowKind.UpdateAfter);
        if (arguments[0].IsNull(row))
            return;
        Span<byte> scratch = stackalloc byte[OrderedKey.FixedBytesMax];
        var key = OrderedKey.Encode(arguments[0], row, scratch);
        var current = state.Get(0);
        if (!current.IsEmpty && !Wins(key.SequenceCompareTo(current[1..])))
            return;
        var bytes = key.Length < StackBytes ? stackalloc byte[key.Length + 1] : new byte[key.Length + 1];
        bytes[0] = Version;
        key.CopyTo(bytes[1..]);
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

    bool Wins(int comparison) => isMax ? comparison > 0 : comparison < 0;
}
