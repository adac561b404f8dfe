using SqlStream.Connectors.Formats.Json;
using SqlStream.Core.Columns;

namespace SqlStream.Connectors.Formats.Avro;

/// <summary>Reads values of one schema into columns of one type. Not thread-safe.</summary>
abstract class AvroReader
{
    /// <summary>Appends the value at the cursor. After false the builder may hold a part of a value, and the cursor says what is wrong.</summary>
    public abstract bool Read(ref AvroCursor cursor, ColumnBuilder builder);
}

/// <summary>Reads null, which takes no bytes.</summary>
sealed class AvroNullReader : AvroReader
{
    public override bool Read(ref AvroCursor cursor, ColumnBuilder builder)
    {
        builder.AppendNull();
        return true;
    }
}

/// <summary>Stands where the schemas do not fit: a value that comes here is malformed.</summary>
sealed class AvroMisfitReader(string problem) : AvroReader
{
    public override bool Read(ref AvroCursor cursor, ColumnBuilder builder) => cursor.Fail(problem);
}

/// <summary>Reads the branch that comes.</summary>
sealed class AvroUnionReader(AvroReader[] branches) : AvroReader
{
    public override bool Read(ref AvroCursor cursor, ColumnBuilder builder) =>
        cursor.ReadBranch(branches.Length, out var branch) && branches[branch].Read(ref cursor, builder);
}

/// <summary>Reads a value that is not in the bytes: the default of a field.</summary>
sealed class AvroDefaultReader(byte[] value, AvroReader reader) : AvroReader
{
    public override bool Read(ref AvroCursor cursor, ColumnBuilder builder)
    {
        var inner = new AvroCursor(value);
        return reader.Read(ref inner, builder) || cursor.Fail(inner.Problem!);
    }
}

/// <summary>Reads the fields of a record, in the writer's order.</summary>
/// <param name="fields">For each field the column that it fills, or -1, and what reads or else passes it.</param>
/// <param name="missing">The columns that the writer does not know.</param>
sealed class AvroFieldsReader((int Column, AvroReader? Reader, AvroSchema Schema)[] fields, (int Column, AvroReader Reader)[] missing)
{
    public bool Read(ref AvroCursor cursor, ReadOnlySpan<ColumnBuilder> columns)
    {
        foreach (ref readonly var field in fields.AsSpan())
        {
            if (field.Reader is { } reader ? !reader.Read(ref cursor, columns[field.Column]) : !cursor.Skip(field.Schema))
                return false;
        }
        foreach (ref readonly var field in missing.AsSpan())
        {
            if (!field.Reader.Read(ref cursor, columns[field.Column]))
                return false;
        }
        return true;
    }
}

/// <summary>Reads a record into a ROW.</summary>
sealed class AvroRecordReader(AvroFieldsReader fields) : AvroReader
{
    public override bool Read(ref AvroCursor cursor, ColumnBuilder builder)
    {
        var row = (RowColumnBuilder)builder;
        if (!fields.Read(ref cursor, row.Fields))
            return false;
        row.EndRow();
        return true;
    }
}

/// <summary>Reads an array into an ARRAY.</summary>
sealed class AvroArrayReader(AvroReader element) : AvroReader
{
    public override bool Read(ref AvroCursor cursor, ColumnBuilder builder)
    {
        var list = (ListColumnBuilder)builder;
        while (true)
        {
            if (!cursor.ReadBlock(out var elements, out _))
                return false;
            if (elements == 0)
                break;
            for (var i = 0L; i < elements; i++)
            {
                if (!element.Read(ref cursor, list.Elements))
                    return false;
            }
        }
        list.EndList();
        return true;
    }
}

/// <summary>Reads a map into a MAP or MULTISET. Of several values of one key the last counts: where a key comes again, the map is read anew
/// without the earlier ones.</summary>
sealed class AvroMapReader(AvroSchema valueSchema, AvroReader value) : AvroReader
{
    readonly JsonMapKeys _keys = new();

    public override bool Read(ref AvroCursor cursor, ColumnBuilder builder)
    {
        var map = (MapColumnBuilder)builder;
        var start = cursor.Position;
        var rows = map.Count;
        _keys.Begin();
        while (true)
        {
            cursor.Position = start;
            if (!ReadEntries(ref cursor, map))
                return false;
            if (!_keys.HasRepeated)
                break;
            map.Truncate(rows);
            _keys.BeginAgain();
        }
        map.EndMap();
        return true;
    }

    bool ReadEntries(ref AvroCursor cursor, MapColumnBuilder map)
    {
        while (true)
        {
            if (!cursor.ReadBlock(out var elements, out _))
                return false;
            if (elements == 0)
                return true;
            for (var i = 0L; i < elements; i++)
            {
                if (!cursor.ReadBytes(out var key))
                    return false;
                if (!System.Text.Unicode.Utf8.IsValid(key))
                    return cursor.Fail(FormatMessages.InvalidUtf8);
                var counts = _keys.Next(key);
                if (counts)
                    ((BytesColumnBuilder)map.Keys).Append(key);
                if (counts ? !value.Read(ref cursor, map.Values) : !cursor.Skip(valueSchema))
                    return false;
            }
        }
    }
}
