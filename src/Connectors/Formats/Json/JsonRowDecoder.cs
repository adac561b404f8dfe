using System.Text.Unicode;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Formats.Json;

/// <summary>Decodes lines or messages that hold one JSON object each. Blank ones hold no row.</summary>
sealed class JsonRowDecoder(JsonObjectReader reader, JsonOptions options) : IRowDecoder, IMessageDecoder
{
    /// <inheritdoc/>
    public int FindRecordEnd(ReadOnlySpan<byte> buffer, bool isLast) => Lines.FindEnd(buffer, isLast);

    /// <inheritdoc/>
    public string? Decode(ReadOnlySpan<byte> record, BatchBuilder target)
    {
        var problem = Read(record, target, out var isBlank);
        if (problem is null)
        {
            if (!isBlank)
                target.EndRow();
            return null;
        }
        target.CancelRow();
        return options.IgnoreParseErrors ? null : problem;
    }

    string? Read(ReadOnlySpan<byte> record, BatchBuilder target, out bool isBlank)
    {
        isBlank = false;
        if (!Utf8.IsValid(record))
            return FormatMessages.InvalidUtf8;
        var cursor = new JsonCursor(record);
        if (cursor.Peek() < 0)
        {
            isBlank = true;
            return null;
        }
        if (reader.Read(ref cursor, target) is { } problem)
            return problem;
        return cursor.AtEnd() ? null : cursor.Problem;
    }
}
