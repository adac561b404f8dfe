using System.Text.Json;

namespace SqlStream.Functions.Json;

/// <summary>Finds the end of a path with one end by reading the text once, without making objects of it.</summary>
/// <remarks>The whole text is read, so that a text that is no JSON is an error wherever the fault lies, and of members with the same
/// name the last one counts.</remarks>
static class JsonSearch
{
    /// <summary>Looks for the end of a path. The value lies at <paramref name="start"/>; of a string it is what stands in quotes.</summary>
    public static JsonOutcome Find(ReadOnlySpan<byte> text, JsonPath path, out int start, out int length, out JsonTokenType token)
    {
        (start, length, token) = (-1, 0, JsonTokenType.None);
        if (!JsonText.HasWholeCharacters(text))
            return path.IsLax ? JsonOutcome.Empty : JsonOutcome.Error;
        var found = (Start: -1, Length: 0, Token: JsonTokenType.None);
        try
        {
            var reader = new Utf8JsonReader(text, JsonText.Reading);
            if (!reader.Read())
                return path.IsLax ? JsonOutcome.Empty : JsonOutcome.Error;
            Walk(ref reader, path.Steps, 0, text, ref found);
            while (reader.Read())
                continue;
        }
        catch (JsonException)
        {
            return path.IsLax ? JsonOutcome.Empty : JsonOutcome.Error;
        }
        (start, length, token) = found;
        return token switch
        {
            JsonTokenType.None => path.IsLax ? JsonOutcome.Empty : JsonOutcome.Error,
            JsonTokenType.Null => JsonOutcome.Empty,
            JsonTokenType.StartObject or JsonTokenType.StartArray => JsonOutcome.Structure,
            _ => JsonOutcome.Scalar,
        };
    }

    static void Walk(
        ref Utf8JsonReader reader, IReadOnlyList<JsonStep> steps, int step, ReadOnlySpan<byte> text, ref (int Start, int Length, JsonTokenType Token) found)
    {
        if (step == steps.Count)
        {
            var start = (int)reader.TokenStartIndex;
            var token = reader.TokenType;
            reader.Skip();
            found = (start, (int)reader.BytesConsumed - start, token);
            return;
        }
        switch (steps[step], reader.TokenType)
        {
            case (MemberStep member, JsonTokenType.StartObject):
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var isMatch = reader.ValueTextEquals(member.Utf8Name);
                    reader.Read();
                    if (isMatch)
                    {
                        found = (-1, 0, JsonTokenType.None);
                        Walk(ref reader, steps, step + 1, text, ref found);
                    }
                    else
                    {
                        reader.Skip();
                    }
                }
                break;
            case (ElementStep element, JsonTokenType.StartArray):
                var index = element.Index >= 0 ? element.Index : Count(reader) + element.Index;
                for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
                {
                    if (i == index)
                        Walk(ref reader, steps, step + 1, text, ref found);
                    else
                        reader.Skip();
                }
                break;
            default:
                reader.Skip();
                break;
        }
    }

    // The reader is a copy: the caller's stays where it is.
    static int Count(Utf8JsonReader reader)
    {
        var count = 0;
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; count++)
            reader.Skip();
        return count;
    }
}
