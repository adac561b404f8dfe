using System.Buffers;
using System.Text.Json;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Formats.Json;

/// <summary>Writes the columns of a row as the properties of a JSON object, without white space.</summary>
sealed class JsonObjectWriter
{
    // What must not stand in a string as it is; everything else, all of Unicode included, is written plainly.
    static readonly SearchValues<byte> _special = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(code => (byte)code), (byte)'"', (byte)'\\']);

    readonly byte[][] _names;
    readonly TextType[] _types;
    readonly JsonOptions _options;
    readonly byte _separator;

    public JsonObjectWriter(Schema schema, JsonOptions options)
    {
        _names = [.. schema.Fields.Select(field => System.Text.Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(
            field.Name, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\":"))];
        _types = [.. schema.Fields.Select(field => TextType.Of(field.Type))];
        _options = options;
        _separator = options.IsIso ? (byte)'T' : (byte)' ';
    }

    /// <summary>Appends the object of a stored row.</summary>
    public void Write(Batch batch, int row, RowText text)
    {
        text.Append((byte)'{');
        var isFirst = true;
        for (var i = 0; i < _names.Length; i++)
        {
            var isNull = batch[i].IsNull(row);
            if (isNull && _options.IgnoreNullFields)
                continue;
            if (!isFirst)
                text.Append((byte)',');
            isFirst = false;
            text.Append(_names[i]);
            if (isNull)
                text.Append("null"u8);
            else
                WriteValue(_types[i], batch[i], row, text);
        }
        text.Append((byte)'}');
    }

    void WriteValue(in TextType type, Column column, int row, RowText text)
    {
        switch (type.Kind)
        {
            case TextKind.Characters:
                WriteString(((BytesColumn)column)[row], text);
                break;
            case TextKind.Binary:
                text.Append((byte)'"');
                text.AppendBase64(((BytesColumn)column)[row]);
                text.Append((byte)'"');
                break;
            case TextKind.Double when !double.IsFinite(((FixedColumn<double>)column)[row]):
            case TextKind.Float when !float.IsFinite(((FixedColumn<float>)column)[row]):
            case >= TextKind.Date:
                text.Append((byte)'"');
                text.AppendValue(type, column, row, _separator);
                text.Append((byte)'"');
                break;
            default:
                text.AppendValue(type, column, row, _separator);
                break;
        }
    }

    static void WriteString(ReadOnlySpan<byte> value, RowText text)
    {
        text.Append((byte)'"');
        while (true)
        {
            var plain = value.IndexOfAny(_special);
            if (plain < 0)
                break;
            text.Append(value[..plain]);
            WriteEscape(value[plain], text);
            value = value[(plain + 1)..];
        }
        text.Append(value);
        text.Append((byte)'"');
    }

    static void WriteEscape(byte octet, RowText text)
    {
        text.Append((byte)'\\');
        switch (octet)
        {
            case (byte)'"' or (byte)'\\':
                text.Append(octet);
                break;
            case (byte)'\n':
                text.Append((byte)'n');
                break;
            case (byte)'\r':
                text.Append((byte)'r');
                break;
            case (byte)'\t':
                text.Append((byte)'t');
                break;
            default:
                text.Append("u00"u8);
                text.Append((byte)('0' + (octet >> 4)));
                text.Append("0123456789abcdef"u8[octet & 15]);
                break;
        }
    }
}
