using System.Buffers;
using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Tests;

/// <summary>Decodes and encodes single messages through a format.</summary>
static class Messages
{
    /// <summary>The rows of a message, one a line, or the error; null is a message without a payload.</summary>
    public static string Decode(string format, ConnectorTable table, byte[]? message, params int[] columns) =>
        DecodeAll(Table.MessageFormat(format), new MessageTable(table), [message], columns);

    public static string Decode(string format, ConnectorTable table, string message, params int[] columns) =>
        Decode(format, table, Encoding.UTF8.GetBytes(message), columns);

    /// <summary>The rows of messages; no columns are all.</summary>
    public static string DecodeAll(IMessageFormat format, MessageTable messages, byte[]?[] contents, params int[] columns)
    {
        var pool = new ColumnPool(poison: true);
        int[] read = columns.Length > 0 ? columns : [.. Enumerable.Range(0, messages.Table.Schema.Count)];
        var result = new List<string>();
        using (var rows = new BatchBuilder([.. read.Select(column => messages.Table.Schema[column].Type)], pool))
        {
            var decoder = format.CreateMessageDecoder(messages, read);
            foreach (var content in contents)
            {
                if (content is not null)
                    decoder.Prepare(content, CancellationToken.None);
                if ((content is null ? decoder.DecodeNull(rows) : decoder.Decode(content, rows)) is { } problem)
                {
                    Assert.Equal(0, rows.Rows);
                    result.Add("error: " + problem);
                }
                var batch = rows.Build();
                result.AddRange(Rows.Text(batch));
                batch.Release();
            }
        }
        Assert.Equal(0, pool.Outstanding);
        return string.Join("\n", result);
    }

    /// <summary>One message for each row; null is one without a payload.</summary>
    public static byte[]?[] EncodeAll(IMessageFormat format, MessageTable messages, Batch batch, params int[] columns)
    {
        var encoder = format.CreateMessageEncoder(
            messages, columns.Length > 0 ? columns : [.. Enumerable.Range(0, messages.Table.Schema.Count)]);
        encoder.Prepare(CancellationToken.None);
        var output = new ArrayBufferWriter<byte>();
        var contents = new byte[]?[batch.StoredRows];
        for (var row = 0; row < contents.Length; row++)
        {
            output.ResetWrittenCount();
            if (encoder.Encode(batch, row, output))
                contents[row] = output.WrittenSpan.ToArray();
            else
                Assert.Equal(0, output.WrittenCount);
        }
        return contents;
    }

    public static byte[]?[] EncodeAll(string format, ConnectorTable table, Batch batch, params int[] columns) =>
        EncodeAll(Table.MessageFormat(format), new MessageTable(table), batch, columns);
}
