using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>UPPER(string), LOWER(string): each character by its simple case mapping, independent of language.</summary>
static class CaseFunctions
{
    public static ScalarFunction Upper() =>
        new TextFunction<UpperOp>("UPPER", "UPPER(string) -> STRING", [Parameter.Text]);

    public static ScalarFunction Lower() =>
        new TextFunction<LowerOp>("LOWER", "LOWER(string) -> STRING", [Parameter.Text]);

    readonly struct UpperOp : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            var text = arguments.Text(0, row);
            // A character may need one byte more in the other case, never twice as many.
            var target = output.Reserve(text.Length * 2);
            if (Ascii.ToUpper(text, target, out var length) != System.Buffers.OperationStatus.Done)
            {
                length = 0;
                for (var i = 0; i < text.Length; i += Kernels.Utf8.Length(text, i))
                    length += Rune.ToUpperInvariant(Kernels.Utf8.At(text, i)).EncodeToUtf8(target[length..]);
            }
            output.Commit(length);
            return true;
        }
    }

    readonly struct LowerOp : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            var text = arguments.Text(0, row);
            var target = output.Reserve(text.Length * 2);
            if (Ascii.ToLower(text, target, out var length) != System.Buffers.OperationStatus.Done)
            {
                length = 0;
                for (var i = 0; i < text.Length; i += Kernels.Utf8.Length(text, i))
                    length += Rune.ToLowerInvariant(Kernels.Utf8.At(text, i)).EncodeToUtf8(target[length..]);
            }
            output.Commit(length);
            return true;
        }
    }
}
