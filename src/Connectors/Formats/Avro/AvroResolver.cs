using SqlStream.Core.Columns;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Formats.Avro;

/// <summary>Resolves the schema of a writer against that of a reader, as the specification says, and both against columns.</summary>
/// <remarks>Fields are found by name or by the reader's aliases; a field that the writer lacks has its default. The unit of a time and the scale
/// of a decimal are the writer's where it gives them. Beyond the specification an enum can be read as a string, a fixed as bytes.</remarks>
static class AvroResolver
{
    /// <summary>What reads the rows of a writer into the columns, in their order.</summary>
    public static AvroRowReader Resolve(AvroSchema writer, AvroSchema reader, IReadOnlyList<Field> columns)
    {
        if (writer.Kind == AvroKind.Record)
            return new AvroRowReader(Fields(writer, reader, columns, ""), null);
        // A message that is no record is the value of the only column.
        if (reader.Fields.Count == 1)
        {
            var field = reader.Fields[0];
            var only = columns.Count == 1 ? Value(writer, field.Schema, columns[0].Type, columns[0].Name) : null;
            return new AvroRowReader(new AvroFieldsReader([(only is null ? -1 : 0, only, writer)], []), null);
        }
        return new AvroRowReader(null, $"the writer's schema is {writer}, no record");
    }

    static AvroFieldsReader Fields(AvroSchema writer, AvroSchema reader, IReadOnlyList<Field> columns, string prefix)
    {
        var fields = writer.Fields.Select(field => (Column: -1, Reader: (AvroReader?)null, field.Schema)).ToArray();
        var missing = new List<(int, AvroReader)>();
        for (var column = 0; column < columns.Count; column++)
        {
            var path = prefix + columns[column].Name;
            var wanted = reader.Fields.FirstOrDefault(field => field.Name == columns[column].Name);
            var index = wanted is null ? -1 : Find(writer, wanted);
            if (wanted is null)
                missing.Add((column, new AvroMisfitReader($"column \"{path}\" is not in the reader's schema")));
            else if (index < 0 || fields[index].Reader is not null)
                missing.Add((column, Default(wanted, columns[column].Type, path)));
            else
                fields[index] = (column, Value(writer.Fields[index].Schema, wanted.Schema, columns[column].Type, path), fields[index].Schema);
        }
        return new AvroFieldsReader(fields, [.. missing]);
    }

    static int Find(AvroSchema writer, AvroField wanted)
    {
        for (var i = 0; i < writer.Fields.Count; i++)
        {
            if (writer.Fields[i].Name == wanted.Name)
                return i;
        }
        for (var i = 0; i < writer.Fields.Count; i++)
        {
            if (wanted.Aliases.Contains(writer.Fields[i].Name))
                return i;
        }
        return -1;
    }

    static AvroReader Default(AvroField field, SqlType type, string path)
    {
        if (field.Default is not { } value)
            return new AvroMisfitReader($"column \"{path}\" is not in the writer's schema and has no default");
        var bytes = new RowText();
        return AvroDefaults.TryWrite(field.Schema, value, bytes)
            ? new AvroDefaultReader(bytes.Written.ToArray(), Value(field.Schema, field.Schema, type, path))
            : new AvroMisfitReader($"the default of column \"{path}\" does not fit its schema");
    }

    static AvroReader Value(AvroSchema writer, AvroSchema reader, SqlType type, string path)
    {
        if (writer.Kind == AvroKind.Union)
            return new AvroUnionReader([.. writer.Branches.Select(branch => Value(branch, reader, type, path))]);
        if (reader.Kind == AvroKind.Union)
        {
            var branch = reader.Branches.FirstOrDefault(branch => IsSame(writer, branch))
                ?? reader.Branches.FirstOrDefault(branch => IsReadable(writer, branch));
            return branch is null ? Misfit(writer, type, path) : Value(writer, branch, type, path);
        }
        if (writer.Kind == AvroKind.Null)
            return type.IsNullable ? new AvroNullReader() : new AvroMisfitReader(FormatMessages.MissingValue(path));
        if (!IsReadable(writer, reader))
            return Misfit(writer, type, path);
        return (type, writer.Kind) switch
        {
            (RowType row, AvroKind.Record) => new AvroRecordReader(Fields(writer, reader, row.Fields, path + ".")),
            (CollectionType { Kind: SqlTypeKind.Array } array, AvroKind.Array) =>
                new AvroArrayReader(Value(writer.Element!, reader.Element!, array.Element, path)),
            (MapType or CollectionType { Kind: SqlTypeKind.Multiset }, AvroKind.Map) =>
                new AvroMapReader(writer.Element!, Value(writer.Element!, reader.Element!, MapColumn.EntryTypes(type).Value, path)),
            _ when type.IsNested => Misfit(writer, type, path),
            _ => AvroScalarReader.Create(path, TextType.Of(type), writer, reader) ?? Misfit(writer, type, path),
        };
    }

    static bool IsSame(AvroSchema writer, AvroSchema reader) =>
        writer.Kind == reader.Kind && (writer.Name.Length == 0 || writer.Name == reader.Name || reader.Aliases.Contains(writer.Name));

    static bool IsReadable(AvroSchema writer, AvroSchema reader) => (writer.Kind, reader.Kind) switch
    {
        (AvroKind.Int, AvroKind.Long or AvroKind.Float or AvroKind.Double) => true,
        (AvroKind.Long, AvroKind.Float or AvroKind.Double) => true,
        (AvroKind.Float, AvroKind.Double) => true,
        (AvroKind.String or AvroKind.Enum, AvroKind.Bytes or AvroKind.String) => true,
        (AvroKind.Bytes, AvroKind.String) => true,
        (AvroKind.Fixed, AvroKind.Bytes) => true,
        (AvroKind.Fixed, AvroKind.String) => writer.Logical == AvroLogical.Uuid,
        (AvroKind.Fixed, AvroKind.Fixed) => writer.Size == reader.Size,
        // Micros of the day fit no int; the meaning is the same.
        (AvroKind.Long, AvroKind.Int) => writer.Logical == AvroLogical.TimeMicros && reader.Logical == AvroLogical.TimeMillis,
        var (written, wanted) => written == wanted,
    };

    static AvroMisfitReader Misfit(AvroSchema writer, SqlType type, string path) =>
        new($"column \"{path}\" of type {type.Name} cannot be read from the writer's {writer}");
}
