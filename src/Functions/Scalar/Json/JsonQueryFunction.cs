using System.Text.Json;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Json;
using SqlStream.Functions.Kernels;
using SqlStream.Functions.Patterns;

namespace SqlStream.Functions.Scalar.Json;

/// <summary>JSON_QUERY(json, path [wrapper] [behaviour ON EMPTY] [behaviour ON ERROR]): the object or array at the end of the path, as text
/// without blanks and with the members of objects in the order of their names. A path with several ends gives an array of them.
/// Comes as (json, path, wrapper, on empty, on error), the last three as keywords.</summary>
sealed class JsonQueryFunction() : StrictFunction(
    "JSON_QUERY", "JSON_QUERY(json, path [wrapper] [behavior ON EMPTY] [behavior ON ERROR]) -> STRING",
    [Parameter.Text, Parameter.Text, Parameter.Text, Parameter.Text, Parameter.Text])
{
    protected override bool MayGiveNull => true;

    protected override SqlType ReturnType(ReadOnlySpan<SqlType> types) => SqlType.String;

    protected override ScalarKernel Kernel(SqlType type, IReadOnlyList<SqlType> types, ReadOnlySpan<ArgumentInfo> arguments)
    {
        var path = JsonPathArgument.Of(arguments);
        var (wrapper, onEmpty, onError) = (arguments[2].Value as string, arguments[3].Value as string, arguments[4].Value as string);
        return (context, columns) => LaneKernels.RunText(context, columns, type, new Lane(columns, path, wrapper, onEmpty, onError));
    }

    ref struct Lane(ReadOnlySpan<Column> columns, JsonPathArgument path, string? wrapper, string? onEmpty, string? onError) : ITextLane
    {
        readonly ReadOnlySpan<Column> _columns = columns;
        readonly string? _wrapper = wrapper;
        readonly string? _onEmpty = onEmpty;
        readonly string? _onError = onError;
        JsonPathArgument _path = path;
        SqlException? _error;

        public bool TryWrite(int row, BytesColumnBuilder output)
        {
            _error = null;
            var path = _path.At(_columns, row);
            using var result = new ByteText(64);
            switch (Evaluate(_columns.Text(0, row), path, result))
            {
                case JsonOutcome.Structure:
                    output.Append(result.Span);
                    return true;
                case JsonOutcome.Empty:
                    return Write(_onEmpty, output);
                case JsonOutcome.Scalar:
                    return Write(path.IsLax ? _onEmpty : _onError, output);
                default:
                    return Write(_onError, output);
            }
        }

        public readonly SqlException? Error(int row) => _error;

        bool Write(string? behavior, BytesColumnBuilder output)
        {
            switch (behavior)
            {
                case "EMPTY ARRAY":
                    output.Append("[]"u8);
                    return true;
                case "EMPTY OBJECT":
                    output.Append("{}"u8);
                    return true;
                case "ERROR":
                    _error = FunctionErrors.JsonFailed("JSON_QUERY");
                    return false;
                default:
                    return false;
            }
        }

        readonly JsonOutcome Evaluate(ReadOnlySpan<byte> text, JsonPath path, ByteText result)
        {
            if (JsonDocuments.TryParse(text) is not { } document)
                return path.IsLax ? JsonOutcome.Empty : JsonOutcome.Error;
            using (document)
            {
                var ends = new List<JsonElement>();
                if (!JsonSelection.TrySelect(document.RootElement, path, ends))
                    return JsonOutcome.Error;
                if (!path.IsDefinite)
                    return List(ends, result);
                if (ends.Count == 0 || ends[0].ValueKind == JsonValueKind.Null)
                    return JsonOutcome.Empty;
                var isStructure = ends[0].ValueKind is JsonValueKind.Object or JsonValueKind.Array;
                var wraps = _wrapper == "UNCONDITIONAL" || (_wrapper == "CONDITIONAL" && ends[0].ValueKind != JsonValueKind.Array);
                if (!wraps && !isStructure)
                    return JsonOutcome.Scalar;
                if (wraps)
                    result.Append((byte)'[');
                JsonText.Append(result, ends[0]);
                if (wraps)
                    result.Append((byte)']');
                return JsonOutcome.Structure;
            }
        }

        readonly JsonOutcome List(List<JsonElement> ends, ByteText result)
        {
            result.Append(_wrapper == "UNCONDITIONAL" ? "[["u8 : "["u8);
            for (var i = 0; i < ends.Count; i++)
            {
                if (i > 0)
                    result.Append((byte)',');
                JsonText.Append(result, ends[i]);
            }
            result.Append(_wrapper == "UNCONDITIONAL" ? "]]"u8 : "]"u8);
            return JsonOutcome.Structure;
        }
    }
}
