using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Collections;

/// <summary>STR_TO_MAP(string [, entry delimiter [, value delimiter]]): <c>k1=v1,k2=v2</c> as a map. An entry without the second delimiter
/// is a key with the value NULL; empty entries at the end do not count; of several values of one key the last counts.</summary>
/// <remarks>Flink takes the delimiters for regular expressions: here they are constants that mean a plain text, special characters
/// escaped by a backslash or alone in square brackets. What is more than that is refused.</remarks>
sealed class StrToMapFunction : ScalarFunction
{
    const string SpecialCharacters = @"\^$.|?*+()[]{}";

    public override string Name => "STR_TO_MAP";

    public override string Signature => "STR_TO_MAP(string [, entry delimiter [, value delimiter]]) -> MAP<STRING, STRING>";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (CollectionPlans.Texts(1, 3, SqlType.Map(SqlType.String, SqlType.String))(arguments) is not { } types)
            return null;
        var isNull = false;
        var entries = ","u8.ToArray();
        var values = "="u8.ToArray();
        for (var i = 1; i < arguments.Length; i++)
        {
            if (!arguments[i].IsConstant)
                throw FunctionErrors.DelimiterNotConstant(arguments[i].Span);
            isNull |= arguments[i].Value is null;
            var delimiter = arguments[i].Value is string pattern ? Plain(pattern, arguments[i].Span) : [];
            (entries, values) = i == 1 ? (delimiter, values) : (entries, delimiter);
        }
        var result = types.Result;
        return new ScalarCall(types.Parameters, result, (context, columns) =>
            isNull ? Lanes.Null(context, result) : Run(context, columns[0], result, entries, values));
    }

    static byte[] Plain(string pattern, SourceSpan span)
    {
        var text = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\' && i + 1 < pattern.Length && !char.IsAsciiLetterOrDigit(pattern[i + 1]))
                text.Append(pattern[++i]);
            else if (pattern[i] == '[' && i + 2 < pattern.Length && pattern[i + 2] == ']' && pattern[i + 1] is not ('\\' or '^'))
                (_, i) = (text.Append(pattern[i + 1]), i + 2);
            else if (SpecialCharacters.Contains(pattern[i], StringComparison.Ordinal))
                throw FunctionErrors.DelimiterNotPlain(span, pattern);
            else
                text.Append(pattern[i]);
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    static Column Run(EvaluationContext context, Column texts, SqlType type, byte[] entryDelimiter, byte[] valueDelimiter)
    {
        using var builder = new MapColumnBuilder(type, context.Pool);
        using var keys = new BytesColumnBuilder(SqlType.String, context.Pool);
        using var values = new BytesColumnBuilder(SqlType.String, context.Pool);
        var reader = (BytesColumn)texts;
        for (var row = 0; row < texts.StoredLength; row++)
        {
            if (texts.IsNull(row))
            {
                builder.AppendNull();
                continue;
            }
            Split(reader[row], entryDelimiter, valueDelimiter, keys, values);
            var (keyColumn, valueColumn) = (keys.Build(), values.Build());
            MapEntries.Append(builder, keyColumn, valueColumn, 0, keyColumn.Length);
            builder.EndMap();
            keyColumn.Release();
            valueColumn.Release();
        }
        return NestedKernels.Finish(context, builder, texts.IsConstant);
    }

    static void Split(
        ReadOnlySpan<byte> text, ReadOnlySpan<byte> entryDelimiter, ReadOnlySpan<byte> valueDelimiter, BytesColumnBuilder keys, BytesColumnBuilder values)
    {
        var empty = 0;
        while (!text.IsEmpty)
        {
            var end = Find(text, entryDelimiter);
            var entry = end < 0 ? text : text[..end];
            text = end < 0 ? [] : text[(end + entryDelimiter.Length)..];
            if (entry.IsEmpty)
            {
                empty++;
                continue;
            }
            for (; empty > 0; empty--)
                Add([], valueDelimiter, keys, values);
            Add(entry, valueDelimiter, keys, values);
        }
    }

    static void Add(ReadOnlySpan<byte> entry, ReadOnlySpan<byte> delimiter, BytesColumnBuilder keys, BytesColumnBuilder values)
    {
        var at = Find(entry, delimiter);
        keys.Append(at < 0 ? entry : entry[..at]);
        if (at < 0)
            values.AppendNull();
        else
            values.Append(entry[(at + delimiter.Length)..]);
    }

    // An empty delimiter stands between any two characters.
    static int Find(ReadOnlySpan<byte> text, ReadOnlySpan<byte> delimiter)
    {
        if (!delimiter.IsEmpty)
            return text.IndexOf(delimiter);
        var length = text.IsEmpty ? 0 : Utf8.Length(text, 0);
        return length < text.Length ? length : -1;
    }
}
