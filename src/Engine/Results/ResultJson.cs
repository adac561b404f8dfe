using System.Buffers;
using System.Globalization;
using System.Text.Json;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Engine.Results;

/// <summary>Writes values as JSON: numbers as numbers, BOOLEAN as true and false, dates and times as SQL text, BYTES as base64, NaN and infinities
/// as strings; ARRAY as an array, ROW as an object, MAP and MULTISET as an object whose keys are the text of theirs.</summary>
public sealed class ResultJson
{
    readonly JsonEncodedText[] _names;
    readonly Value[] _columns;
    readonly ColumnPool _pool;
    readonly SessionContext _session;

    /// <summary>For rows of a schema.</summary>
    public ResultJson(Schema schema, IFunctionCatalog functions, ColumnPool pool, SessionContext session)
    {
        _names = [.. schema.Fields.Select(column => JsonEncodedText.Encode(column.Name, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping))];
        _columns = [.. schema.Fields.Select(column => new Value(column.Type, functions))];
        _pool = pool;
        _session = session;
    }

    /// <summary>Writes the columns of each row of a batch as properties; <paramref name="write"/> is given the kind of the row and what writes
    /// them.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="write">Is given each row.</param>
    /// <param name="withNames">Values have their names; otherwise they come one after the other, as for an array.</param>
    public void Write(Batch batch, Action<RowKind, Action<Utf8JsonWriter>> write, bool withNames = true)
    {
        var dense = batch.Dense(_pool);
        try
        {
            for (var i = 0; i < _columns.Length; i++)
                _columns[i].Open(dense[i], _pool, _session);
            for (var row = 0; row < dense.Rows; row++)
            {
                var stored = row;
                write(dense.Kind(row), json => WriteRow(json, stored, withNames));
            }
        }
        finally
        {
            foreach (var column in _columns)
                column.Close();
            dense.Release();
        }
    }

    void WriteRow(Utf8JsonWriter json, int row, bool withNames)
    {
        for (var i = 0; i < _columns.Length; i++)
        {
            if (withNames)
                json.WritePropertyName(_names[i]);
            _columns[i].Write(json, row);
        }
    }

    /// <summary>A column or a part of one, with the texts of its values.</summary>
    sealed class Value
    {
        readonly SqlType _type;
        readonly bool _isDirect;
        readonly ScalarKernel? _cast;
        readonly Value[] _parts;
        readonly JsonEncodedText[] _names;
        Column? _column;
        Column? _text;

        // The key of a map is text in any case.
        public Value(SqlType type, IFunctionCatalog functions, bool isKey = false)
        {
            _type = type.Kind == SqlTypeKind.Null ? SqlType.Boolean : type;
            _isDirect = !isKey && _type.Kind is (SqlTypeKind.Int or SqlTypeKind.BigInt or SqlTypeKind.Double);
            _cast = _type.IsNested || _type.IsCharacter || _type.IsBinary || _isDirect ? null : Cast(_type, functions);
            _names = _type is RowType row
                ? [.. row.Fields.Select(item => JsonEncodedText.Encode(item.Name, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping))]
                : [];
            _parts = [.. Parts(_type).Select((part, i) => new Value(part, functions, isKey: i == 0 && _type is (MapType or CollectionType { Kind: SqlTypeKind.Multiset })))];
        }

        public void Open(Column column, ColumnPool pool, SessionContext session)
        {
            _column = column;
            if (_cast is not null)
                _text = _cast(new EvaluationContext(pool, column.Length, [], session), [column]);
            switch (column)
            {
                case RowColumn row:
                    for (var i = 0; i < _parts.Length; i++)
                        _parts[i].Open(row.Fields[i], pool, session);
                    break;
                case ListColumn list:
                    _parts[0].Open(list.Elements, pool, session);
                    break;
                case MapColumn map:
                    _parts[0].Open(map.Keys, pool, session);
                    _parts[1].Open(map.Values, pool, session);
                    break;
                default:
                    break;
            }
        }

        public void Close()
        {
            _text?.Release();
            _text = null;
            _column = null;
            foreach (var part in _parts)
                part.Close();
        }

        public void Write(Utf8JsonWriter json, int row)
        {
            if (_column!.IsNull(row))
            {
                json.WriteNullValue();
                return;
            }
            switch (_column)
            {
                case RowColumn value: WriteRow(json, value.Stored(row)); break;
                case ListColumn value: WriteList(json, value[row]); break;
                case MapColumn value: WriteMap(json, value[row]); break;
                default: WriteScalar(json, row); break;
            }
        }

        void WriteRow(Utf8JsonWriter json, int stored)
        {
            json.WriteStartObject();
            for (var i = 0; i < _parts.Length; i++)
            {
                json.WritePropertyName(_names[i]);
                _parts[i].Write(json, stored);
            }
            json.WriteEndObject();
        }

        void WriteList(Utf8JsonWriter json, (int Start, int Count) range)
        {
            json.WriteStartArray();
            for (var i = range.Start; i < range.Start + range.Count; i++)
                _parts[0].Write(json, i);
            json.WriteEndArray();
        }

        void WriteMap(Utf8JsonWriter json, (int Start, int Count) range)
        {
            json.WriteStartObject();
            for (var i = range.Start; i < range.Start + range.Count; i++)
            {
                json.WritePropertyName(_parts[0].Key(i));
                _parts[1].Write(json, i);
            }
            json.WriteEndObject();
        }

        // A key that is nested is the JSON text of it.
        string Key(int row)
        {
            if (_column!.IsNull(row))
                return "null";
            if (!_type.IsNested)
                return _type.IsBinary ? Convert.ToBase64String(((BytesColumn)_column)[row]) : System.Text.Encoding.UTF8.GetString(Text(row));
            var buffer = new ArrayBufferWriter<byte>();
            using (var json = new Utf8JsonWriter(buffer))
                Write(json, row);
            return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
        }

        void WriteScalar(Utf8JsonWriter json, int row)
        {
            switch (_type.Kind)
            {
                case SqlTypeKind.Boolean:
                    json.WriteBooleanValue(((BoolColumn)_column!)[row]);
                    break;
                case SqlTypeKind.Int:
                    json.WriteNumberValue(((FixedColumn<int>)_column!)[row]);
                    break;
                case SqlTypeKind.BigInt:
                    json.WriteNumberValue(((FixedColumn<long>)_column!)[row]);
                    break;
                case SqlTypeKind.Double:
                    WriteDouble(json, ((FixedColumn<double>)_column!)[row]);
                    break;
                case SqlTypeKind.Float:
                    WriteDouble(json, double.Parse(Text(row), NumberStyles.Float, CultureInfo.InvariantCulture));
                    break;
                case var _ when _type.IsNumeric:
                    json.WriteRawValue(Text(row), skipInputValidation: true);
                    break;
                case var _ when _type.IsBinary:
                    json.WriteBase64StringValue(((BytesColumn)_column!)[row]);
                    break;
                default:
                    json.WriteStringValue(Text(row));
                    break;
            }
        }

        static void WriteDouble(Utf8JsonWriter json, double value)
        {
            if (double.IsFinite(value))
                json.WriteNumberValue(value);
            else
                json.WriteStringValue(double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
        }

        ReadOnlySpan<byte> Text(int row) => ((BytesColumn)(_text ?? _column!))[row];

        static IEnumerable<SqlType> Parts(SqlType type) => type switch
        {
            RowType row => row.Fields.Select(item => item.Type),
            CollectionType { Kind: SqlTypeKind.Array } array => [array.Element],
            CollectionType or MapType => [MapColumn.EntryTypes(type).Key, MapColumn.EntryTypes(type).Value],
            _ => [],
        };

        static ScalarKernel Cast(SqlType type, IFunctionCatalog functions)
        {
            var call = functions.PlanCast(new ArgumentInfo(type, false, null, SourceSpan.None), SqlType.String, isTry: false);
            return (call ?? throw new EngineBugException($"{type} has no text form")).Kernel;
        }
    }
}
