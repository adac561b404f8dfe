using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Engine.Results;
using SqlStream.Engine.Sessions;

namespace SqlStream.Cli.Output;

/// <summary>JSON: one array, or one object a line, with values as <see cref="ResultJson"/> writes them. On an updating query each object has
/// <c>"op"</c> first.</summary>
sealed class JsonWriter(Session session, TextWriter output, bool isArray) : IResultWriter
{
    static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    ResultJson? _json;
    bool _isUpdating;
    bool _isFirst;

    public void Begin(Schema columns, bool isUpdating, bool isListing = false)
    {
        _json = session.JsonOf(columns);
        _isUpdating = isUpdating;
        _isFirst = true;
        if (isArray)
            output.Write('[');
    }

    public void Write(Batch batch)
    {
        using var buffer = new MemoryStream();
        _json!.Write(batch, (kind, write) =>
        {
            buffer.SetLength(0);
            using (var json = new Utf8JsonWriter(buffer, _options))
                WriteRow(json, kind, write);
            if (isArray)
                output.Write(_isFirst ? "\n" : ",\n");
            _isFirst = false;
            output.Write(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
            if (!isArray)
                output.Write('\n');
        });
        output.Flush();
    }

    public void End()
    {
        if (isArray)
            output.WriteLine(_isFirst ? "]" : "\n]");
        output.Flush();
    }

    void WriteRow(Utf8JsonWriter json, RowKind kind, Action<Utf8JsonWriter> write)
    {
        json.WriteStartObject();
        if (_isUpdating)
            json.WriteString("op", kind.Symbol());
        write(json);
        json.WriteEndObject();
    }
}
