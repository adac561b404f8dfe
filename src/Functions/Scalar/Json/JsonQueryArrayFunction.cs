using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Json;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Json;

/// <summary>JSON_QUERY(json, path RETURNING ARRAY&lt;STRING> ...): the elements of the array at the end of the path. An object is an error, for which
/// ON ERROR says what it gives. Comes like JSON_QUERY; the binder refuses the empty object.</summary>
sealed class JsonQueryArrayFunction() : StrictFunction(
    "JSON_QUERY ARRAY",
    "JSON_QUERY(json, path RETURNING ARRAY<STRING> [wrapper] [behavior ON EMPTY] [behavior ON ERROR]) -> ARRAY<STRING>",
    [Parameter.Text, Parameter.Text, Parameter.Text, Parameter.Text, Parameter.Text])
{
    protected override bool MayGiveNull => true;

    protected override SqlType ReturnType(ReadOnlySpan<SqlType> types) => SqlType.Array(SqlType.String);

    protected override ScalarKernel Kernel(SqlType type, IReadOnlyList<SqlType> types, ReadOnlySpan<ArgumentInfo> arguments)
    {
        var path = JsonPathArgument.Of(arguments);
        var (wrapper, onEmpty, onError) = (arguments[2].Value as string, arguments[3].Value as string, arguments[4].Value as string);
        return (context, columns) => NestedKernels.Run(context, columns, type, new Lane(columns, path, wrapper, onEmpty, onError));
    }

    ref struct Lane(ReadOnlySpan<Column> columns, JsonPathArgument path, string? wrapper, string? onEmpty, string? onError) : INestedLane
    {
        readonly ReadOnlySpan<Column> _columns = columns;
        readonly string? _wrapper = wrapper;
        readonly string? _onEmpty = onEmpty;
        readonly string? _onError = onError;
        JsonPathArgument _path = path;
        SqlException? _error;

        public bool TryWrite(int row, ColumnBuilder output)
        {
            _error = null;
            var list = (ListColumnBuilder)output;
            var path = _path.At(_columns, row);
            using var found = new JsonQueryResult(_columns.Text(0, row), path, _wrapper);
            switch (found.Outcome)
            {
                case JsonOutcome.Structure when found.TryAppendElements((BytesColumnBuilder)list.Elements):
                    list.EndList();
                    return true;
                case JsonOutcome.Empty:
                    return Write(_onEmpty, list);
                case JsonOutcome.Scalar:
                    return Write(path.IsLax ? _onEmpty : _onError, list);
                default:
                    return Write(_onError, list);
            }
        }

        public readonly SqlException? Error(int row) => _error;

        bool Write(string? behavior, ListColumnBuilder list)
        {
            if (behavior == "EMPTY ARRAY")
                list.EndList();
            else if (behavior == "ERROR")
                _error = FunctionErrors.JsonFailed("JSON_QUERY");
            return behavior == "EMPTY ARRAY";
        }
    }
}
