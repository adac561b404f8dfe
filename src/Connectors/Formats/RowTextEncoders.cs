using System.Buffers;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Formats;

/// <summary>Writes a row as text. Not thread-safe.</summary>
interface IRowTextWriter
{
    /// <summary>Appends one stored row of a batch.</summary>
    void Write(Batch batch, int row, RowText text);
}

/// <summary>Rows as lines of a file.</summary>
sealed class LineEncoder(IRowTextWriter writer) : IRowEncoder
{
    readonly RowText _row = new();

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> FileHeader => default;

    /// <inheritdoc/>
    public void Encode(Batch batch, int row, IBufferWriter<byte> output)
    {
        writer.Write(batch, row, _row);
        _row.Append((byte)'\n');
        _row.MoveTo(output);
    }
}

/// <summary>Rows as messages.</summary>
sealed class TextMessageEncoder(IRowTextWriter writer) : IMessageEncoder
{
    readonly RowText _row = new();

    /// <inheritdoc/>
    public bool Encode(Batch batch, int row, IBufferWriter<byte> output)
    {
        writer.Write(batch, row, _row);
        _row.MoveTo(output);
        return true;
    }
}
