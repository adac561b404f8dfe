using SqlStream.Connectors.Formats.Json;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Formats.Changes;

/// <summary>Appends the rows of a change: the stored columns from an object of the envelope, the metadata columns from its properties.</summary>
/// <remarks>Not thread-safe.</remarks>
sealed class ChangeRows
{
    readonly JsonObjectReader _reader;
    readonly int[] _storedPlaces;
    readonly ColumnBuilder[] _stored;
    readonly MetadataColumn[] _metadata;
    BatchBuilder? _target;

    /// <param name="table">The table; its metadata keys are among <paramref name="known"/>.</param>
    /// <param name="readColumns">The columns that are read.</param>
    /// <param name="options">The format's options.</param>
    /// <param name="known">What the envelope holds.</param>
    public ChangeRows(
        ConnectorTable table, IReadOnlyList<int> readColumns, JsonOptions options, IReadOnlyList<ChangeMetadata> known)
    {
        var scalars = new JsonScalars(options);
        _storedPlaces = [.. Enumerable.Range(0, readColumns.Count).Where(place => readColumns[place] < table.StoredColumns)];
        _stored = new ColumnBuilder[_storedPlaces.Length];
        _reader = new JsonObjectReader(table.Schema, [.. _storedPlaces.Select(place => readColumns[place])], options);
        _metadata = [.. Enumerable.Range(0, readColumns.Count).Except(_storedPlaces).Select(place => new MetadataColumn(
            place, known.First(item => item.Key == table.MetadataKeys[readColumns[place] - table.StoredColumns]), options, scalars))];
    }

    /// <summary>True if a column wants one of the properties from that one on.</summary>
    public bool WantsFrom(int property) => Array.Exists(_metadata, column => column.Property >= property);

    /// <summary>Ends a row. Returns what is wrong, or null; after an error the row is not ended.</summary>
    /// <param name="cursor">The envelope.</param>
    /// <param name="property">What the object is called in messages.</param>
    /// <param name="data">Where the object begins that holds the row.</param>
    /// <param name="over">Where an object begins whose properties count more, or <see cref="JsonProperties.Missing"/>.</param>
    /// <param name="properties">Where the properties of the envelope begin.</param>
    /// <param name="kind">The kind of the row.</param>
    /// <param name="target">Where the row goes.</param>
    public string? Append(
        ref JsonCursor cursor, string property, int data, int over, scoped ReadOnlySpan<int> properties, RowKind kind,
        BatchBuilder target)
    {
        if (!ReferenceEquals(_target, target))
            Attach(target);
        cursor.Position = data;
        var problem = over < 0
            ? _reader.Read(ref cursor, _stored, target.Rows)
            : _reader.ReadMerged(ref cursor, over, _stored, target.Rows);
        if (problem is not null)
            return $"property \"{property}\": {problem}";
        foreach (var column in _metadata)
        {
            if (column.Append(ref cursor, properties, target) is { } wrong)
                return wrong;
        }
        target.EndRow(kind);
        return null;
    }

    void Attach(BatchBuilder target)
    {
        _target = target;
        for (var i = 0; i < _stored.Length; i++)
            _stored[i] = target[_storedPlaces[i]];
    }

    sealed class MetadataColumn(int place, ChangeMetadata metadata, JsonOptions options, JsonScalars scalars)
    {
        readonly JsonValueReader _value = new(metadata.Key, metadata.Type, options, scalars);

        public int Property => metadata.Property;

        public string? Append(ref JsonCursor cursor, scoped ReadOnlySpan<int> properties, BatchBuilder target)
        {
            var builder = target[place];
            var position = properties[metadata.Property];
            if (position < 0)
            {
                builder.AppendNull();
                return null;
            }
            cursor.Position = position;
            var problem = metadata.Form == ChangeMetadataForm.Plain
                ? _value.Read(ref cursor, builder)
                : AppendTime(ref cursor, (FixedColumnBuilder<long>)builder);
            if (problem is null || !options.IgnoreParseErrors)
                return problem;
            builder.Truncate(target.Rows);
            builder.AppendNull();
            return null;
        }

        string? AppendTime(ref JsonCursor cursor, FixedColumnBuilder<long> builder)
        {
            var token = cursor.Read(out var text);
            var isTime = metadata.Form == ChangeMetadataForm.Text
                ? TryReadText(token, text, out var micros)
                : TryReadNumber(token, text, metadata.Form == ChangeMetadataForm.Seconds ? 1_000_000 : 1_000, out micros);
            if (!isTime)
                return TextValues.Complaint(metadata.Key, TextType.Of(metadata.Type), text);
            builder.Append(micros);
            return null;
        }

        static bool TryReadNumber(JsonToken token, ReadOnlySpan<byte> text, long micros, out long value)
        {
            value = 0;
            if (token != JsonToken.Integer || NumberText.ParseInteger(text, out var number) != NumberResult.Ok
                || number > long.MaxValue / micros || number < long.MinValue / micros)
                return false;
            value = number * micros;
            return true;
        }

        static bool TryReadText(JsonToken token, ReadOnlySpan<byte> text, out long value)
        {
            value = 0;
            return token == JsonToken.String && text.Length > 10 && text[10] is (byte)' ' or (byte)'T'
                && TimeText.TryParseTimestamp(text, text[10], 6, out value);
        }
    }
}
