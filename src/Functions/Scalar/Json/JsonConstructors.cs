using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Json;
using SqlStream.Functions.Patterns;

namespace SqlStream.Functions.Scalar.Json;

/// <summary>JSON_OBJECT(KEY key VALUE value, ... [NULL | ABSENT ON NULL]) and JSON_ARRAY(value, ... [NULL | ABSENT ON NULL]). Come as (clause,
/// marks, key, value, ...) and (clause, marks, value, ...): the clause is NULL or ABSENT, the marks have one letter for each value, j for
/// what is JSON already. Keys are constants; the members of an object come in the order of their keys.</summary>
sealed class JsonConstructorFunction(string name, bool isObject) : ScalarFunction
{
    public override string Name => name;

    public override string Signature => isObject
        ? "JSON_OBJECT([KEY key VALUE value, ...] [NULL | ABSENT ON NULL]) -> STRING"
        : "JSON_ARRAY([value, ...] [NULL | ABSENT ON NULL]) -> STRING";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length < 2 || arguments[0].Value is not string clause || arguments[1].Value is not string marks)
            return null;
        var step = isObject ? 2 : 1;
        var types = new SqlType[arguments.Length];
        (types[0], types[1]) = (arguments[0].Type, arguments[1].Type);
        var items = new List<Item>();
        for (var i = 2; i < arguments.Length; i += step)
        {
            var at = i + step - 1;
            if (JsonValues.Match(arguments[at].Type) is not var (form, cast))
                return null;
            var key = "";
            if (isObject)
            {
                key = arguments[i].Value as string ?? throw FunctionErrors.ArgumentNotConstant(arguments[i].Span, "key", name);
                types[i] = arguments[i].Type;
            }
            types[at] = cast;
            items.Add(new Item(key, at, marks[items.Count] == 'j' ? JsonForm.Json : form));
        }
        // Of equal keys the last one counts.
        Item[] ordered = isObject
            ? [.. items.GroupBy(item => item.Key).Select(group => group.Last()).OrderBy(item => item.Key, StringComparer.Ordinal)]
            : [.. items];
        var type = SqlType.String.WithNullability(false);
        return new ScalarCall(types, type, (context, columns) =>
        {
            using var text = new ByteText(256);
            return RowKernels.Text(context, columns, type, (row, number, output) => Write(row, number, text, output, ordered, clause == "ABSENT"));
        });
    }

    void Write(ReadOnlySpan<Column> columns, int row, ByteText text, BytesColumnBuilder output, Item[] items, bool absent)
    {
        text.Clear();
        text.Append((byte)(isObject ? '{' : '['));
        var isFirst = true;
        foreach (var item in items)
        {
            var isNull = columns[item.Column].IsNull(row);
            if (isNull && absent)
                continue;
            if (!isFirst)
                text.Append((byte)',');
            isFirst = false;
            if (isObject)
                text.Append(item.Prefix);
            if (isNull)
                text.Append("null"u8);
            else
                JsonValues.Append(text, columns[item.Column], row, item.Form);
        }
        text.Append((byte)(isObject ? '}' : ']'));
        output.Append(text.Span);
    }

    sealed record Item(string Key, int Column, JsonForm Form)
    {
        public byte[] Prefix { get; } = Quoted(Key);

        static byte[] Quoted(string key)
        {
            using var text = new ByteText(64);
            JsonText.AppendString(text, Encoding.UTF8.GetBytes(key));
            text.Append((byte)':');
            return text.Span.ToArray();
        }
    }
}

/// <summary>JSON_STRING(value): a value as JSON; NULL for NULL.</summary>
sealed class JsonStringFunction : ScalarFunction
{
    public override string Name => "JSON_STRING";

    public override string Signature => "JSON_STRING(value) -> STRING";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length != 1 || JsonValues.Match(arguments[0].Type) is not var (form, cast))
            return null;
        var type = SqlType.String.WithNullability(arguments[0].Type.IsNullable);
        return new ScalarCall([cast], type, (context, columns) =>
        {
            using var text = new ByteText(256);
            return RowKernels.Text(context, columns, type, (row, number, output) =>
            {
                if (row[0].IsNull(number))
                {
                    output.AppendNull();
                    return;
                }
                text.Clear();
                JsonValues.Append(text, row[0], number, form);
                output.Append(text.Span);
            });
        });
    }
}
