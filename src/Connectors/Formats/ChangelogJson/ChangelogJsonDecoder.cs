using System.Text.Unicode;
using SqlStream.Connectors.Formats.Json;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Formats.ChangelogJson;

/// <summary>Decodes lines or messages <c>{"op":"+I","data":{...}}</c>; the two properties may come in any order,
/// others are passed over.</summary>
sealed class ChangelogJsonDecoder(JsonObjectReader reader, JsonOptions options, ChangelogMode mode) : IRowDecoder, IMessageDecoder
{
    public int FindRecordEnd(ReadOnlySpan<byte> buffer, bool isLast) => Lines.FindEnd(buffer, isLast);

    public string? Decode(ReadOnlySpan<byte> record, BatchBuilder target)
    {
        if (record.Trim(" \t\r\n"u8).IsEmpty)
            return null;
        var kind = RowKind.Insert;
        var problem = Utf8.IsValid(record) ? Read(record, target, out kind) : FormatMessages.InvalidUtf8;
        if (problem is null)
        {
            target.EndRow(kind);
            return null;
        }
        target.CancelRow();
        return options.IgnoreParseErrors ? null : problem;
    }

    string? Read(ReadOnlySpan<byte> record, BatchBuilder target, out RowKind kind)
    {
        var cursor = new JsonCursor(record);
        kind = RowKind.Insert;
        var hasKind = false;
        var hasData = false;
        if (cursor.Peek() != '{')
            return "JSON is no object";
        cursor.Position++;
        if (!cursor.TryTake('}'))
        {
            do
            {
                if (cursor.Peek() != '"')
                {
                    cursor.Fail("a property name expected");
                    return cursor.Problem;
                }
                var token = cursor.Read(out var name);
                if (token == JsonToken.Malformed || !cursor.Take(':'))
                    return cursor.Problem;
                var problem = token == JsonToken.String && name.SequenceEqual("data"u8)
                    ? ReadData(ref cursor, target, ref hasData)
                    : token == JsonToken.String && name.SequenceEqual("op"u8)
                        ? ReadKind(ref cursor, ref hasKind, out kind)
                    : cursor.Read(out _) == JsonToken.Malformed ? cursor.Problem : null;
                if (problem is not null)
                    return problem;
            }
            while (cursor.TryTake(','));
            if (!cursor.Take('}'))
                return cursor.Problem;
        }
        if (!cursor.AtEnd())
            return cursor.Problem;
        if (!hasKind)
            return "property \"op\" is missing";
        if (!hasData)
            return "property \"data\" is missing";
        return mode.Contains(kind) ? null : $"a change {kind.Symbol()} does not fit changelog mode {mode}";
    }

    string? ReadData(ref JsonCursor cursor, BatchBuilder target, ref bool hasData)
    {
        // Of two properties with one name the last one counts.
        if (hasData)
            target.CancelRow();
        hasData = true;
        return reader.Read(ref cursor, target) is { } problem ? $"property \"data\": {problem}" : null;
    }

    static string? ReadKind(ref JsonCursor cursor, ref bool hasKind, out RowKind kind)
    {
        kind = RowKind.Insert;
        var token = cursor.Read(out var text);
        if (token == JsonToken.Malformed)
            return cursor.Problem;
        hasKind = token == JsonToken.String;
        if (text.SequenceEqual("+I"u8) && hasKind)
            return null;
        kind = text.SequenceEqual("-U"u8) ? RowKind.UpdateBefore
            : text.SequenceEqual("+U"u8) ? RowKind.UpdateAfter
            : RowKind.Delete;
        return hasKind && text.SequenceEqual(kind.Symbol() switch { "-U" => "-U"u8, "+U" => "+U"u8, _ => "-D"u8 })
            ? null
            : $"property \"op\" must be \"+I\", \"-U\", \"+U\" or \"-D\", not {TextValues.Excerpt(text)}";
    }
}
