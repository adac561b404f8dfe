using System.Text.Json;
using SqlStream.Functions.Json;

namespace SqlStream.Functions.Scalar.Json;

/// <summary>Documents, where a path has several ends or a value is printed anew.</summary>
static class JsonDocuments
{
    /// <summary>The document, or null where the text is no JSON.</summary>
    public static JsonDocument? TryParse(ReadOnlySpan<byte> text)
    {
        if (!JsonText.HasWholeCharacters(text))
            return null;
        try
        {
            return JsonDocument.Parse(text.ToArray(), JsonText.Parsing);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
