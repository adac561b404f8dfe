using System.Text.Json;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Json;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Json;

/// <summary>JSON_EXISTS(json, path [behaviour ON ERROR]): whether the path leads to a value that is not null. Comes as (json, path, keyword):
/// TRUE, FALSE, UNKNOWN or ERROR.</summary>
sealed class JsonExistsFunction() : StrictFunction(
    "JSON_EXISTS", "JSON_EXISTS(json, path [TRUE | FALSE | UNKNOWN | ERROR ON ERROR]) -> BOOLEAN", [Parameter.Text, Parameter.Text, Parameter.Text])
{
    protected override bool MayGiveNull => true;

    protected override SqlType ReturnType(ReadOnlySpan<SqlType> types) => SqlType.Boolean;

    protected override ScalarKernel Kernel(SqlType type, IReadOnlyList<SqlType> types, ReadOnlySpan<ArgumentInfo> arguments)
    {
        var path = JsonPathArgument.Of(arguments);
        var onError = arguments[2].Value as string ?? "FALSE";
        return (context, columns) => LaneKernels.RunBool(context, columns, type, new Lane(columns, path, onError));
    }

    ref struct Lane(ReadOnlySpan<Column> columns, JsonPathArgument path, string onError) : ILane<bool>
    {
        readonly ReadOnlySpan<Column> _columns = columns;
        readonly string _onError = onError;
        JsonPathArgument _path = path;
        SqlException? _error;

        public bool TryCompute(int row, out bool result)
        {
            _error = null;
            var path = _path.At(_columns, row);
            var outcome = path.IsDefinite
                ? JsonSearch.Find(_columns.Text(0, row), path, out _, out _, out _)
                : Select(_columns.Text(0, row), path);
            result = outcome is JsonOutcome.Scalar or JsonOutcome.Structure;
            if (outcome != JsonOutcome.Error)
                return true;
            result = _onError == "TRUE";
            if (_onError == "ERROR")
                _error = FunctionErrors.JsonFailed("JSON_EXISTS");
            return _onError is "TRUE" or "FALSE";
        }

        public readonly SqlException? Error(int row) => _error;

        static JsonOutcome Select(ReadOnlySpan<byte> text, JsonPath path)
        {
            if (JsonDocuments.TryParse(text) is not { } document)
                return path.IsLax ? JsonOutcome.Empty : JsonOutcome.Error;
            using (document)
            {
                var ends = new List<JsonElement>();
                return !JsonSelection.TrySelect(document.RootElement, path, ends) ? JsonOutcome.Error
                    : ends.Count == 0 ? JsonOutcome.Empty : JsonOutcome.Structure;
            }
        }
    }
}
