using System.Buffers;
using System.Text;
using System.Text.Unicode;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>URL_ENCODE and URL_DECODE in the form of HTML forms (application/x-www-form-urlencoded), as Java has it: a blank is a plus.</summary>
static class UrlFunctions
{
    static readonly SearchValues<byte> s_plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-*_"u8);

    public static ScalarFunction UrlEncode() =>
        new TextFunction<EncodeOp>("URL_ENCODE", "URL_ENCODE(string) -> STRING", [Parameter.Text]);

    /// <summary>NULL where a percent sign is not followed by two hexadecimal digits.</summary>
    public static ScalarFunction UrlDecode() =>
        new TextFunction<DecodeOp>("URL_DECODE", "URL_DECODE(string) -> STRING", [Parameter.Text], mayGiveNull: true);

    readonly struct EncodeOp : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            var text = arguments.Text(0, row);
            var target = output.Reserve(text.Length * 3);
            var used = 0;
            foreach (var value in text)
            {
                if (s_plain.Contains(value))
                {
                    target[used++] = value;
                }
                else if (value == ' ')
                {
                    target[used++] = (byte)'+';
                }
                else
                {
                    target[used++] = (byte)'%';
                    Convert.TryToHexString([value], target[used..], out var written);
                    used += written;
                }
            }
            output.Commit(used);
            return true;
        }
    }

    readonly struct DecodeOp : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            var text = arguments.Text(0, row);
            var target = output.Reserve(text.Length * 3);
            var used = 0;
            for (var i = 0; i < text.Length; i++)
            {
                if (text[i] != '%')
                {
                    target[used++] = text[i] == '+' ? (byte)' ' : text[i];
                    continue;
                }
                if (i + 2 >= text.Length || Convert.FromHexString(text.Slice(i + 1, 2), target[used..], out _, out _) != OperationStatus.Done)
                    return false;
                used++;
                i += 2;
            }
            if (!Utf8.IsValid(target[..used]))
                used = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(target[..used]), target);
            output.Commit(used);
            return true;
        }
    }
}
