using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Functions.Json;

namespace SqlStream.Functions.Scalar.Json;

/// <summary>The path of a call, its second argument: constant and parsed once, or by row and parsed where it changes.</summary>
struct JsonPathArgument
{
    readonly JsonPath? _constant;
    byte[]? _text;
    JsonPath? _last;

    JsonPathArgument(JsonPath? constant) => _constant = constant;

    /// <summary>Throws where a constant is no path.</summary>
    public static JsonPathArgument Of(ReadOnlySpan<ArgumentInfo> arguments) =>
        new(arguments[1].Value is string text ? JsonPath.Parse(text, arguments[1].Span) : null);

    /// <summary>The path of a row.</summary>
    public JsonPath At(ReadOnlySpan<Column> columns, int row)
    {
        if (_constant is not null)
            return _constant;
        var text = columns.Text(1, row);
        if (_last is null || !text.SequenceEqual(_text))
        {
            _text = text.ToArray();
            _last = JsonPath.Parse(Encoding.UTF8.GetString(text), SourceSpan.None);
        }
        return _last;
    }
}
