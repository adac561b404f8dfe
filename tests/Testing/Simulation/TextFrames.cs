using System.Buffers.Binary;
using System.Buffers;
using System.Text;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;
using SqlStream.Goldens;

namespace SqlStream.Testing.Simulation;

/// <summary>Output frames that hold rows as text: length, bytes, length, bytes.</summary>
public sealed class TextFrames : ISinkEncoder
{
    public void Encode(Batch batch, IBufferWriter<byte> output)
    {
        for (var i = 0; i < batch.Rows; i++)
        {
            var text = Encoding.UTF8.GetBytes(BatchText.FormatRow(batch, batch.StoredRow(i)));
            BinaryPrimitives.WriteInt32LittleEndian(output.GetSpan(4), text.Length);
            output.Advance(4);
            output.Write(text);
        }
    }

    /// <summary>The rows of a frame.</summary>
    public static IEnumerable<string> Rows(ReadOnlyMemory<byte> frame)
    {
        for (var rest = frame; rest.Length > 0;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(rest.Span);
            yield return Encoding.UTF8.GetString(rest.Span.Slice(4, length));
            rest = rest[(4 + length)..];
        }
    }

    public void Dispose()
    {
    }
}
