using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>TRIM and its relatives: take away, at one end or both, all characters of a set; blanks where none is
/// given.</summary>
static class TrimFunctions
{
    public static ScalarFunction Left() => OneSide<LeftOp>("LTRIM");

    public static ScalarFunction Right() => OneSide<RightOp>("RTRIM");

    public static ScalarFunction Both() => OneSide<BothOp>("BTRIM");

    /// <summary>TRIM([BOTH | LEADING | TRAILING] characters FROM string), which comes as (keyword, characters, string);
    /// TRIM(string) also
    /// as one argument.</summary>
    public static ScalarFunction Trim() => new TrimFunction();

    static TextFunction<TOp> OneSide<TOp>(string name) where TOp : struct, ITextComputation =>
        new(name, $"{name}(string [, characters]) -> STRING", [Parameter.Text, Parameter.Text], optional: 1);

    static ReadOnlySpan<byte> Characters(ReadOnlySpan<Column> arguments, int row) =>
        arguments.Length > 1 ? arguments.Text(1, row) : " "u8;

    static ReadOnlySpan<byte> TrimStart(ReadOnlySpan<byte> text, ReadOnlySpan<byte> characters)
    {
        while (!text.IsEmpty)
        {
            var length = Utf8.Length(text, 0);
            if (!Contains(characters, text[..length]))
                break;
            text = text[length..];
        }
        return text;
    }

    static ReadOnlySpan<byte> TrimEnd(ReadOnlySpan<byte> text, ReadOnlySpan<byte> characters)
    {
        while (!text.IsEmpty)
        {
            var last = Utf8.Before(text, text.Length);
            if (!Contains(characters, text[last..]))
                break;
            text = text[..last];
        }
        return text;
    }

    // In UTF-8 a character is found in a string only where a character begins.
    static bool Contains(ReadOnlySpan<byte> characters, ReadOnlySpan<byte> character) =>
        characters.IndexOf(character) >= 0;

    readonly struct LeftOp : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            output.Append(TrimStart(arguments.Text(0, row), Characters(arguments, row)));
            return true;
        }
    }

    readonly struct RightOp : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            output.Append(TrimEnd(arguments.Text(0, row), Characters(arguments, row)));
            return true;
        }
    }

    readonly struct BothOp : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            var characters = Characters(arguments, row);
            output.Append(TrimEnd(TrimStart(arguments.Text(0, row), characters), characters));
            return true;
        }
    }

    sealed class TrimFunction : ScalarFunction
    {
        public override string Name => "TRIM";

        public override string Signature => "TRIM([BOTH | LEADING | TRAILING] [characters FROM] string) -> STRING";

        public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
        {
            if (arguments.Length == 1)
                return Both().Plan(arguments);
            if (arguments.Length != 3 || arguments[0].Value is not string keyword)
                return null;
            var side = keyword switch { "LEADING" => Left(), "TRAILING" => Right(), _ => Both() };
            if (side.Plan([arguments[2], arguments[1]]) is not { } call)
                return null;
            return new ScalarCall(
                [arguments[0].Type, call.ParameterTypes[1], call.ParameterTypes[0]], call.ReturnType,
                (context, columns) => call.Kernel(context, [columns[2], columns[1]]));
        }
    }
}
