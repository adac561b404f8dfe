using System.Buffers;
using System.Buffers.Binary;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Formats.Raw;

/// <summary>Writes one column as the bytes that its values are. NULL is a message without a payload, in files an empty line.</summary>
sealed class RawEncoder : IRowEncoder, IMessageEncoder
{
    readonly TextType _type;
    readonly string _column;
    readonly int _batchColumn;
    readonly bool _isLittleEndian;
    readonly byte[]? _delimiter;
    readonly RawTranscoder? _transcoder;
    readonly RowText _row = new();

    /// <param name="column">The column's name.</param>
    /// <param name="type">Its type.</param>
    /// <param name="batchColumn">Its position in a batch.</param>
    /// <param name="options">The format's options.</param>
    /// <param name="delimiter">Stands behind every value, and in none; null if nothing does.</param>
    public RawEncoder(string column, in TextType type, int batchColumn, RawOptions options, byte[]? delimiter)
    {
        _column = column;
        _type = type;
        _batchColumn = batchColumn;
        _isLittleEndian = options.IsLittleEndian;
        _delimiter = delimiter;
        _transcoder = type.Kind == TextKind.Characters && !options.Charset.IsUtf8 ? new RawTranscoder(options.Charset) : null;
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> FileHeader => default;

    void IRowEncoder.Encode(Batch batch, int row, IBufferWriter<byte> output)
    {
        if (!Encode(batch, row, output))
            output.Write(_delimiter);
    }

    /// <inheritdoc/>
    public bool Encode(Batch batch, int row, IBufferWriter<byte> output)
    {
        var column = batch[_batchColumn];
        if (column.IsNull(row))
            return false;
        if (column is BytesColumn bytes)
            WriteBytes(bytes[row]);
        else
            WriteNumber(column, row);
        if (_delimiter is not null)
            _row.Append(_delimiter);
        _row.MoveTo(output);
        return true;
    }

    void WriteBytes(ReadOnlySpan<byte> value)
    {
        if (_transcoder is null)
            _row.Append(value);
        else if (!_transcoder.TryEncode(value, _row, withMark: true))
            throw Refuse(value, ConnectorErrors.RawHasNoCharacter);
        if (_delimiter is not null && _row.Written.IndexOf(_delimiter) >= 0)
            throw Refuse(value, ConnectorErrors.RawHasDelimiter);
    }

    SqlException Refuse(ReadOnlySpan<byte> value, Func<string, string, SqlException> error)
    {
        _row.Length = 0;
        return error(_column, TextValues.Excerpt(value));
    }

    void WriteNumber(Column column, int row)
    {
        var room = _row.Room(sizeof(long));
        switch (column)
        {
            case BoolColumn values:
                room[0] = values[row] ? (byte)1 : (byte)0;
                _row.Length += 1;
                break;
            case FixedColumn<sbyte> values:
                room[0] = (byte)values[row];
                _row.Length += 1;
                break;
            case FixedColumn<short> values:
                BinaryPrimitives.WriteInt16BigEndian(room, values[row]);
                Finish(sizeof(short));
                break;
            case FixedColumn<int> values:
                BinaryPrimitives.WriteInt32BigEndian(room, values[row]);
                Finish(sizeof(int));
                break;
            case FixedColumn<long> values:
                BinaryPrimitives.WriteInt64BigEndian(room, values[row]);
                Finish(sizeof(long));
                break;
            case FixedColumn<float> values:
                BinaryPrimitives.WriteSingleBigEndian(room, values[row]);
                Finish(sizeof(float));
                break;
            case FixedColumn<double> values:
                BinaryPrimitives.WriteDoubleBigEndian(room, values[row]);
                Finish(sizeof(double));
                break;
            default:
                throw new EngineBugException($"text kind {_type.Kind} has no case");
        }
    }

    void Finish(int bytes)
    {
        _row.Length += bytes;
        if (_isLittleEndian)
            _row.Written[^bytes..].Reverse();
    }
}
