using System.Buffers;
using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Tests;

/// <summary>Decodes and encodes texts through a format.</summary>
static class Decoding
{
    /// <summary>The rows of a text, or the first error.</summary>
    public static string Decode(string format, ConnectorTable table, string text) =>
        Decode(format, table, Encoding.UTF8.GetBytes(text));

    public static string Decode(string format, ConnectorTable table, ReadOnlySpan<byte> text)
    {
        var pool = new ColumnPool(poison: true);
        var columns = Enumerable.Range(0, table.Schema.Count).ToList();
        var result = new List<string>();
        using (var rows = new BatchBuilder(table.Schema, pool))
        {
            var decoder = Table.FileFormat(format).CreateDecoder(table, columns);
            while (!text.IsEmpty)
            {
                var length = decoder.FindRecordEnd(text, true);
                var before = rows.Rows;
                if (decoder.Decode(text[..length], rows) is { } problem)
                {
                    Assert.Equal(before, rows.Rows);
                    result.Add("error: " + problem);
                }
                text = text[length..];
            }
            var batch = rows.Build();
            result.InsertRange(0, Rows.Text(batch));
            batch.Release();
        }
        Assert.Equal(0, pool.Outstanding);
        return string.Join("\n", result);
    }

    public static string Encode(string format, ConnectorTable table, Batch batch)
    {
        var encoder = Table.FileFormat(format).CreateEncoder(table);
        var output = new ArrayBufferWriter<byte>();
        output.Write(encoder.FileHeader.Span);
        for (var row = 0; row < batch.StoredRows; row++)
            encoder.Encode(batch, row, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>A batch of one kind of rows from plan values.</summary>
    public static Batch Batch(ConnectorTable table, ColumnPool pool, params object?[][] rows)
    {
        using var builder = new BatchBuilder(table.Schema, pool);
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Length; i++)
                PlanValue.Append(builder[i], row[i]);
            builder.EndRow();
        }
        return builder.Build();
    }
}
