using SqlStream.Connectors.Formats.Changes;
using SqlStream.Connectors.Formats.Json;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Formats.MaxwellJson;

/// <summary>Decodes changes as Maxwell writes them: <c>old</c> holds what an update changed, the rest of the old row is in <c>data</c>. Entries
/// about tables, databases and the course of a bootstrap hold no row.</summary>
sealed class MaxwellJsonDecoder(ChangeRows rows, JsonOptions options) : ChangeDecoder(options)
{
    /// <summary>Positions of the properties of a change, for <see cref="ChangeMetadata.Property"/>.</summary>
    public const int Data = 0, Old = 1, Operation = 2, Database = 3, Table = 4, Keys = 5, Time = 6;

    static readonly JsonProperties _properties =
        new("data", "old", "type", "database", "table", "primary_key_columns", "ts");

    protected override string? Read(ReadOnlySpan<byte> message, BatchBuilder target)
    {
        var cursor = new JsonCursor(message);
        Span<int> found = stackalloc int[_properties.Count];
        if (FindOperation(ref cursor, _properties, found, Operation, "type") is { } problem)
            return problem;
        cursor.Read(out var operation);
        if (operation.SequenceEqual("insert"u8) || operation.SequenceEqual("bootstrap-insert"u8))
            return Append(ref cursor, found, JsonProperties.Missing, RowKind.Insert, target);
        if (operation.SequenceEqual("delete"u8))
            return Append(ref cursor, found, JsonProperties.Missing, RowKind.Delete, target);
        if (operation.SequenceEqual("update"u8))
        {
            if (found[Old] < 0)
                return Missing("old");
            return Append(ref cursor, found, found[Old], RowKind.UpdateBefore, target)
                ?? Append(ref cursor, found, JsonProperties.Missing, RowKind.UpdateAfter, target);
        }
        return operation.StartsWith("bootstrap-"u8) || operation.StartsWith("table-"u8) || operation.StartsWith("database-"u8)
            ? null
            : NotSupported("type", operation);
    }

    string? Append(ref JsonCursor cursor, scoped ReadOnlySpan<int> found, int over, RowKind kind, BatchBuilder target) =>
        found[Data] < 0 ? Missing("data") : rows.Append(ref cursor, "data", found[Data], over, found, kind, target);
}
