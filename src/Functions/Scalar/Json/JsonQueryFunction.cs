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
            using var found = new JsonQueryResult(_columns.Text(0, row), path, _wrapper);
            switch (found.Outcome)
            {
                case JsonOutcome.Structure:
                    using (var text = new ByteText(64))
                    {
                        found.Append(text);
                        output.Append(text.Span);
                    }
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
    }
}
