using Npgsql;
using Npgsql.Internal;
using Npgsql.Internal.Postgres;
using NpgsqlTypes;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Postgres;

/// <summary>A column of keys as an array that goes with a query, in the server's own form: no value of it is an object.</summary>
/// <remarks>One thread at a time. Between <see cref="Fill"/> and <see cref="Clear"/> it holds a buffer of the pool.</remarks>
sealed class KeyArray
{
    readonly CopyField _field;
    readonly uint _elementOid;
    readonly ColumnPool _pool;
    byte[]? _buffer;

    public KeyArray(ConnectorTable table, int column, ColumnPool pool)
    {
        var type = table.Schema[column].Type;
        _field = CreateField(type) ?? throw PostgresErrors.TypeNotSupported(table.Name, table.Schema[column]);
        _elementOid = PostgresTypes.Of(type);
        _pool = pool;
        Parameter = new NpgsqlParameter<KeyArray> { TypedValue = this, NpgsqlDbType = NpgsqlDbType.Array | ElementType(_elementOid) };
    }

    /// <summary>What goes with the query.</summary>
    public NpgsqlParameter Parameter { get; }

    /// <summary>The array.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, Length);

    /// <summary>Bytes of the array.</summary>
    public int Length { get; private set; }

    /// <summary>Takes the values of a column, at least one.</summary>
    public void Fill(Column column)
    {
        Clear();
        _field.Bind(column);
        var bytes = ArrayField.HeaderBytes + (column.Length * _field.FixedBytes);
        for (var row = 0; _field.IsVariable && row < column.Length; row++)
            bytes += _field.VariableBytes(row);
        var buffer = _buffer = _pool.Rent(bytes);
        Length = ArrayField.HeaderBytes;
        for (var row = 0; row < column.Length; row++)
            Length += _field.Write(row, buffer.AsSpan(Length));
        // Whether there are NULLs the server finds out.
        ArrayField.WriteHeader(buffer, column.Length, hasNulls: true, _elementOid);
    }

    /// <summary>Gives the buffer back.</summary>
    public void Clear()
    {
        if (_buffer is not null)
            _pool.Return(_buffer);
        (_buffer, Length) = (null, 0);
    }

    static CopyField? CreateField(SqlType type) => type switch
    {
        TemporalType { Kind: SqlTypeKind.Timestamp or SqlTypeKind.TimestampLtz, IsNanos: true } => new NanosKeyField(),
        CollectionType => null,
        _ => CopyField.Create(type, isKey: true),
    };

    static NpgsqlDbType ElementType(uint oid) => oid switch
    {
        PostgresTypes.Bool => NpgsqlDbType.Boolean,
        PostgresTypes.Int2 => NpgsqlDbType.Smallint,
        PostgresTypes.Int4 => NpgsqlDbType.Integer,
        PostgresTypes.Int8 => NpgsqlDbType.Bigint,
        PostgresTypes.Float4 => NpgsqlDbType.Real,
        PostgresTypes.Float8 => NpgsqlDbType.Double,
        PostgresTypes.Numeric => NpgsqlDbType.Numeric,
        PostgresTypes.Text => NpgsqlDbType.Text,
        PostgresTypes.Bytea => NpgsqlDbType.Bytea,
        PostgresTypes.Date => NpgsqlDbType.Date,
        PostgresTypes.Time => NpgsqlDbType.Time,
        PostgresTypes.Timestamp => NpgsqlDbType.Timestamp,
        PostgresTypes.TimestampTz => NpgsqlDbType.TimestampTz,
        _ => throw new EngineBugException($"keys of type {oid} are not looked up"),
    };
}

/// <summary>Times of which the server holds those alone that end with a microsecond; others are equal to none there.</summary>
sealed class NanosKeyField : CopyField
{
    const int NanosOfMicro = 1000;

    readonly FixedField<Int128, NanosValue> _field = new();
    FixedColumn<Int128>? _column;

    public override int FixedBytes => _field.FixedBytes;

    public override void Bind(Column column)
    {
        _column = (FixedColumn<Int128>)column;
        _field.Bind(column);
    }

    public override int Write(int row, Span<byte> target) => _column![row] % NanosOfMicro == 0 ? _field.Write(row, target) : WriteNull(target);
}

// The driver marks what extends it as open to change between its versions. All that is used of it is here.
#pragma warning disable NPG9001

/// <summary>Lets the driver send <see cref="KeyArray"/> as it is.</summary>
sealed class KeyArrays : PgTypeInfoResolverFactory
{
    /// <summary>For all connections of an address.</summary>
    public static void AddTo(NpgsqlDataSourceBuilder builder) => builder.AddTypeInfoResolverFactory(new KeyArrays());

    public override IPgTypeInfoResolver CreateResolver() => new Resolver();

    public override IPgTypeInfoResolver? CreateArrayResolver() => null;

    sealed class Resolver : IPgTypeInfoResolver
    {
        public PgTypeInfo? GetTypeInfo(Type? type, DataTypeName? dataTypeName, PgSerializerOptions options) =>
            type == typeof(KeyArray) && dataTypeName is { } name ? new PgTypeInfo(options, new Converter(), name) : null;
    }

    sealed class Converter : PgStreamingConverter<KeyArray>
    {
        public override Size GetSize(SizeContext context, KeyArray value, ref object? writeState) => value.Length;

        public override void Write(PgWriter writer, KeyArray value) => writer.WriteBytes(value.Bytes.Span);

        public override ValueTask WriteAsync(PgWriter writer, KeyArray value, CancellationToken cancellationToken = default) => writer.WriteBytesAsync(value.Bytes, cancellationToken);

        public override KeyArray Read(PgReader reader) => throw new EngineBugException("arrays of keys are only sent");

        public override ValueTask<KeyArray> ReadAsync(PgReader reader, CancellationToken cancellationToken = default) => throw new EngineBugException("arrays of keys are only sent");
    }
}
