using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Engine.Results;
using SqlStream.Engine.Sessions;

namespace SqlStream.Cli.Output;

/// <summary>JSON: one array, or one object a line. Numbers are numbers, dates and times SQL text, BYTES base64, NaN and infinities
/// strings. On an updating query each object has <c>"op"</c> first.</summary>
sealed class JsonWriter(Session session, TextWriter output, bool isArray) : IResultWriter
{
    static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    Schema _columns = Schema.Empty;
    ResultText? _text;
    bool _isUpdating;
    bool _isFirst;

    public void Begin(Schema columns, bool isUpdating, bool isListing = false)
    {
        _columns = columns;
        _text = session.TextOf(columns);
        _isUpdating = isUpdating;
        _isFirst = true;
        if (isArray)
            output.Write('[');
    }

    public void Write(Batch batch)
    {
        using var buffer = new MemoryStream();
        var position = 0;
        var selection = batch.HasSelection ? batch.Selection.ToArray() : null;
        foreach (var (kind, values) in _text!.Rows(batch))
        {
            var row = selection is null ? position : selection[position];
            position++;
            buffer.SetLength(0);
            using (var json = new Utf8JsonWriter(buffer, _options))
                WriteRow(json, kind, values, batch, row);
            if (isArray)
                output.Write(_isFirst ? "\n" : ",\n");
            _isFirst = false;
            output.Write(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
            if (!isArray)
                output.Write('\n');
        }
        output.Flush();
    }

    public void End()
    {
        if (isArray)
            output.WriteLine(_isFirst ? "]" : "\n]");
        output.Flush();
    }

    void WriteRow(Utf8JsonWriter json, RowKind kind, string?[] values, Batch batch, int row)
    {
        json.WriteStartObject();
        if (_isUpdating)
            json.WriteString("op", kind.Symbol());
        for (var i = 0; i < values.Length; i++)
        {
            json.WritePropertyName(_columns[i].Name);
            WriteValue(json, _columns[i].Type, values[i], batch[i], row);
        }
        json.WriteEndObject();
    }

    static void WriteValue(Utf8JsonWriter json, SqlType type, string? text, Column column, int row)
    {
        if (text is null)
        {
            json.WriteNullValue();
            return;
        }
        switch (type.Kind)
        {
            case SqlTypeKind.Boolean:
                json.WriteBooleanValue(((BoolColumn)column)[row]);
                break;
            case SqlTypeKind.Float or SqlTypeKind.Double:
                var value = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
                if (double.IsFinite(value))
                    json.WriteRawValue(value.ToString("R", CultureInfo.InvariantCulture));
                else
                    json.WriteStringValue(text);
                break;
            case var _ when type.IsNumeric:
                json.WriteRawValue(text);
                break;
            case var _ when type.IsBinary:
                json.WriteBase64StringValue(((BytesColumn)column)[row]);
                break;
            default:
                json.WriteStringValue(text);
                break;
        }
    }
}
