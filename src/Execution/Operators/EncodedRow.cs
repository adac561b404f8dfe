using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.State.Codec;

namespace SqlStream.Execution.Operators;

/// <summary>One row of a batch as the state keeps it, for operators that drop most rows before they need them so.</summary>
sealed class EncodedRow
{
    readonly ByteBuffer _bytes = new();

    /// <summary>The index-th row that counts. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Of(Batch batch, int index)
    {
        _bytes.Clear();
        KeyEncoder.Encode(batch.Columns, batch.StoredRow(index), _bytes);
        return _bytes.Written;
    }
}
