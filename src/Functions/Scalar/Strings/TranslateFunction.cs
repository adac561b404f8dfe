using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>TRANSLATE(string, from, to): each character of <c>from</c> becomes the character at its place in <c>to</c>, or goes where there is
/// none; of equal characters the first one counts. A NULL <c>from</c> changes nothing, a NULL <c>to</c> is empty, as in Flink.</summary>
sealed class TranslateFunction : ScalarFunction
{
    public override string Name => "TRANSLATE";

    public override string Signature => "TRANSLATE(string, from, to) -> STRING";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length != 3)
            return null;
        var types = new SqlType[3];
        for (var i = 0; i < types.Length; i++)
        {
            if (Parameters.Match(Parameter.Text, arguments[i].Type) is not { } match)
                return null;
            types[i] = match;
        }
        var type = SqlType.String.WithNullability(arguments[0].Type.IsNullable);
        return new ScalarCall(types, type, (context, columns) => RowKernels.Text(context, columns, type, static (columns, row, output) =>
        {
            if (columns[0].IsNull(row))
                output.AppendNull();
            else if (columns[1].IsNull(row))
                output.Append(columns.Text(0, row));
            else
                Translate(columns.Text(0, row), columns.Text(1, row), columns[2].IsNull(row) ? [] : columns.Text(2, row), output);
        }));
    }

    static void Translate(ReadOnlySpan<byte> text, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, BytesColumnBuilder output)
    {
        var target = output.Reserve(text.Length * 4);
        var used = 0;
        for (var i = 0; i < text.Length;)
        {
            // A byte below 0x80 is a character, and nothing else has it.
            if (text[i] < 0x80 && from.IndexOf(text[i]) < 0)
            {
                target[used++] = text[i++];
                continue;
            }
            var character = text.Slice(i, Utf8.Length(text, i));
            i += character.Length;
            var at = from.IndexOf(character);
            if (at >= 0)
            {
                var start = Utf8.Offset(to, Utf8.Count(from[..at]));
                character = start < to.Length ? to.Slice(start, Utf8.Length(to, start)) : [];
            }
            character.CopyTo(target[used..]);
            used += character.Length;
        }
        output.Commit(used);
    }
}
