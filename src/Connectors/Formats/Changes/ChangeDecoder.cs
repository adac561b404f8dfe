using System.Text.Unicode;
using SqlStream.Connectors.Formats.Json;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Formats.Changes;

/// <summary>Decodes the envelopes in which systems that capture changes write them: one a message or line. Empty ones, which follow a
/// deletion, hold no row.</summary>
abstract class ChangeDecoder(JsonOptions options) : IRowDecoder, IMessageDecoder
{
    /// <inheritdoc/>
    public int FindRecordEnd(ReadOnlySpan<byte> buffer, bool isLast) => Lines.FindEnd(buffer, isLast);

    /// <inheritdoc/>
    public string? Decode(ReadOnlySpan<byte> message, BatchBuilder target)
    {
        if (message.Trim(" \t\r\n"u8).IsEmpty)
            return null;
        var rows = target.Rows;
        var problem = Utf8.IsValid(message) ? Read(message, target) : FormatMessages.InvalidUtf8;
        if (problem is null)
            return null;
        target.Truncate(rows);
        return options.IgnoreParseErrors ? null : problem;
    }

    /// <summary>Ends the rows of one envelope, which is valid UTF-8. After an error the caller undoes what was appended.</summary>
    protected abstract string? Read(ReadOnlySpan<byte> message, BatchBuilder target);

    /// <summary>Finds the properties of an envelope that is nothing but them, and goes to its operation. Returns what is wrong.</summary>
    /// <param name="cursor">The envelope.</param>
    /// <param name="properties">The properties.</param>
    /// <param name="found">Where they begin.</param>
    /// <param name="operation">Which of them is the operation.</param>
    /// <param name="name">Its name.</param>
    protected static string? FindOperation(ref JsonCursor cursor, JsonProperties properties, scoped Span<int> found, int operation, string name)
    {
        if (properties.Find(ref cursor, found) is { } problem)
            return problem;
        if (!cursor.AtEnd())
            return cursor.Problem;
        if (found[operation] < 0)
            return Missing(name);
        cursor.Position = found[operation];
        return null;
    }

    protected static string Missing(string property) => $"property \"{property}\" is missing";

    /// <summary>What is to be said of an operation that changes more than a row, or of none.</summary>
    protected static string NotSupported(string property, ReadOnlySpan<byte> value) =>
        $"property \"{property}\" says {TextValues.Excerpt(value)}, which is no change of a row";
}
