using System.Globalization;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Scalar.Numbers;

/// <summary>BIN(integer): the binary digits, of a number below zero its 64 bits. UNHEX(string): the bytes of hexadecimal digits.</summary>
static class BaseFunctions
{
    public static ScalarFunction Bin() => new TextFunction<BinOp>("BIN", "BIN(integer) -> STRING", [Parameter.BigInt]);

    /// <summary>Of an odd number of digits the first one is dropped and counts as a zero byte, as in Flink; NULL where a character is no
    /// digit.</summary>
    public static ScalarFunction Unhex() =>
        new TextFunction<UnhexOp>("UNHEX", "UNHEX(string) -> BYTES", [Parameter.Text], mayGiveNull: true, returns: SqlType.Bytes);

    readonly struct BinOp : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            ((ulong)arguments.Long(0, row)).TryFormat(output.Reserve(64), out var written, "b", CultureInfo.InvariantCulture);
            output.Commit(written);
            return true;
        }
    }

    readonly struct UnhexOp : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            var digits = arguments.Text(0, row);
            var odd = digits.Length & 1;
            if (odd != 0 && !char.IsAsciiHexDigit((char)digits[0]))
                return false;
            var target = output.Reserve((digits.Length / 2) + odd);
            target[..odd].Clear();
            if (Convert.FromHexString(digits[odd..], target[odd..], out _, out var written) != System.Buffers.OperationStatus.Done)
                return false;
            output.Commit(odd + written);
            return true;
        }
    }
}
