using SqlStream.Connectors.Formats.Changes;
using SqlStream.Connectors.Formats.Json;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Formats.OggJson;

/// <summary>Decodes changes as Oracle GoldenGate writes them: <c>I</c> inserts, <c>U</c> is -U and +U, <c>D</c> deletes.</summary>
sealed class OggJsonDecoder(ChangeRows rows, JsonOptions options) : ChangeDecoder(options)
{
    /// <summary>Positions of the properties of a change, for <see cref="ChangeMetadata.Property"/>.</summary>
    public const int Before = 0, After = 1, Operation = 2, Table = 3, Keys = 4, Time = 5, EventTime = 6;

    static readonly JsonProperties _properties =
        new("before", "after", "op_type", "table", "primary_keys", "current_ts", "op_ts");

    protected override string? Read(ReadOnlySpan<byte> message, BatchBuilder target)
    {
        var cursor = new JsonCursor(message);
        Span<int> found = stackalloc int[_properties.Count];
        if (FindOperation(ref cursor, _properties, found, Operation, "op_type") is { } problem)
            return problem;
        cursor.Read(out var operation);
        if (operation.SequenceEqual("I"u8))
            return Append(ref cursor, found, After, RowKind.Insert, target);
        if (operation.SequenceEqual("D"u8))
            return Append(ref cursor, found, Before, RowKind.Delete, target);
        if (!operation.SequenceEqual("U"u8))
            return NotSupported("op_type", operation);
        return Append(ref cursor, found, Before, RowKind.UpdateBefore, target)
            ?? Append(ref cursor, found, After, RowKind.UpdateAfter, target);
    }

    string? Append(ref JsonCursor cursor, scoped ReadOnlySpan<int> found, int property, RowKind kind, BatchBuilder target)
    {
        var name = property == Before ? "before" : "after";
        return found[property] < 0
            ? Missing(name)
            : rows.Append(ref cursor, name, found[property], JsonProperties.Missing, found, kind, target);
    }
}
