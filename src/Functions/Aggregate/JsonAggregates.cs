using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Functions.Json;
using SqlStream.Functions.Patterns;

namespace SqlStream.Functions.Aggregate;

/// <summary>JSON_ARRAYAGG(value [NULL | ABSENT ON NULL]): an array of the values in the order of their arrival; NULL is left out unless NULL
/// ON NULL is written. Comes as (value, clause).</summary>
sealed class JsonArrayAggFunction : AggregateFunction
{
    public override string Name => "JSON_ARRAYAGG";

    public override string Signature => "JSON_ARRAYAGG(value [NULL | ABSENT ON NULL]) -> STRING";

    public override AggregateCall? Plan(ReadOnlySpan<ArgumentInfo> arguments, bool retracting)
    {
        if (arguments.Length != 2 || arguments[1].Value is not string clause || JsonValues.Match(arguments[0].Type) is not var (form, cast))
            return null;
        return new JsonArrayAgg(form, clause == "ABSENT")
        {
            ParameterTypes = [cast, arguments[1].Type],
            ReturnType = SqlType.String.WithNullability(false),
            StateLayout = "arrivals JSON",
        };
    }

    sealed class JsonArrayAgg(JsonForm form, bool absent) : BlobAggregate
    {
        public override void Accumulate(IBlobState state, ReadOnlySpan<Column> arguments, int row, RowKind kind)
        {
            var isNull = arguments[0].IsNull(row);
            if (isNull && absent)
                return;
            using var item = new ByteText(64);
            JsonItems.Append(item, arguments[0], row, form);
            ArrivalList.Change(state, item.Span, RowLoop.Sign(kind) > 0);
        }

        public override void Emit(IBlobState state, ColumnBuilder result)
        {
            using var text = new ByteText(256);
            text.Append((byte)'[');
            var joiner = new Joiner(text);
            ArrivalList.Visit(state, ref joiner);
            text.Append((byte)']');
            ((BytesColumnBuilder)result).Append(text.Span);
        }
    }

    readonly struct Joiner(ByteText text) : IEntryVisitor
    {
        public void Visit(ReadOnlySpan<byte> key, long count)
        {
            if (text.Span.Length > 1)
                text.Append((byte)',');
            text.Append(ArrivalList.ValueOf(key));
            if (text.Span.Length > Scalar.Strings.TextLimits.BytesMax)
                throw FunctionErrors.ResultTooLong("JSON_ARRAYAGG");
        }
    }
}

/// <summary>JSON_OBJECTAGG(KEY key VALUE value [NULL | ABSENT ON NULL]): an object of the pairs in the order of their keys; a key that occurs
/// twice is an error. Comes as (key, value, clause). A NULL key is an error.</summary>
sealed class JsonObjectAggFunction : AggregateFunction
{
    public override string Name => "JSON_OBJECTAGG";

    public override string Signature => "JSON_OBJECTAGG([KEY] key VALUE value [NULL | ABSENT ON NULL]) -> STRING";

    public override AggregateCall? Plan(ReadOnlySpan<ArgumentInfo> arguments, bool retracting)
    {
        if (arguments.Length != 3 || arguments[2].Value is not string clause || JsonValues.Match(arguments[1].Type) is not var (form, cast))
            return null;
        if (Scalar.Parameters.Match(Scalar.Parameter.Text, arguments[0].Type) is not { } key)
            return null;
        return new JsonObjectAgg(form, clause == "ABSENT")
        {
            ParameterTypes = [key, cast, arguments[2].Type],
            ReturnType = SqlType.String.WithNullability(false),
            StateLayout = "multiset JSON",
        };
    }

    sealed class JsonObjectAgg(JsonForm form, bool absent) : BlobAggregate
    {
        public override void Accumulate(IBlobState state, ReadOnlySpan<Column> arguments, int row, RowKind kind)
        {
            if (arguments[1].IsNull(row) && absent)
                return;
            if (arguments[0].IsNull(row))
                throw FunctionErrors.NullJsonKey();
            using var pair = new ByteText(64);
            JsonText.AppendString(pair, ((BytesColumn)arguments[0])[row]);
            pair.Append((byte)':');
            JsonItems.Append(pair, arguments[1], row, form);
            OrderedMultiset.Change(state, pair.Span, RowLoop.Sign(kind));
        }

        public override void Emit(IBlobState state, ColumnBuilder result)
        {
            using var text = new ByteText(256);
            text.Append((byte)'{');
            var joiner = new Joiner(text);
            OrderedMultiset.Visit(state, ref joiner);
            text.Append((byte)'}');
            ((BytesColumnBuilder)result).Append(text.Span);
        }
    }

    // Pairs with equal keys lie next to each other.
    struct Joiner(ByteText text) : IEntryVisitor
    {
        byte[] _lastKey = [];

        public void Visit(ReadOnlySpan<byte> key, long count)
        {
            var name = key[..EndOfString(key)];
            if (count > 1 || name.SequenceEqual(_lastKey))
                throw FunctionErrors.DuplicateJsonKey(Encoding.UTF8.GetString(name));
            _lastKey = name.ToArray();
            if (text.Span.Length > 1)
                text.Append((byte)',');
            text.Append(key);
            if (text.Span.Length > Scalar.Strings.TextLimits.BytesMax)
                throw FunctionErrors.ResultTooLong("JSON_OBJECTAGG");
        }

        static int EndOfString(ReadOnlySpan<byte> text)
        {
            var i = 1;
            while (text[i] != '"')
                i += text[i] == '\\' ? 2 : 1;
            return i + 1;
        }
    }
}

/// <summary>Values of JSON aggregates.</summary>
static class JsonItems
{
    /// <summary>Appends the value of a row as JSON.</summary>
    public static void Append(ByteText output, Column column, int row, JsonForm form)
    {
        if (column.IsNull(row))
            output.Append("null"u8);
        else
            JsonValues.Append(output, column, row, form);
    }
}
