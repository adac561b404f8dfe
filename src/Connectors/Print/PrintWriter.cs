using System.Text;
using SqlStream.Connectors.Formats;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Print;

/// <summary>Writes rows as lines. The lines of a batch go out in one piece under a lock on the writer, so that those
/// of several subtasks never mix.</summary>
sealed class PrintWriter : ISinkWriter
{
    readonly TextType[] _types;
    readonly byte[] _prefix;
    readonly TextWriter _output;
    readonly RowText _text = new();
    char[] _characters = new char[4096];

    public PrintWriter(Schema schema, string prefix, TextWriter output)
    {
        _types = [.. schema.Fields.Select(field => TextType.Of(field.Type))];
        _prefix = Encoding.UTF8.GetBytes(prefix);
        _output = output;
    }

    public void Write(Batch batch)
    {
        for (var i = 0; i < batch.Rows; i++)
            WriteRow(batch, batch.StoredRow(i));
        var length = Encoding.UTF8.GetMaxCharCount(_text.Length);
        if (_characters.Length < length)
            _characters = new char[length];
        length = Encoding.UTF8.GetChars(_text.Written, _characters);
        _text.Length = 0;
        lock (_output)
            _output.Write(_characters.AsSpan(0, length));
    }

    public void Flush()
    {
        lock (_output)
            _output.Flush();
    }

    public void Dispose()
    {
        // The writer belongs to the process.
    }

    void WriteRow(Batch batch, int row)
    {
        _text.Append(_prefix);
        _text.Append(batch.Kind(row) switch
        {
            RowKind.Insert => "+I["u8,
            RowKind.UpdateBefore => "-U["u8,
            RowKind.UpdateAfter => "+U["u8,
            _ => "-D["u8,
        });
        for (var i = 0; i < _types.Length; i++)
        {
            if (i > 0)
                _text.Append(", "u8);
            WriteValue(_types[i], batch[i], row);
        }
        _text.Append("]\n"u8);
    }

    void WriteValue(in TextType type, Column column, int row)
    {
        if (column.IsNull(row))
        {
            _text.Append("null"u8);
            return;
        }
        switch (type.Kind)
        {
            case TextKind.Array:
                WriteList(type.Parts[0], (ListColumn)column, row);
                break;
            case TextKind.Map:
                WriteMap(type, (MapColumn)column, row);
                break;
            case TextKind.Row:
                WriteRow(type, (RowColumn)column, row);
                break;
            case TextKind.IntervalMonths:
                JavaText.AppendPeriod(((FixedColumn<int>)column)[row], _text);
                break;
            case TextKind.IntervalMillis:
                JavaText.AppendDuration(((FixedColumn<long>)column)[row], _text);
                break;
            case TextKind.Timestamp or TextKind.TimestampLtz when type.IsNanos:
                var (micros, nanos) = TimeText.SplitNanos(((FixedColumn<Int128>)column)[row]);
                JavaText.AppendTimestamp(micros, type.Kind == TextKind.TimestampLtz, _text, nanos);
                break;
            case TextKind.Characters:
                _text.Append(((BytesColumn)column)[row]);
                break;
            case TextKind.Binary:
                WriteBinary(((BytesColumn)column)[row]);
                break;
            case TextKind.Float:
                JavaText.AppendFloating(((FixedColumn<float>)column)[row], _text);
                break;
            case TextKind.Double:
                JavaText.AppendFloating(((FixedColumn<double>)column)[row], _text);
                break;
            case TextKind.CompactDecimal:
                JavaText.AppendDecimal(((FixedColumn<long>)column)[row], type.Scale, _text);
                break;
            case TextKind.WideDecimal:
                JavaText.AppendDecimal(((FixedColumn<Int128>)column)[row], type.Scale, _text);
                break;
            case TextKind.Time:
                JavaText.AppendTime(((FixedColumn<int>)column)[row] * 1000L, _text);
                break;
            case TextKind.Timestamp or TextKind.TimestampLtz:
                JavaText.AppendTimestamp(((FixedColumn<long>)column)[row], type.Kind == TextKind.TimestampLtz, _text);
                break;
            default:
                _text.AppendValue(type, column, row, (byte)' ');
                break;
        }
    }

    void WriteList(in TextType element, ListColumn column, int row)
    {
        var (start, count) = column[row];
        _text.Append((byte)'[');
        for (var i = start; i < start + count; i++)
        {
            if (i > start)
                _text.Append(", "u8);
            WriteValue(element, column.Elements, i);
        }
        _text.Append((byte)']');
    }

    void WriteMap(in TextType type, MapColumn column, int row)
    {
        var (start, count) = column[row];
        _text.Append((byte)'{');
        for (var i = start; i < start + count; i++)
        {
            if (i > start)
                _text.Append(", "u8);
            WriteValue(type.Parts[0], column.Keys, i);
            _text.Append((byte)'=');
            WriteValue(type.Parts[1], column.Values, i);
        }
        _text.Append((byte)'}');
    }

    // Rows within rows show the kind of a change, too, which is always that of an insert.
    void WriteRow(in TextType type, RowColumn column, int row)
    {
        _text.Append("+I["u8);
        for (var i = 0; i < type.Parts.Length; i++)
        {
            if (i > 0)
                _text.Append(", "u8);
            WriteValue(type.Parts[i], column.Fields[i], column.Stored(row));
        }
        _text.Append((byte)']');
    }

    // Java shows bytes as signed numbers.
    void WriteBinary(ReadOnlySpan<byte> bytes)
    {
        _text.Append((byte)'[');
        for (var i = 0; i < bytes.Length; i++)
        {
            if (i > 0)
                _text.Append(", "u8);
            _text.Append((sbyte)bytes[i]);
        }
        _text.Append((byte)']');
    }
}
