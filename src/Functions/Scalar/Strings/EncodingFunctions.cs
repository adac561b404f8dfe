using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>Strings to bytes and back: Base64, character sets, UTF-8.</summary>
static class EncodingFunctions
{
    /// <summary>TO_BASE64(string): the UTF-8 bytes in Base64 (RFC 4648).</summary>
    public static ScalarFunction ToBase64() =>
        new TextFunction<ToBase64Op>("TO_BASE64", "TO_BASE64(string) -> STRING", [Parameter.Text]);

    /// <summary>FROM_BASE64(string): an error where the string is no Base64, or holds bytes that are no UTF-8.</summary>
    public static ScalarFunction FromBase64() =>
        new TextFunction<FromBase64Op>("FROM_BASE64", "FROM_BASE64(string) -> STRING", [Parameter.Text]);

    /// <summary>ENCODE(string, charset): what the character set lacks becomes a question mark.</summary>
    public static ScalarFunction Encode() => new TextFunction<EncodeOp>(
        "ENCODE", "ENCODE(string, charset) -> BYTES", [Parameter.Text, Parameter.Text], returns: SqlType.Bytes);

    /// <summary>DECODE(bytes, charset): bytes that are no characters become U+FFFD.</summary>
    public static ScalarFunction Decode() =>
        new TextFunction<DecodeOp>("DECODE", "DECODE(bytes, charset) -> STRING", [Parameter.Binary, Parameter.Text]);

    /// <summary>IS_VALID_UTF8(bytes).</summary>
    public static ScalarFunction IsValidUtf8() =>
        new BoolFunction<IsValidUtf8Op>("IS_VALID_UTF8", "IS_VALID_UTF8(bytes) -> BOOLEAN", [Parameter.Binary]);

    /// <summary>MAKE_VALID_UTF8(bytes): what is no UTF-8 becomes U+FFFD.</summary>
    public static ScalarFunction MakeValidUtf8() =>
        new TextFunction<MakeValidUtf8Op>("MAKE_VALID_UTF8", "MAKE_VALID_UTF8(bytes) -> STRING", [Parameter.Binary]);

    static bool IsUtf8(ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(name, "UTF-8"u8) || Ascii.EqualsIgnoreCase(name, "UTF8"u8);

    static Encoding Find(ReadOnlySpan<byte> name) => Encoding.ASCII.GetString(name).ToUpperInvariant() switch
    {
        "US-ASCII" or "ASCII" => s_ascii,
        "ISO-8859-1" or "LATIN1" => Encoding.Latin1,
        "UTF-8" or "UTF8" => Encoding.UTF8,
        "UTF-16BE" => Encoding.BigEndianUnicode,
        "UTF-16LE" => Encoding.Unicode,
        "UTF-16" => s_marked,
        _ => throw FunctionErrors.CharsetNotSupported(name),
    };

    static readonly Encoding s_ascii =
        Encoding.GetEncoding("us-ascii", new EncoderReplacementFallback("?"), new DecoderReplacementFallback("\uFFFD"));

    // Big-endian, with a mark of the order at the front.
    static readonly Encoding s_marked = new UnicodeEncoding(bigEndian: true, byteOrderMark: true);

    readonly struct ToBase64Op : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            var text = arguments.Text(0, row);
            Base64.EncodeToUtf8(text, output.Reserve(Base64.GetMaxEncodedToUtf8Length(text.Length)), out _, out var written);
            output.Commit(written);
            return true;
        }
    }

    readonly struct FromBase64Op : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            var text = arguments.Text(0, row);
            // Java takes the padding away or leaves it there; .NET wants it.
            var padded = text.Length + ((4 - (text.Length % 4)) % 4);
            var rented = ArrayPool<byte>.Shared.Rent(Math.Max(1, padded));
            text.CopyTo(rented);
            rented.AsSpan(text.Length, padded - text.Length).Fill((byte)'=');
            var target = output.Reserve(Base64.GetMaxDecodedFromUtf8Length(padded));
            var written = 0;
            var status = text.ContainsAny(" \t\r\n"u8) || text.Length % 4 == 1
                ? OperationStatus.InvalidData
                : Base64.DecodeFromUtf8(rented.AsSpan(0, padded), target, out _, out written);
            ArrayPool<byte>.Shared.Return(rented);
            if (status != OperationStatus.Done)
                throw FunctionErrors.InvalidBase64(text);
            if (!Utf8.IsValid(target[..written]))
                throw FunctionErrors.NoText("FROM_BASE64");
            output.Commit(written);
            return true;
        }
    }

    readonly struct EncodeOp : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            if (IsUtf8(arguments.Text(1, row)))
            {
                output.Append(arguments.Text(0, row));
                return true;
            }
            var encoding = Find(arguments.Text(1, row));
            var text = Encoding.UTF8.GetString(arguments.Text(0, row));
            var target = output.Reserve(encoding.GetMaxByteCount(text.Length) + 2);
            var mark = 0;
            if (ReferenceEquals(encoding, s_marked) && text.Length > 0)
            {
                encoding.Preamble.CopyTo(target);
                mark = encoding.Preamble.Length;
            }
            output.Commit(mark + encoding.GetBytes(text, target[mark..]));
            return true;
        }
    }

    readonly struct DecodeOp : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            var bytes = arguments.Text(0, row);
            if (IsUtf8(arguments.Text(1, row)) && Utf8.IsValid(bytes))
            {
                output.Append(bytes);
                return true;
            }
            var encoding = Find(arguments.Text(1, row));
            if (ReferenceEquals(encoding, s_marked))
            {
                if (bytes.StartsWith(Encoding.Unicode.Preamble))
                    encoding = Encoding.Unicode;
                if (bytes.StartsWith(encoding.Preamble))
                    bytes = bytes[2..];
            }
            var text = encoding.GetString(bytes);
            output.Commit(Encoding.UTF8.GetBytes(text, output.Reserve(Encoding.UTF8.GetMaxByteCount(text.Length))));
            return true;
        }
    }

    readonly struct IsValidUtf8Op : IComputation<bool>
    {
        public static bool TryCompute(ReadOnlySpan<Column> arguments, int row, out bool result)
        {
            result = Utf8.IsValid(arguments.Text(0, row));
            return true;
        }
    }

    readonly struct MakeValidUtf8Op : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            var bytes = arguments.Text(0, row);
            if (Utf8.IsValid(bytes))
            {
                output.Append(bytes);
                return true;
            }
            var text = Encoding.UTF8.GetString(bytes);
            output.Commit(Encoding.UTF8.GetBytes(text, output.Reserve(Encoding.UTF8.GetMaxByteCount(text.Length))));
            return true;
        }
    }
}
