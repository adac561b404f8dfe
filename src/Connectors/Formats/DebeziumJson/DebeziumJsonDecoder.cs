using SqlStream.Connectors.Formats.Changes;
using SqlStream.Connectors.Formats.Json;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Formats.DebeziumJson;

/// <summary>Decodes changes as Debezium writes them: <c>c</c> and <c>r</c> insert, <c>u</c> is -U and +U, <c>d</c> deletes.</summary>
sealed class DebeziumJsonDecoder(ChangeRows rows, bool hasSchema, JsonOptions options) : ChangeDecoder(options)
{
    /// <summary>Positions of the properties of a change, for <see cref="ChangeMetadata.Property"/>.</summary>
    public const int Before = 0, After = 1, Operation = 2, Time = 3, Source = 4, Payload = 5, SchemaText = 6,
        SourceTime = 7, SourceDatabase = 8, SourceSchema = 9, SourceTable = 10;

    const int Count = 11;

    static readonly JsonProperties _properties = new("before", "after", "op", "ts_ms", "source", "payload");
    static readonly JsonProperties _outer = new("payload", "schema");
    static readonly JsonProperties _source = new("ts_ms", "db", "schema", "table");

    protected override string? Read(ReadOnlySpan<byte> message, BatchBuilder target)
    {
        var cursor = new JsonCursor(message);
        Span<int> found = stackalloc int[Count];
        found.Fill(JsonProperties.Missing);
        if (hasSchema)
        {
            var wrong = ReadOuter(ref cursor, found, out var isTombstone);
            if (isTombstone || wrong is not null)
                return wrong;
        }
        if (_properties.Find(ref cursor, found) is { } problem)
            return problem;
        if (!hasSchema && !cursor.AtEnd())
            return cursor.Problem;
        if (found[Source] >= 0 && rows.WantsFrom(SourceTime))
        {
            cursor.Position = found[Source];
            if (_source.Find(ref cursor, found[SourceTime..]) is { } inSource)
                return $"property \"source\": {inSource}";
        }
        return ReadChange(ref cursor, found, target);
    }

    static string? ReadOuter(ref JsonCursor cursor, scoped Span<int> found, out bool isTombstone)
    {
        Span<int> outer = stackalloc int[2];
        isTombstone = false;
        if (_outer.Find(ref cursor, outer) is { } problem)
            return problem;
        if (!cursor.AtEnd())
            return cursor.Problem;
        found[SchemaText] = outer[1];
        // Without a payload it is what follows a deletion, unless it is a change without its envelope.
        isTombstone = outer[0] < 0;
        if (isTombstone)
        {
            cursor.Position = 0;
            if (_properties.Find(ref cursor, found) is { } wrong)
                return wrong;
            return found[Operation] < 0 ? null : $"{Missing("payload")}; set 'debezium-json.schema-include' = 'false'";
        }
        cursor.Position = outer[0];
        return null;
    }

    string? ReadChange(ref JsonCursor cursor, scoped ReadOnlySpan<int> found, BatchBuilder target)
    {
        if (found[Operation] < 0)
        {
            return found[Payload] >= 0 && !hasSchema
                ? $"{Missing("op")}; set 'debezium-json.schema-include' = 'true'"
                : Missing("op");
        }
        cursor.Position = found[Operation];
        cursor.Read(out var operation);
        if (operation.Length != 1)
            return NotSupported("op", operation);
        switch (operation[0])
        {
            case (byte)'c' or (byte)'r':
                return Append(ref cursor, found, After, RowKind.Insert, target);
            case (byte)'u':
                return Append(ref cursor, found, Before, RowKind.UpdateBefore, target)
                    ?? Append(ref cursor, found, After, RowKind.UpdateAfter, target);
            case (byte)'d':
                return Append(ref cursor, found, Before, RowKind.Delete, target);
            default:
                return NotSupported("op", operation);
        }
    }

    string? Append(ref JsonCursor cursor, scoped ReadOnlySpan<int> found, int property, RowKind kind, BatchBuilder target)
    {
        var name = property == Before ? "before" : "after";
        if (found[property] < 0)
        {
            return property == After
                ? Missing(name)
                : $"{Missing(name)}; of a PostgreSQL table it comes only with REPLICA IDENTITY FULL";
        }
        return rows.Append(ref cursor, name, found[property], JsonProperties.Missing, found, kind, target);
    }
}
