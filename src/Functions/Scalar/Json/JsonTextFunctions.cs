using System.Text.Json;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Functions.Json;
using SqlStream.Functions.Patterns;

namespace SqlStream.Functions.Scalar.Json;

/// <summary>JSON_QUOTE, JSON_UNQUOTE and JSON.</summary>
static class JsonTextFunctions
{
    /// <summary>JSON_QUOTE(string): the string as JSON, in ASCII characters alone.</summary>
    public static ScalarFunction Quote() =>
        new TextFunction<QuoteOp>("JSON_QUOTE", "JSON_QUOTE(string) -> STRING", [Parameter.Text]);

    /// <summary>JSON_UNQUOTE(string): what a JSON string stands for; any other text is left as it is.</summary>
    public static ScalarFunction Unquote() =>
        new TextFunction<UnquoteOp>("JSON_UNQUOTE", "JSON_UNQUOTE(string) -> STRING", [Parameter.Text]);

    /// <summary>JSON(string): the JSON text without blanks, which JSON_OBJECT and JSON_ARRAY take as it is; NULL for a blank string, an error
    /// where it is no JSON.</summary>
    public static ScalarFunction Json() =>
        new TextFunction<JsonOp>("JSON", "JSON(string) -> STRING", [Parameter.Text], mayGiveNull: true);

    readonly struct QuoteOp : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            var text = arguments.Text(0, row);
            // A character of two bytes or more becomes \uXXXX, or two of them.
            var target = output.Reserve((text.Length * 6) + 2);
            var used = 0;
            target[used++] = (byte)'"';
            Span<char> units = stackalloc char[2];
            for (var i = 0; i < text.Length; i += Kernels.Utf8.Length(text, i))
            {
                var rune = Kernels.Utf8.At(text, i);
                var escape = rune.Value switch { '"' or '\\' or '/' => (char)rune.Value, '\b' => 'b', '\f' => 'f', '\n' => 'n', '\r' => 'r', '\t' => 't', _ => '\0' };
                if (escape != 0)
                {
                    target[used++] = (byte)'\\';
                    target[used++] = (byte)escape;
                }
                else if (rune.Value is >= 0x20 and < 0x80)
                {
                    target[used++] = (byte)rune.Value;
                }
                else
                {
                    foreach (var unit in units[..rune.EncodeToUtf16(units)])
                        used += WriteUnit(unit, target[used..]);
                }
            }
            target[used++] = (byte)'"';
            output.Commit(used);
            return true;
        }

        static int WriteUnit(char unit, Span<byte> target)
        {
            "\\u"u8.CopyTo(target);
            Convert.TryToHexStringLower([(byte)(unit >> 8), (byte)unit], target[2..], out _);
            return 6;
        }
    }

    readonly struct UnquoteOp : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            var text = arguments.Text(0, row);
            if (!text.StartsWith("\""u8) || JsonText.KindOf(text) != JsonKind.Scalar)
            {
                output.Append(text);
                return true;
            }
            var reader = new Utf8JsonReader(text, JsonText.Reading);
            reader.Read();
            output.Commit(reader.CopyString(output.Reserve(text.Length)));
            return true;
        }
    }

    readonly struct JsonOp : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            var text = arguments.Text(0, row).Trim(" \t\r\n"u8);
            if (text.IsEmpty)
                return false;
            using var document = JsonDocuments.TryParse(text) ?? throw FunctionErrors.InvalidJson(text);
            using var printed = new ByteText(text.Length);
            JsonText.Append(printed, document.RootElement);
            output.Append(printed.Span);
            return true;
        }
    }
}
