using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using SqlStream.Core.Rows;

namespace SqlStream.Cli.Output;

/// <summary>JSON: one array, or one object a line, with values as docs/shell.md says. On an updating query each object has
/// <c>"op"</c> first.</summary>
sealed class JsonWriter(TextWriter output, bool isArray) : IResultWriter
{
    static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly ArrayBufferWriter<byte> _buffer = new();
    bool _isUpdating;
    bool _isFirst;

    public void Begin(IReadOnlyList<ResultColumn> columns, bool isUpdating, bool isListing = false)
    {
        _isUpdating = isUpdating;
        _isFirst = true;
        if (isArray)
            output.Write('[');
    }

    public void Write(IResultBatch batch)
    {
        _buffer.ResetWrittenCount();
        using var json = new Utf8JsonWriter(_buffer, _options);
        batch.Json((kind, write) =>
        {
            if (isArray)
                _buffer.Write(_isFirst ? "\n"u8 : ",\n"u8);
            _isFirst = false;
            json.Reset();
            WriteRow(json, kind, write);
            json.Flush();
            if (!isArray)
                _buffer.Write("\n"u8);
        });
        WriteText(_buffer.WrittenSpan);
        output.Flush();
    }

    public void End()
    {
        if (isArray)
            output.WriteLine(_isFirst ? "]" : "\n]");
        output.Flush();
    }

    void WriteText(ReadOnlySpan<byte> bytes)
    {
        var text = ArrayPool<char>.Shared.Rent(Encoding.UTF8.GetMaxCharCount(bytes.Length));
        var length = Encoding.UTF8.GetChars(bytes, text);
        output.Write(text.AsSpan(0, length));
        ArrayPool<char>.Shared.Return(text);
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
