using System.Buffers.Binary;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Formats.Avro;

/// <summary>Writes values of columns by a schema. Immutable once it is made.</summary>
sealed class AvroWriter
{
    readonly string _path;
    readonly AvroSchema _schema;
    readonly TextType _type;
    readonly int _nullBranch;
    readonly int _branch = -1;
    readonly AvroWriter[] _parts = [];
    readonly (int Field, byte[]? Default)[] _fields = [];

    /// <param name="schema">The schema of the values.</param>
    /// <param name="type">Their type.</param>
    /// <param name="path">Names them in messages.</param>
    /// <param name="format">The format, for messages.</param>
    public AvroWriter(AvroSchema schema, SqlType type, string path, string format)
    {
        _path = path;
        _nullBranch = -1;
        if (schema.Kind == AvroKind.Union)
        {
            var branches = schema.Branches.ToList();
            _nullBranch = branches.FindIndex(branch => branch.Kind == AvroKind.Null);
            _branch = branches.FindIndex(branch => Fits(branch, type));
            schema = _branch < 0 ? schema : branches[_branch];
        }
        if (!Fits(schema, type))
            throw ConnectorErrors.AvroMisfit(path, type, schema.ToString(), format);
        _schema = schema;
        _type = TextType.Of(type);
        switch (type)
        {
            case RowType row:
                (_parts, _fields) = Fields(schema, row.Fields, path + ".", format);
                break;
            case CollectionType { Kind: SqlTypeKind.Array } array:
                _parts = [new AvroWriter(schema.Element!, array.Element, path, format)];
                break;
            case CollectionType or MapType:
                _parts = [new AvroWriter(schema.Element!, MapColumn.EntryTypes(type).Value, path, format)];
                break;
            default:
                break;
        }
    }

    /// <summary>Writers of the columns of a record, and the order of its fields: the number of a column, or a default for fields that no
    /// column has.</summary>
    public static (AvroWriter[] Columns, (int Column, byte[]? Default)[] Order) Fields(
        AvroSchema record, IReadOnlyList<Field> columns, string prefix, string format)
    {
        var writers = new AvroWriter[columns.Count];
        var order = new (int, byte[]?)[record.Fields.Count];
        for (var i = 0; i < order.Length; i++)
        {
            var field = record.Fields[i];
            var column = columns.ToList().FindIndex(known => known.Name == field.Name);
            if (column >= 0)
            {
                writers[column] = new AvroWriter(field.Schema, columns[column].Type, prefix + field.Name, format);
                order[i] = (column, null);
                continue;
            }
            var bytes = new RowText();
            if (field.Default is not { } value || !AvroDefaults.TryWrite(field.Schema, value, bytes))
                throw ConnectorErrors.AvroFieldWithoutColumn(prefix + field.Name, format);
            order[i] = (-1, bytes.Written.ToArray());
        }
        for (var i = 0; i < writers.Length; i++)
        {
            if (writers[i] is null)
                throw ConnectorErrors.AvroColumnWithoutField(prefix + columns[i].Name, format);
        }
        return (writers, order);
    }

    /// <summary>Appends the value of a row.</summary>
    public void Write(Column column, int row, RowText target)
    {
        var isNull = column.IsNull(row);
        if (isNull && _nullBranch < 0)
            throw ConnectorErrors.AvroNull(_path);
        if (_branch >= 0)
            AvroBytes.WriteLong(isNull ? _nullBranch : _branch, target);
        if (!isNull)
            WriteValue(column, row, target);
    }

    static bool Fits(AvroSchema schema, SqlType type)
    {
        var text = TextType.Of(type);
        return (text.Kind, schema.Kind) switch
        {
            (TextKind.Boolean, AvroKind.Boolean) => true,
            (TextKind.TinyInt or TextKind.SmallInt or TextKind.Int, AvroKind.Int or AvroKind.Long) => schema.Logical == AvroLogical.None,
            (TextKind.BigInt, AvroKind.Long) => schema.Logical == AvroLogical.None,
            (TextKind.Float, AvroKind.Float) => true,
            (TextKind.Float or TextKind.Double, AvroKind.Double) => true,
            (TextKind.Characters, AvroKind.String) => true,
            (TextKind.Characters, AvroKind.Enum) => true,
            (TextKind.Binary, AvroKind.Bytes) => schema.Logical == AvroLogical.None,
            (TextKind.CompactDecimal or TextKind.WideDecimal, AvroKind.Bytes or AvroKind.Fixed) =>
                schema.Logical == AvroLogical.Decimal && schema.Scale == text.Scale
                && (schema.Kind == AvroKind.Bytes || schema.Size >= 16),
            (TextKind.Date, AvroKind.Int) => schema.Logical == AvroLogical.Date,
            (TextKind.Time, AvroKind.Int) => schema.Logical == AvroLogical.TimeMillis,
            (TextKind.Time, AvroKind.Long) => schema.Logical == AvroLogical.TimeMicros,
            (TextKind.Timestamp or TextKind.TimestampLtz, AvroKind.Long) =>
                schema.Logical is AvroLogical.TimestampMillis or AvroLogical.TimestampMicros or AvroLogical.TimestampNanos,
            (TextKind.Array, AvroKind.Array) => true,
            (TextKind.Map, AvroKind.Map) => true,
            (TextKind.Row, AvroKind.Record) => true,
            _ => false,
        };
    }

    void WriteValue(Column column, int row, RowText target)
    {
        switch (_type.Kind)
        {
            case TextKind.Boolean:
                target.Append(((BoolColumn)column)[row] ? (byte)1 : (byte)0);
                break;
            case TextKind.TinyInt:
                AvroBytes.WriteLong(((FixedColumn<sbyte>)column)[row], target);
                break;
            case TextKind.SmallInt:
                AvroBytes.WriteLong(((FixedColumn<short>)column)[row], target);
                break;
            case TextKind.Int or TextKind.Date:
                AvroBytes.WriteLong(((FixedColumn<int>)column)[row], target);
                break;
            case TextKind.BigInt:
                AvroBytes.WriteLong(((FixedColumn<long>)column)[row], target);
                break;
            case TextKind.Float when _schema.Kind == AvroKind.Float:
                BinaryPrimitives.WriteSingleLittleEndian(target.Room(sizeof(float)), ((FixedColumn<float>)column)[row]);
                target.Length += sizeof(float);
                break;
            case TextKind.Float:
                WriteDouble(((FixedColumn<float>)column)[row], target);
                break;
            case TextKind.Double:
                WriteDouble(((FixedColumn<double>)column)[row], target);
                break;
            case TextKind.Characters when _schema.Kind == AvroKind.Enum:
                WriteSymbol(((BytesColumn)column)[row], target);
                break;
            case TextKind.Characters or TextKind.Binary:
                AvroBytes.WriteBytes(((BytesColumn)column)[row], target);
                break;
            case TextKind.CompactDecimal:
                WriteDecimal(((FixedColumn<long>)column)[row], target);
                break;
            case TextKind.WideDecimal:
                WriteDecimal(((FixedColumn<Int128>)column)[row], target);
                break;
            case TextKind.Time:
                AvroBytes.WriteLong(((FixedColumn<int>)column)[row] * (_schema.Logical == AvroLogical.TimeMicros ? 1000L : 1), target);
                break;
            case TextKind.Timestamp or TextKind.TimestampLtz:
                WriteTimestamp(column, row, target);
                break;
            case TextKind.Array:
                WriteList((ListColumn)column, row, target);
                break;
            case TextKind.Map:
                WriteMap((MapColumn)column, row, target);
                break;
            case TextKind.Row:
                WriteRow((RowColumn)column, row, target);
                break;
            default:
                throw new EngineBugException($"text kind {_type.Kind} has no Avro form");
        }
    }

    static void WriteDouble(double value, RowText target)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(target.Room(sizeof(double)), value);
        target.Length += sizeof(double);
    }

    void WriteSymbol(ReadOnlySpan<byte> text, RowText target)
    {
        for (var i = 0; i < _schema.Symbols.Length; i++)
        {
            if (text.SequenceEqual(_schema.Symbols[i]))
            {
                AvroBytes.WriteLong(i, target);
                return;
            }
        }
        throw ConnectorErrors.AvroNoSymbol(_path, TextValues.Excerpt(text), _schema.Name);
    }

    void WriteDecimal(Int128 value, RowText target)
    {
        if (_schema.Kind == AvroKind.Fixed)
        {
            AvroDecimal.Write(value, target.Room(_schema.Size)[.._schema.Size], fills: true);
            target.Length += _schema.Size;
            return;
        }
        Span<byte> bytes = stackalloc byte[16];
        AvroBytes.WriteBytes(bytes[..AvroDecimal.Write(value, bytes)], target);
    }

    void WriteTimestamp(Column column, int row, RowText target)
    {
        var nanos = column is FixedColumn<Int128> fine ? fine[row] : (Int128)((FixedColumn<long>)column)[row] * 1000;
        var time = AvroTime.Floor(nanos, _schema.Logical switch
        {
            AvroLogical.TimestampMillis => 1_000_000,
            AvroLogical.TimestampMicros => 1_000,
            _ => 1,
        });
        if (time < long.MinValue || time > long.MaxValue)
            throw ConnectorErrors.AvroTimeOutOfRange(_path);
        AvroBytes.WriteLong((long)time, target);
    }

    void WriteList(ListColumn column, int row, RowText target)
    {
        var (start, count) = column[row];
        if (count > 0)
            AvroBytes.WriteLong(count, target);
        for (var i = 0; i < count; i++)
            _parts[0].Write(column.Elements, start + i, target);
        AvroBytes.WriteLong(0, target);
    }

    void WriteMap(MapColumn column, int row, RowText target)
    {
        var (start, count) = column[row];
        if (count > 0)
            AvroBytes.WriteLong(count, target);
        for (var i = start; i < start + count; i++)
        {
            if (column.Keys.IsNull(i))
                throw ConnectorErrors.AvroNull(_path + " (a key)");
            AvroBytes.WriteBytes(((BytesColumn)column.Keys)[i], target);
            _parts[0].Write(column.Values, i, target);
        }
        AvroBytes.WriteLong(0, target);
    }

    void WriteRow(RowColumn column, int row, RowText target)
    {
        foreach (ref readonly var field in _fields.AsSpan())
        {
            if (field.Default is { } bytes)
                target.Append(bytes);
            else
                _parts[field.Field].Write(column.Fields[field.Field], column.Stored(row), target);
        }
    }
}
