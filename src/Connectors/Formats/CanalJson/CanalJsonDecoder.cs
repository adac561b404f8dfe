using SqlStream.Connectors.Formats.Changes;
using SqlStream.Connectors.Formats.Json;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Formats.CanalJson;

/// <summary>Decodes changes as Canal writes them: several rows of one kind an entry. <c>old</c> holds what an update changed, the rest of the
/// old row is in <c>data</c>. Entries about tables hold no row.</summary>
sealed class CanalJsonDecoder(ChangeRows rows, NameFilter? databases, NameFilter? tables, JsonOptions options) : ChangeDecoder(options)
{
    /// <summary>Positions of the properties of a change, for <see cref="ChangeMetadata.Property"/>.</summary>
    public const int Data = 0, Old = 1, Operation = 2, Database = 3, Table = 4, Keys = 5, Types = 6, Time = 7, EventTime = 8;

    const int IsDefinition = 9;

    static readonly JsonProperties _properties =
        new("data", "old", "type", "database", "table", "pkNames", "sqlType", "ts", "es", "isDdl");

    protected override string? Read(ReadOnlySpan<byte> message, BatchBuilder target)
    {
        var cursor = new JsonCursor(message);
        Span<int> found = stackalloc int[_properties.Count];
        if (_properties.Find(ref cursor, found) is { } problem)
            return problem;
        if (!cursor.AtEnd())
            return cursor.Problem;
        if (!Passes(databases, ref cursor, found[Database]) || !Passes(tables, ref cursor, found[Table]))
            return null;
        if (found[IsDefinition] >= 0 && ReadAt(ref cursor, found[IsDefinition]).SequenceEqual("true"u8))
            return null;
        if (found[Operation] < 0)
            return Missing("type");
        var operation = ReadAt(ref cursor, found[Operation]);
        if (operation.SequenceEqual("INSERT"u8))
            return ReadRows(ref cursor, found, RowKind.Insert, target);
        if (operation.SequenceEqual("DELETE"u8))
            return ReadRows(ref cursor, found, RowKind.Delete, target);
        if (operation.SequenceEqual("UPDATE"u8))
            return ReadUpdates(ref cursor, found, target);
        return operation.SequenceEqual("CREATE"u8) ? null : NotSupported("type", operation);
    }

    static bool Passes(NameFilter? filter, ref JsonCursor cursor, int position) =>
        filter is null || filter.Matches(position < 0 ? default : ReadAt(ref cursor, position));

    static ReadOnlySpan<byte> ReadAt(ref JsonCursor cursor, int position)
    {
        cursor.Position = position;
        cursor.Read(out var text);
        return text;
    }

    string? ReadRows(ref JsonCursor cursor, scoped ReadOnlySpan<int> found, RowKind kind, BatchBuilder target)
    {
        var data = new Elements(found[Data]);
        while (data.Next(ref cursor, "data") is >= 0 and var row)
        {
            if (rows.Append(ref cursor, "data", row, JsonProperties.Missing, found, kind, target) is { } problem)
                return problem;
        }
        return data.Problem;
    }

    string? ReadUpdates(ref JsonCursor cursor, scoped ReadOnlySpan<int> found, BatchBuilder target)
    {
        var data = new Elements(found[Data]);
        var old = new Elements(found[Old]);
        while (data.Next(ref cursor, "data") is >= 0 and var row)
        {
            var before = old.Next(ref cursor, "old");
            if (before < 0)
                return old.Problem ?? "property \"old\" has fewer rows than \"data\"";
            var problem = rows.Append(ref cursor, "old", row, before, found, RowKind.UpdateBefore, target)
                ?? rows.Append(ref cursor, "data", row, JsonProperties.Missing, found, RowKind.UpdateAfter, target);
            if (problem is not null)
                return problem;
        }
        return data.Problem;
    }

    /// <summary>Walks over the objects of an array.</summary>
    ref struct Elements(int array)
    {
        int _next = array;
        bool _isInside;

        public string? Problem { get; private set; }

        /// <summary>Where the next object begins; negative at the end, or if something is wrong.</summary>
        public int Next(ref JsonCursor cursor, string property)
        {
            if (_next < 0)
                return Fail(_isInside ? null : Missing(property));
            cursor.Position = _next;
            if (!_isInside && !cursor.TryTake('['))
                return Fail($"property \"{property}\" is no array");
            var isFirst = !_isInside;
            _isInside = true;
            if (cursor.TryTake(']') || (!isFirst && !cursor.Take(',')))
                return Fail(null);
            cursor.Peek();
            var start = cursor.Position;
            cursor.Read(out _);
            _next = cursor.Position;
            return start;
        }

        int Fail(string? problem)
        {
            Problem = problem;
            _next = JsonProperties.Missing;
            return JsonProperties.Missing;
        }
    }
}
