using System.Buffers;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.FileSystem;

/// <summary>Rows of a table that is not partitioned, one after the other.</summary>
sealed class FileRowEncoder(IRowEncoder rows) : ISinkEncoder
{
    public void Encode(Batch batch, IBufferWriter<byte> output)
    {
        for (var i = 0; i < batch.Rows; i++)
            rows.Encode(batch, batch.StoredRow(i), output);
    }

    public void Dispose()
    {
        // The row encoder holds nothing.
    }
}
