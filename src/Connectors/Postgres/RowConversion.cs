using System.Buffers;
using System.Buffers.Binary;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Postgres;

/// <summary>Turns frames of rows as they were encoded into frames of rows as the columns of the table take them.</summary>
sealed class RowConversion
{
    readonly IReadOnlyList<FieldConversion?> _fields;
    readonly IReadOnlyList<FieldConversion?> _key;
    readonly IReadOnlyList<string> _columns;
    readonly IReadOnlyList<string> _keyColumns;

    RowConversion(IReadOnlyList<FieldConversion?> fields, IReadOnlyList<FieldConversion?> key, IReadOnlyList<string> columns, IReadOnlyList<string> keyColumns)
    {
        (_fields, _key, _columns, _keyColumns) = (fields, key, columns, keyColumns);
    }

    /// <summary>The conversion of a table's rows; null where they are right as they are.</summary>
    /// <param name="fields">Of each column, how it is changed; null where it is not.</param>
    /// <param name="keyColumns">The columns of the key; empty if there is none.</param>
    /// <param name="columns">The columns there.</param>
    public static RowConversion? Of(IReadOnlyList<FieldConversion?> fields, IReadOnlyList<int> keyColumns, IReadOnlyList<PostgresColumn> columns)
    {
        var key = keyColumns.Select(column => columns[column].IsCaseless || columns[column].Oid == PostgresTypes.BlankPadded
            ? new KeyText(columns[column].IsCaseless)
            : fields[column] is NumericConversion ? new NumericConversion(isKey: true) : fields[column]).ToList();
        var names = columns.Select(column => column.Name).ToList();
        return fields.Concat(key).All(field => field is null) ? null : new RowConversion(fields, key, names, [.. keyColumns.Select(column => names[column])]);
    }

    /// <summary>Converts the rows of a frame without keys. A row that cannot be converted is left out and told.</summary>
    public ReadOnlyMemory<byte> Convert(ReadOnlyMemory<byte> frame, Action<ReadOnlyMemory<byte>, RowRefusal> refuse)
    {
        var output = new ArrayBufferWriter<byte>(frame.Length + 64);
        for (var position = 0; position < frame.Length;)
        {
            var bytes = CopyRows.RowBytes(frame.Span[position..]);
            var start = output.WrittenCount;
            if (TryWriteRow(frame.Span.Slice(position, bytes), _fields, _columns, output) is { } refusal)
            {
                Cut(ref output, start);
                refuse(frame.Slice(position, bytes), refusal);
            }
            position += bytes;
        }
        return output.WrittenMemory;
    }

    /// <summary>Converts the rows of a frame with keys. A row that cannot be converted is left out and told.</summary>
    public ReadOnlyMemory<byte> ConvertKeyed(ReadOnlyMemory<byte> frame, Action<ReadOnlyMemory<byte>, RowRefusal> refuse)
    {
        var output = new ArrayBufferWriter<byte>(frame.Length + 64);
        for (var position = 0; position < frame.Length;)
        {
            var row = KeyedRow.Read(frame.Span[position..]);
            var start = output.WrittenCount;
            if (TryConvert(frame.Span.Slice(position, row.Bytes), row, output) is { } refusal)
            {
                Cut(ref output, start);
                refuse(frame.Slice(position, row.Bytes), refusal);
            }
            position += row.Bytes;
        }
        return output.WrittenMemory;
    }

    RowRefusal? TryConvert(ReadOnlySpan<byte> source, KeyedRow row, ArrayBufferWriter<byte> output)
    {
        var start = output.WrittenCount;
        output.GetSpan(KeyedRow.HeaderBytes);
        output.Advance(KeyedRow.HeaderBytes);
        var key = source.Slice(KeyedRow.HeaderBytes, row.KeyBytes);
        if (TryWriteRow(key, _key, _keyColumns, output) is { } wrongKey)
            return wrongKey;
        var keyEnd = output.WrittenCount;
        if (!row.IsDelete && TryWriteRow(source[(KeyedRow.HeaderBytes + row.KeyBytes)..], _fields, _columns, output) is { } wrongRow)
            return wrongRow;
        KeyedRow.WriteHeader(
            System.Runtime.InteropServices.MemoryMarshal.AsMemory(output.WrittenMemory).Span[start..], row.IsDelete, keyEnd - start - KeyedRow.HeaderBytes, output.WrittenCount - keyEnd);
        return null;
    }

    static RowRefusal? TryWriteRow(ReadOnlySpan<byte> row, IReadOnlyList<FieldConversion?> fields, IReadOnlyList<string> columns, ArrayBufferWriter<byte> output)
    {
        Check.That(BinaryPrimitives.ReadInt16BigEndian(row) == fields.Count);
        output.Write(row[..2]);
        var rest = row[2..];
        for (var i = 0; i < fields.Count; i++)
        {
            var before = rest;
            if (TryWriteField(ref rest, fields[i], output))
                continue;
            var value = before.Slice(CopyField.LengthBytes, Math.Min(BinaryPrimitives.ReadInt32BigEndian(before), 100));
            return new RowRefusal(fields[i]!.SqlStateOfFailure, $"'{System.Text.Encoding.UTF8.GetString(value)}' is no value of column \"{columns[i]}\"", null);
        }
        return null;
    }

    /// <summary>Copies a field, converted, and moves behind it; false if it cannot be converted.</summary>
    public static bool TryWriteField(ref ReadOnlySpan<byte> source, FieldConversion? conversion, ArrayBufferWriter<byte> output)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(source);
        var bytes = CopyField.LengthBytes + Math.Max(0, length);
        var field = source[..bytes];
        source = source[bytes..];
        if (length < 0 || conversion is null)
        {
            output.Write(field);
            return true;
        }
        var start = output.WrittenCount;
        output.GetSpan(CopyField.LengthBytes);
        output.Advance(CopyField.LengthBytes);
        if (!conversion.TryWrite(field[CopyField.LengthBytes..], output))
            return false;
        var written = System.Runtime.InteropServices.MemoryMarshal.AsMemory(output.WrittenMemory).Span[start..];
        BinaryPrimitives.WriteInt32BigEndian(written, written.Length - CopyField.LengthBytes);
        return true;
    }

    static void Cut(ref ArrayBufferWriter<byte> output, int length)
    {
        var kept = new ArrayBufferWriter<byte>(output.Capacity);
        kept.Write(output.WrittenSpan[..length]);
        output = kept;
    }
}

/// <summary>Finds its way through rows of binary COPY.</summary>
static class CopyRows
{
    /// <summary>Bytes of the row that begins a span; -1 where not all of it is there.</summary>
    public static int RowBytesIfWhole(ReadOnlySpan<byte> source)
    {
        var fields = BinaryPrimitives.ReadInt16BigEndian(source);
        var position = 2;
        for (var i = 0; i < fields; i++)
        {
            if (source.Length < position + CopyField.LengthBytes)
                return -1;
            position += CopyField.LengthBytes + Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(source[position..]));
        }
        return position <= source.Length ? position : -1;
    }

    /// <summary>Bytes of the row that begins a span.</summary>
    public static int RowBytes(ReadOnlySpan<byte> source)
    {
        var fields = BinaryPrimitives.ReadInt16BigEndian(source);
        var position = 2;
        for (var i = 0; i < fields; i++)
            position += CopyField.LengthBytes + Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(source[position..]));
        return position;
    }
}
