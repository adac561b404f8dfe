using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Engine.Results;
using SqlStream.Engine.Sessions;

namespace SqlStream.Server.Sessions;

/// <summary>Turns rows into JSON arrays: of values as they are, or of their texts.</summary>
sealed class RowEncoder
{
    static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    readonly ArrayBufferWriter<byte> _buffer = new();
    readonly ResultText? _text;
    readonly ResultJson? _json;

    /// <summary>For rows of a session.</summary>
    public RowEncoder(Session session, Schema schema, bool asText)
    {
        if (asText)
            _text = session.TextOf(schema);
        else
            _json = session.JsonOf(schema);
    }

    /// <summary>The rows of a batch.</summary>
    public List<WireRow> Encode(Batch batch)
    {
        var rows = new List<WireRow>(batch.Rows);
        using var json = new Utf8JsonWriter(_buffer, _options);
        if (_text is not null)
        {
            foreach (var (kind, values) in _text.Rows(batch))
                rows.Add(new WireRow(kind, Row(json, writer => WriteTexts(writer, values))));
        }
        else
        {
            _json!.Write(batch, (kind, write) => rows.Add(new WireRow(kind, Row(json, write))), withNames: false);
        }
        return rows;
    }

    /// <summary>The rows of a short table.</summary>
    public List<WireRow> Encode(TableResult table)
    {
        using var rows = new BatchBuilder(table.Columns, new ColumnPool());
        foreach (var row in table.Rows)
        {
            for (var i = 0; i < row.Count; i++)
                PlanValue.Append(rows[i], row[i]);
            rows.EndRow();
        }
        var batch = rows.Build();
        try
        {
            return Encode(batch);
        }
        finally
        {
            batch.Release();
        }
    }

    byte[] Row(Utf8JsonWriter json, Action<Utf8JsonWriter> write)
    {
        _buffer.ResetWrittenCount();
        json.Reset();
        json.WriteStartArray();
        write(json);
        json.WriteEndArray();
        json.Flush();
        return _buffer.WrittenSpan.ToArray();
    }

    static void WriteTexts(Utf8JsonWriter json, string?[] values)
    {
        foreach (var value in values)
            json.WriteStringValue(value);
    }
}
