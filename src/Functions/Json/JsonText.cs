using System.Text;
using System.Text.Json;
using SqlStream.Functions.Patterns;

namespace SqlStream.Functions.Json;

/// <summary>Kinds of JSON texts that IS JSON tells apart.</summary>
enum JsonKind
{
    /// <summary>No JSON.</summary>
    None,

    /// <summary>A string, number, boolean or null.</summary>
    Scalar,

    /// <summary>An array.</summary>
    Array,

    /// <summary>An object.</summary>
    Object,
}

/// <summary>JSON as text: checks, strings and the form in which results are printed.</summary>
static class JsonText
{
    /// <summary>How deep values may be nested.</summary>
    public const int DepthMax = 256;

    /// <summary>How texts are read: one value, nothing after it, no comments.</summary>
    public static JsonReaderOptions Reading { get; } = new() { MaxDepth = DepthMax };

    /// <summary>How documents are read.</summary>
    public static JsonDocumentOptions Parsing { get; } = new() { MaxDepth = DepthMax };

    /// <summary>What a text is.</summary>
    public static JsonKind KindOf(ReadOnlySpan<byte> text)
    {
        var start = text.TrimStart(" \t\r\n"u8);
        if (start.IsEmpty || !IsStart(start[0]) || !HasWholeCharacters(text))
            return JsonKind.None;
        try
        {
            var reader = new Utf8JsonReader(text, Reading);
            while (reader.Read())
                continue;
        }
        catch (JsonException)
        {
            return JsonKind.None;
        }
        return start[0] switch { (byte)'{' => JsonKind.Object, (byte)'[' => JsonKind.Array, _ => JsonKind.Scalar };
    }

    /// <summary>False if an escape \uD800 to \uDFFF stands for half of a character: such a text cannot be a string of SQL, and counts as no
    /// JSON.</summary>
    public static bool HasWholeCharacters(ReadOnlySpan<byte> text)
    {
        var wantsLow = false;
        for (var i = text.IndexOf((byte)'\\'); i >= 0 && i < text.Length; i++)
        {
            var unit = text[i] == '\\' && i + 5 < text.Length && text[i + 1] == 'u' ? Unit(text.Slice(i + 2, 4)) : 0;
            var isLow = unit is >= 0xDC00 and <= 0xDFFF;
            if (isLow != wantsLow)
                return false;
            wantsLow = unit is >= 0xD800 and <= 0xDBFF;
            // Past the escape: of a backslash the character after it means nothing by itself.
            i += unit > 0 ? 5 : text[i] == '\\' ? 1 : 0;
        }
        return !wantsLow;
    }

    static int Unit(ReadOnlySpan<byte> digits) =>
        System.Buffers.Text.Utf8Parser.TryParse(digits, out int unit, out var used, 'x') && used == 4 ? unit : 0;

    /// <summary>Appends a string in quotes, with escapes where JSON needs them.</summary>
    public static void AppendString(ByteText output, ReadOnlySpan<byte> text)
    {
        output.Append((byte)'"');
        foreach (var value in text)
        {
            if (value >= 0x20 && value is not ((byte)'"' or (byte)'\\'))
            {
                output.Append(value);
                continue;
            }
            switch (value)
            {
                case (byte)'"': output.Append("\\\""u8); break;
                case (byte)'\\': output.Append("\\\\"u8); break;
                case (byte)'\b': output.Append("\\b"u8); break;
                case (byte)'\f': output.Append("\\f"u8); break;
                case (byte)'\n': output.Append("\\n"u8); break;
                case (byte)'\r': output.Append("\\r"u8); break;
                case (byte)'\t': output.Append("\\t"u8); break;
                default: output.Append(Encoding.ASCII.GetBytes($"\\u{(int)value:X4}")); break;
            }
        }
        output.Append((byte)'"');
    }

    /// <summary>Appends a value without blanks, the members of objects in the order of their names; of equal names the last one
    /// counts.</summary>
    public static void Append(ByteText output, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                AppendObject(output, element);
                break;
            case JsonValueKind.Array:
                output.Append((byte)'[');
                var isFirst = true;
                foreach (var item in element.EnumerateArray())
                {
                    if (!isFirst)
                        output.Append((byte)',');
                    isFirst = false;
                    Append(output, item);
                }
                output.Append((byte)']');
                break;
            case JsonValueKind.String:
                AppendString(output, Encoding.UTF8.GetBytes(element.GetString()!));
                break;
            default:
                output.Append(Encoding.UTF8.GetBytes(element.GetRawText()));
                break;
        }
    }

    /// <summary>The members of an object by name; of equal names the last one counts.</summary>
    public static SortedDictionary<string, JsonElement> Members(JsonElement element)
    {
        var members = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
            members[member.Name] = member.Value;
        return members;
    }

    static void AppendObject(ByteText output, JsonElement element)
    {
        output.Append((byte)'{');
        var isFirst = true;
        foreach (var (name, value) in Members(element))
        {
            if (!isFirst)
                output.Append((byte)',');
            isFirst = false;
            AppendString(output, Encoding.UTF8.GetBytes(name));
            output.Append((byte)':');
            Append(output, value);
        }
        output.Append((byte)'}');
    }

    static bool IsStart(byte value) => value is (byte)'{' or (byte)'[' or (byte)'"' or (byte)'-' or (byte)'t' or (byte)'f' or (byte)'n' or (>= (byte)'0' and <= (byte)'9');
}
