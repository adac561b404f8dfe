using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Formats.Json;

/// <summary>Writes the columns of a row as the properties of a JSON object, without white space.</summary>
sealed class JsonObjectWriter : IRowTextWriter
{
    readonly Value[] _columns;
    readonly int[] _batchColumns;
    readonly JsonOptions _options;
    readonly byte _separator;
    readonly byte[] _nullKey;

    /// <param name="schema">The columns.</param>
    /// <param name="options">The format's options.</param>
    /// <param name="batchColumns">Where each of them stands in a batch; null if in the same place.</param>
    public JsonObjectWriter(Schema schema, JsonOptions options, IReadOnlyList<int>? batchColumns = null)
    {
        _batchColumns = [.. batchColumns ?? [.. Enumerable.Range(0, schema.Count)]];
        _columns = [.. schema.Fields.Select(field => new Value(field.Name, field.Name, TextType.Of(field.Type)))];
        _options = options;
        _separator = options.IsIso ? (byte)'T' : (byte)' ';
        _nullKey = Encoding.UTF8.GetBytes(options.NullKeyLiteral);
    }

    /// <summary>Appends the object of a stored row.</summary>
    public void Write(Batch batch, int row, RowText text)
    {
        var isFirst = true;
        text.Append((byte)'{');
        for (var i = 0; i < _columns.Length; i++)
            WriteProperty(_columns[i], batch[_batchColumns[i]], row, text, ref isFirst);
        text.Append((byte)'}');
    }

    void WriteProperty(Value value, Column column, int row, RowText text, ref bool isFirst)
    {
        if (_options.IgnoreNullFields && column.IsNull(row))
            return;
        if (!isFirst)
            text.Append((byte)',');
        isFirst = false;
        text.Append(value.Property);
        WriteValue(value, column, row, text);
    }

    void WriteValue(Value value, Column column, int row, RowText text)
    {
        if (column.IsNull(row))
        {
            text.Append("null"u8);
            return;
        }
        switch (value.Type.Kind)
        {
            case TextKind.Characters:
                JsonStrings.Write(((BytesColumn)column)[row], text);
                break;
            case TextKind.Binary:
                text.Append((byte)'"');
                text.AppendBase64(((BytesColumn)column)[row]);
                text.Append((byte)'"');
                break;
            case TextKind.Double when !double.IsFinite(((FixedColumn<double>)column)[row]):
            case TextKind.Float when !float.IsFinite(((FixedColumn<float>)column)[row]):
            case >= TextKind.Date and < TextKind.IntervalMonths:
                text.Append((byte)'"');
                text.AppendValue(value.Type, column, row, _separator);
                text.Append((byte)'"');
                break;
            case TextKind.Array:
                WriteArray(value.Parts[0], (ListColumn)column, row, text);
                break;
            case TextKind.Map:
                WriteMap(value, (MapColumn)column, row, text);
                break;
            case TextKind.Row:
                WriteRow(value, (RowColumn)column, row, text);
                break;
            default:
                text.AppendValue(value.Type, column, row, _separator);
                break;
        }
    }

    void WriteArray(Value element, ListColumn column, int row, RowText text)
    {
        var (start, count) = column[row];
        text.Append((byte)'[');
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
                text.Append((byte)',');
            WriteValue(element, column.Elements, start + i, text);
        }
        text.Append((byte)']');
    }

    void WriteMap(Value value, MapColumn column, int row, RowText text)
    {
        var (start, count) = column[row];
        var isFirst = true;
        text.Append((byte)'{');
        for (var i = start; i < start + count; i++)
        {
            var isNull = column.Keys.IsNull(i);
            if (isNull && _options.NullKeys == NullKeyMode.Fail)
                throw ConnectorErrors.NullKeyOfMap(value.Column, _options.Format);
            if (isNull && _options.NullKeys == NullKeyMode.Drop)
                continue;
            if (!isFirst)
                text.Append((byte)',');
            isFirst = false;
            JsonStrings.Write(isNull ? _nullKey : ((BytesColumn)column.Keys)[i], text);
            text.Append((byte)':');
            WriteValue(value.Parts[1], column.Values, i, text);
        }
        text.Append((byte)'}');
    }

    void WriteRow(Value value, RowColumn column, int row, RowText text)
    {
        var isFirst = true;
        text.Append((byte)'{');
        for (var i = 0; i < value.Parts.Length; i++)
            WriteProperty(value.Parts[i], column.Fields[i], column.Stored(row), text, ref isFirst);
        text.Append((byte)'}');
    }

    /// <summary>How a value is written.</summary>
    sealed class Value
    {
        /// <param name="column">The column in which it stands.</param>
        /// <param name="name">Its name in an object.</param>
        /// <param name="type">Its type.</param>
        public Value(string column, string name, in TextType type)
        {
            Column = column;
            Type = type;
            Property = Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\":");
            var names = (type.Type as RowType)?.Fields.Map(field => field.Name);
            Parts = [.. type.Parts.Select((part, i) => new Value(column, names?[i] ?? "", part))];
        }

        public string Column { get; }

        public TextType Type { get; }

        /// <summary>The name in quotes, and the colon.</summary>
        public byte[] Property { get; }

        public Value[] Parts { get; }
    }
}
