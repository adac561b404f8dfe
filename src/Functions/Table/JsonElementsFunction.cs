using System.Text.Json;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Json;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Table;

/// <summary>JSON_ARRAY_ELEMENTS(json): the elements of an array; JSON_EACH(json): the members of an object, each key with its value. Values come as JSON
/// text, as it stands there; those of the functions that end in _TEXT are without quotes where they are strings, and NULL for null. NULL has no elements; a
/// text that is no JSON, or of another kind, is an error. As PostgreSQL has them.</summary>
sealed class JsonElementsFunction(bool isObject, bool asText) : TableFunction
{
    public override string Name => (isObject ? "JSON_EACH" : "JSON_ARRAY_ELEMENTS") + (asText ? "_TEXT" : "");

    public override string Signature => $"{Name}(json) -> TABLE({(isObject ? "key STRING, value" : Name.ToLowerInvariant())} STRING)";

    public override TableCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length != 1 || !(arguments[0].Type.IsCharacter || arguments[0].Type.Kind == SqlTypeKind.Null))
            return null;
        var value = new Field(isObject ? "value" : Name.ToLowerInvariant(), SqlType.String.WithNullability(asText));
        Field[] columns = isObject ? [new Field("key", SqlType.String.WithNullability(false)), value] : [value];
        var type = arguments[0].Type.IsCharacter ? arguments[0].Type : SqlType.String;
        return new TableCall([type], columns, (wanted, pool) => new Kernel(Name, isObject, asText, columns, wanted, pool));
    }

    // The text is read once as a whole to see that it is JSON, then element by element; between calls the state of the reader is kept.
    sealed class Kernel(string name, bool isObject, bool asText, Field[] columns, IReadOnlyList<int> wanted, ColumnPool pool)
        : RowsKernel(columns, wanted, pool)
    {
        Column? _texts;
        int _row = -1;
        int _next;
        JsonReaderState _state;
        bool _isDone;

        public override void Begin(EvaluationContext context, ReadOnlySpan<Column> arguments)
        {
            _texts = arguments[0];
            _row = -1;
        }

        public override int Next(int row, int room)
        {
            var text = new BytesReader(_texts!)[row];
            if (row != _row)
                Start(row, text);
            if (_isDone)
                return 0;
            var reader = new Utf8JsonReader(text[_next..], isFinalBlock: true, _state);
            var made = 0;
            for (; made < room; made++)
            {
                reader.Read();
                if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject)
                {
                    _isDone = true;
                    break;
                }
                Append(text[_next..], ref reader);
            }
            _next += (int)reader.BytesConsumed;
            _state = reader.CurrentState;
            return made;
        }

        void Start(int row, ReadOnlySpan<byte> text)
        {
            _row = row;
            _isDone = _texts!.IsNull(row);
            if (_isDone)
                return;
            var kind = JsonText.KindOf(text);
            if (kind == JsonKind.None)
                throw FunctionErrors.InvalidJson(text);
            if (kind != (isObject ? JsonKind.Object : JsonKind.Array))
                throw FunctionErrors.JsonKind(name, isObject ? "object" : "array", text);
            var reader = new Utf8JsonReader(text, isFinalBlock: true, new JsonReaderState(JsonText.Reading));
            reader.Read();
            _next = (int)reader.BytesConsumed;
            _state = reader.CurrentState;
        }

        void Append(ReadOnlySpan<byte> text, ref Utf8JsonReader reader)
        {
            if (isObject)
            {
                AppendString(0, ref reader);
                reader.Read();
            }
            var value = isObject ? 1 : 0;
            if (asText && reader.TokenType == JsonTokenType.String)
            {
                AppendString(value, ref reader);
                return;
            }
            if (asText && reader.TokenType == JsonTokenType.Null)
            {
                Builder(value)?.AppendNull();
                return;
            }
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            (Builder(value) as BytesColumnBuilder)?.Append(text[start..(int)reader.BytesConsumed]);
        }

        void AppendString(int column, ref Utf8JsonReader reader)
        {
            if (Builder(column) is not BytesColumnBuilder builder)
                return;
            var copied = reader.CopyString(builder.Reserve(reader.ValueSpan.Length));
            builder.Commit(copied);
        }
    }
}
