using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Collections;

/// <summary>SPLIT(string, delimiter): the pieces between delimiters, empty ones too; with an empty delimiter the characters. The empty string
/// has no pieces.</summary>
static class SplitFunction
{
    public static ScalarFunction Create() => new CollectionFunction<Op>(
        "SPLIT", "SPLIT(string, delimiter) -> ARRAY<STRING>", CollectionPlans.Texts(2, 2, SqlType.Array(SqlType.String)));

    readonly struct Op : INestedComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output)
        {
            var text = arguments.Text(0, row);
            var delimiter = arguments.Text(1, row);
            var target = (ListColumnBuilder)output;
            var pieces = (BytesColumnBuilder)target.Elements;
            if (!text.IsEmpty)
            {
                if (delimiter.IsEmpty)
                    AppendCharacters(pieces, text);
                else
                    AppendPieces(pieces, text, delimiter);
            }
            target.EndList();
            return true;
        }

        static void AppendCharacters(BytesColumnBuilder pieces, ReadOnlySpan<byte> text)
        {
            while (!text.IsEmpty)
            {
                var length = Utf8.Length(text, 0);
                pieces.Append(text[..length]);
                text = text[length..];
            }
        }

        static void AppendPieces(BytesColumnBuilder pieces, ReadOnlySpan<byte> text, ReadOnlySpan<byte> delimiter)
        {
            while (true)
            {
                var end = text.IndexOf(delimiter);
                if (end < 0)
                    break;
                pieces.Append(text[..end]);
                text = text[(end + delimiter.Length)..];
            }
            pieces.Append(text);
        }
    }
}
