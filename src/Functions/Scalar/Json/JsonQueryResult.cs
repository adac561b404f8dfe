using System.Text;
using System.Text.Json;
using SqlStream.Core.Columns;
using SqlStream.Functions.Json;
using SqlStream.Functions.Patterns;

namespace SqlStream.Functions.Scalar.Json;

/// <summary>What JSON_QUERY found in one text. To be disposed.</summary>
readonly struct JsonQueryResult : IDisposable
{
    readonly JsonDocument? _document;
    readonly List<JsonElement> _ends = [];
    readonly bool _isList;
    readonly bool _isWrapped;

    /// <summary>Looks for the path in a text.</summary>
    /// <param name="text">The text, which need not be JSON.</param>
    /// <param name="path">The path.</param>
    /// <param name="wrapper">The keyword of the wrapper.</param>
    public JsonQueryResult(ReadOnlySpan<byte> text, JsonPath path, string? wrapper)
    {
        _document = JsonDocuments.TryParse(text);
        if (_document is null)
        {
            Outcome = path.IsLax ? JsonOutcome.Empty : JsonOutcome.Error;
            return;
        }
        if (!JsonSelection.TrySelect(_document.RootElement, path, _ends))
        {
            Outcome = JsonOutcome.Error;
            return;
        }
        _isList = !path.IsDefinite;
        if (!_isList && (_ends.Count == 0 || _ends[0].ValueKind == JsonValueKind.Null))
        {
            Outcome = JsonOutcome.Empty;
            return;
        }
        var isArray = _isList || _ends[0].ValueKind == JsonValueKind.Array;
        _isWrapped = wrapper == "UNCONDITIONAL" || (wrapper == "CONDITIONAL" && !isArray);
        Outcome = _isWrapped || isArray || _ends[0].ValueKind == JsonValueKind.Object ? JsonOutcome.Structure : JsonOutcome.Scalar;
    }

    /// <summary>How the search ended.</summary>
    public JsonOutcome Outcome { get; }

    /// <summary>Appends what was found as JSON.</summary>
    public void Append(ByteText result)
    {
        if (_isWrapped)
            result.Append((byte)'[');
        if (_isList)
            AppendList(result);
        else
            JsonText.Append(result, _ends[0]);
        if (_isWrapped)
            result.Append((byte)']');
    }

    /// <summary>Appends the elements of the array that was found as strings, objects and arrays among them as JSON; false if it is an object.</summary>
    public bool TryAppendElements(BytesColumnBuilder elements)
    {
        using var scratch = new ByteText(64);
        if (_isWrapped && _isList)
        {
            AppendList(scratch);
            elements.Append(scratch.Span);
            return true;
        }
        if (!_isWrapped && !_isList && _ends[0].ValueKind != JsonValueKind.Array)
            return false;
        if (_isWrapped || _isList)
        {
            foreach (var end in _ends)
                AppendElement(elements, end, scratch);
            return true;
        }
        foreach (var element in _ends[0].EnumerateArray())
            AppendElement(elements, element, scratch);
        return true;
    }

    public void Dispose() => _document?.Dispose();

    static void AppendElement(BytesColumnBuilder elements, JsonElement element, ByteText scratch)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Null:
                elements.AppendNull();
                break;
            case JsonValueKind.String:
                elements.Append(Encoding.UTF8.GetBytes(element.GetString()!));
                break;
            default:
                scratch.Clear();
                JsonText.Append(scratch, element);
                elements.Append(scratch.Span);
                break;
        }
    }

    void AppendList(ByteText result)
    {
        result.Append((byte)'[');
        for (var i = 0; i < _ends.Count; i++)
        {
            if (i > 0)
                result.Append((byte)',');
            JsonText.Append(result, _ends[i]);
        }
        result.Append((byte)']');
    }
}
