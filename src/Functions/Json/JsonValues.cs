using System.Buffers.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Types;
using SqlStream.Functions.Patterns;

namespace SqlStream.Functions.Json;

/// <summary>How a SQL value is written in JSON.</summary>
enum JsonForm
{
    /// <summary>In quotes, with escapes.</summary>
    Text,

    /// <summary>As its text: numbers.</summary>
    Number,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>Base64 in quotes.</summary>
    Bytes,

    /// <summary>It is JSON already.</summary>
    Json,
}

/// <summary>SQL values as JSON.</summary>
static class JsonValues
{
    /// <summary>The form of a type and the type to which values are cast first, or null where it has none.</summary>
    public static (JsonForm Form, SqlType Cast)? Match(SqlType type)
    {
        if (type.IsBinary)
            return (JsonForm.Bytes, type);
        if (Scalar.Parameters.Match(Scalar.Parameter.AnyAsText, type) is not { } text)
            return null;
        return (type.IsNumeric ? JsonForm.Number : type.Kind == SqlTypeKind.Boolean ? JsonForm.Boolean : JsonForm.Text, text);
    }

    /// <summary>Appends the value of a row, which is not NULL.</summary>
    public static void Append(ByteText output, Column column, int row, JsonForm form)
    {
        var bytes = ((BytesColumn)column)[row];
        switch (form)
        {
            case JsonForm.Text:
                JsonText.AppendString(output, bytes);
                break;
            case JsonForm.Boolean:
                output.Append(bytes[0] is (byte)'T' or (byte)'t' ? "true"u8 : "false"u8);
                break;
            case JsonForm.Bytes:
                output.Append((byte)'"');
                Base64.EncodeToUtf8(bytes, output.Reserve(Base64.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out var written);
                output.Commit(written);
                output.Append((byte)'"');
                break;
            case JsonForm.Number when bytes[^1] is not (>= (byte)'0' and <= (byte)'9'):
                // NaN and infinities are no numbers of JSON.
                JsonText.AppendString(output, bytes);
                break;
            default:
                output.Append(bytes);
                break;
        }
    }
}
