using System.Buffers;
using System.Buffers.Binary;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Postgres;

/// <summary>Writes rows as the server's binary COPY takes them, each column as the type of the server that holds all its values.</summary>
/// <remarks>A frame of a table without key is nothing but such rows, and goes to the server as it is. With a key, each row has a header before it
/// (<see cref="KeyedRow"/>) and its key apart, so that the changes of an epoch can be put together by key without knowing columns.</remarks>
sealed class CopyEncoder : ISinkEncoder
{
    readonly CopyField[] _fields;
    readonly CopyField[] _variable;
    readonly CopyField[] _keyFields;
    readonly int[] _keyColumns;
    readonly int _fixedBytes;

    public CopyEncoder(ConnectorTable table)
    {
        _fields = [.. table.Schema.Fields.Select(field => CopyField.Create(field.Type) ?? throw PostgresErrors.TypeNotSupported(table.Name, field))];
        _keyColumns = [.. table.PrimaryKey];
        _keyFields = [.. _keyColumns.Select(column => CopyField.Create(table.Schema[column].Type, isKey: true)!)];
        _variable = [.. _fields.Concat(_keyFields).Where(field => field.IsVariable)];
        _fixedBytes = KeyedRow.HeaderBytes + 2 + 2 + _fields.Concat(_keyFields).Sum(field => field.FixedBytes);
    }

    public void Encode(Batch batch, IBufferWriter<byte> output)
    {
        for (var i = 0; i < _fields.Length; i++)
            _fields[i].Bind(batch[i]);
        for (var i = 0; i < _keyFields.Length; i++)
            _keyFields[i].Bind(batch[_keyColumns[i]]);
        for (var i = 0; i < batch.Rows; i++)
        {
            var row = batch.StoredRow(i);
            var bytes = _fixedBytes;
            foreach (var field in _variable)
                bytes += field.VariableBytes(row);
            var target = output.GetSpan(bytes);
            output.Advance(_keyFields.Length == 0 ? WriteRow(_fields, row, target) : WriteKeyed(row, batch.Kind(row), target));
        }
    }

    public void Dispose()
    {
        // The fields hold nothing of their own.
    }

    int WriteKeyed(int row, RowKind kind, Span<byte> target)
    {
        if (kind == RowKind.UpdateBefore)
            return 0;
        var key = WriteRow(_keyFields, row, target[KeyedRow.HeaderBytes..]);
        var isDelete = kind == RowKind.Delete;
        var whole = isDelete ? 0 : WriteRow(_fields, row, target[(KeyedRow.HeaderBytes + key)..]);
        KeyedRow.WriteHeader(target, isDelete, key, whole);
        return KeyedRow.HeaderBytes + key + whole;
    }

    static int WriteRow(CopyField[] fields, int row, Span<byte> target)
    {
        BinaryPrimitives.WriteInt16BigEndian(target, (short)fields.Length);
        var position = 2;
        foreach (var field in fields)
            position += field.Write(row, target[position..]);
        return position;
    }
}

/// <summary>A change in the output of a table with a key: whether the row goes, its key as a row of the key's columns, and, where it does not go, the row.</summary>
readonly struct KeyedRow
{
    /// <summary>Bytes before the key.</summary>
    public const int HeaderBytes = 9;

    KeyedRow(bool isDelete, int keyBytes, int rowBytes) => (IsDelete, KeyBytes, RowBytes) = (isDelete, keyBytes, rowBytes);

    /// <summary>The row of that key goes.</summary>
    public bool IsDelete { get; }

    /// <summary>Bytes of the key.</summary>
    public int KeyBytes { get; }

    /// <summary>Bytes of the row.</summary>
    public int RowBytes { get; }

    /// <summary>Bytes of all.</summary>
    public int Bytes => HeaderBytes + KeyBytes + RowBytes;

    /// <summary>Reads a header.</summary>
    public static KeyedRow Read(ReadOnlySpan<byte> source) =>
        new(source[0] == 1, BinaryPrimitives.ReadInt32LittleEndian(source[1..]), BinaryPrimitives.ReadInt32LittleEndian(source[5..]));

    /// <summary>Writes a header.</summary>
    public static void WriteHeader(Span<byte> target, bool isDelete, int keyBytes, int rowBytes)
    {
        target[0] = isDelete ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(target[1..], keyBytes);
        BinaryPrimitives.WriteInt32LittleEndian(target[5..], rowBytes);
    }
}
