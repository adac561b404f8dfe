using System.Buffers;
using System.Buffers.Binary;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;

namespace SqlStream.Functions.Aggregate;

/// <summary>LISTAGG over rows that are never taken away. Chunk 0 is a version byte, the number of the last chunk and the length of the
/// text; from chunk 1 on the text lies in chunks of about 4 KB, separators included.</summary>
sealed class GrowingList(byte[] separator) : BlobAggregate
{
    const byte Version = 1;
    const int ChunkBytes = 4096;
    const int HeadBytes = 1 + sizeof(int) + sizeof(long);

    public override void Accumulate(IBlobState state, ReadOnlySpan<Column> arguments, int row, RowKind kind)
    {
        Check.That(kind is RowKind.Insert or RowKind.UpdateAfter);
        if (arguments[0].IsNull(row))
            return;
        var value = ((BytesColumn)arguments[0])[row];
        var head = state.Get(0);
        var isFirst = head.IsEmpty;
        var (last, length) = isFirst ? (1, 0L) : Read(head);
        var between = isFirst ? [] : separator;
        if (length + between.Length + value.Length > Scalar.Strings.TextLimits.BytesMax)
            throw FunctionErrors.ResultTooLong("LISTAGG");
        var text = state.Get(last);
        if (text.Length >= ChunkBytes)
        {
            last++;
            text = [];
        }
        Append(state, last, text, between, value);
        Span<byte> changed = stackalloc byte[HeadBytes];
        changed[0] = Version;
        BinaryPrimitives.WriteInt32LittleEndian(changed[1..], last);
        BinaryPrimitives.WriteInt64LittleEndian(changed[5..], length + between.Length + value.Length);
        state.Put(0, changed);
    }

    public override void Emit(IBlobState state, ColumnBuilder result)
    {
        var head = state.Get(0);
        if (head.IsEmpty)
        {
            result.AppendNull();
            return;
        }
        var (last, length) = Read(head);
        var builder = (BytesColumnBuilder)result;
        var target = builder.Reserve((int)length);
        var used = 0;
        for (var chunk = 1; chunk <= last; chunk++)
        {
            var text = state.Get(chunk);
            text.CopyTo(target[used..]);
            used += text.Length;
        }
        builder.Commit(used);
    }

    static (int Last, long Length) Read(ReadOnlySpan<byte> head) =>
        (BinaryPrimitives.ReadInt32LittleEndian(head[1..]), BinaryPrimitives.ReadInt64LittleEndian(head[5..]));

    static void Append(IBlobState state, int chunk, ReadOnlySpan<byte> text, ReadOnlySpan<byte> between, ReadOnlySpan<byte> value)
    {
        var size = text.Length + between.Length + value.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(1, size));
        text.CopyTo(buffer);
        between.CopyTo(buffer.AsSpan(text.Length));
        value.CopyTo(buffer.AsSpan(text.Length + between.Length));
        state.Put(chunk, buffer.AsSpan(0, size));
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
