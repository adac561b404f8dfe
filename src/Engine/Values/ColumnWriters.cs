using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Types;
using SqlStream.Engine.Rows;

namespace SqlStream.Engine.Values;

/// <summary>Makes writers of columns: how values of a .NET type get into a column of a SQL type. Numbers get into types that hold all of theirs;
/// decimals are rounded half up to the digits of the column, times cut off; 22003 where a decimal is too large.</summary>
static class ColumnWriters
{
    /// <summary>A writer; 42804 where the types do not fit. A null for a NOT NULL column raises 23502.</summary>
    public static ColumnWriter<T> Create<T>(SqlType type, Mapping mapping) => (ColumnWriter<T>)Create(type, typeof(T), mapping);

    /// <summary>The same for a type that is known at run time only: a <see cref="ColumnWriter{T}"/> of it.</summary>
    public static Delegate Create(SqlType type, Type source, Mapping mapping)
    {
        var inner = Nullable.GetUnderlyingType(source);
        var values = source == typeof(object)
            ? Boxed(type, mapping)
            : Values(type, inner ?? source, mapping) ?? throw ValueErrors.CannotWrite(mapping.Column, type, source);
        if (inner is not null)
            return Invoke(nameof(OrNull), [inner], values, type.IsNullable, mapping.Column);
        return source.IsValueType ? values : Invoke(nameof(OrNullReference), [source], values, type.IsNullable, mapping.Column);
    }

    static Delegate? Values(SqlType type, Type source, Mapping mapping) => type switch
    {
        SimpleType simple => Simple(simple.Kind, source),
        DecimalType number => Decimal(number, source),
        StringType { IsCharacter: true } when source == typeof(string) => new ColumnWriter<string>(WriteText),
        StringType { IsCharacter: true } when source.IsEnum => Invoke(nameof(EnumOf), [source]),
        StringType { IsBinary: true } when source == typeof(byte[]) =>
            new ColumnWriter<byte[]>(static (builder, value) => ((BytesColumnBuilder)builder).Append(value)),
        TemporalType time => Temporal(time, source),
        CollectionType { Kind: SqlTypeKind.Array } array when ClrTypes.ElementOf(source) is { } element =>
            Invoke(nameof(ListOf), [source, element], Create(array.Element, element, mapping)),
        MapType map when ClrTypes.EntryOf(source) is var (key, value) =>
            Invoke(nameof(MapOf), [source, key, value], Create(map.Key, key, mapping), Create(map.Value, value, mapping)),
        RowType row when source == typeof(Row) => Untyped(row),
        RowType row when !source.IsPrimitive && !ClrTypes.TryGetSqlType(source, out _) => Invoke(nameof(ObjectOf), [source], row),
        _ => null,
    };

    static Delegate? Simple(SqlTypeKind kind, Type source) => (kind, Type.GetTypeCode(source)) switch
    {
        (SqlTypeKind.Boolean, TypeCode.Boolean) => new ColumnWriter<bool>(static (builder, value) => ((BoolColumnBuilder)builder).Append(value)),
        (SqlTypeKind.TinyInt, TypeCode.SByte) => Fixed<sbyte, sbyte>(static value => value),
        (SqlTypeKind.SmallInt, TypeCode.SByte) => Fixed<sbyte, short>(static value => value),
        (SqlTypeKind.SmallInt, TypeCode.Byte) => Fixed<byte, short>(static value => value),
        (SqlTypeKind.SmallInt, TypeCode.Int16) => Fixed<short, short>(static value => value),
        (SqlTypeKind.Int, TypeCode.SByte) => Fixed<sbyte, int>(static value => value),
        (SqlTypeKind.Int, TypeCode.Byte) => Fixed<byte, int>(static value => value),
        (SqlTypeKind.Int, TypeCode.Int16) => Fixed<short, int>(static value => value),
        (SqlTypeKind.Int or SqlTypeKind.IntervalYearMonth, TypeCode.Int32) when !source.IsEnum => Fixed<int, int>(static value => value),
        (SqlTypeKind.BigInt, TypeCode.SByte) => Fixed<sbyte, long>(static value => value),
        (SqlTypeKind.BigInt, TypeCode.Byte) => Fixed<byte, long>(static value => value),
        (SqlTypeKind.BigInt, TypeCode.Int16) => Fixed<short, long>(static value => value),
        (SqlTypeKind.BigInt, TypeCode.Int32) when !source.IsEnum => Fixed<int, long>(static value => value),
        (SqlTypeKind.BigInt, TypeCode.UInt32) => Fixed<uint, long>(static value => value),
        (SqlTypeKind.BigInt, TypeCode.Int64) => Fixed<long, long>(static value => value),
        (SqlTypeKind.Float, TypeCode.Single) => Fixed<float, float>(static value => value),
        (SqlTypeKind.Double, TypeCode.Single) => Fixed<float, double>(static value => value),
        (SqlTypeKind.Double, TypeCode.Double) => Fixed<double, double>(static value => value),
        (SqlTypeKind.Double, TypeCode.Int32) when !source.IsEnum => Fixed<int, double>(static value => value),
        (SqlTypeKind.Date, _) when source == typeof(DateOnly) => Fixed<DateOnly, int>(ClrValues.ToDays),
        (SqlTypeKind.Date, TypeCode.DateTime) => Fixed<DateTime, int>(static value => ClrValues.ToDays(DateOnly.FromDateTime(value))),
        (SqlTypeKind.IntervalDaySecond, _) when source == typeof(TimeSpan) => Fixed<TimeSpan, long>(static value => value.Ticks / TimeSpan.TicksPerMicrosecond),
        _ => null,
    };

    static Delegate? Decimal(DecimalType type, Type source) => Type.GetTypeCode(source) switch
    {
        TypeCode.Decimal => Decimal<decimal>(type, static value => value),
        TypeCode.Int64 => Decimal<long>(type, static value => value),
        TypeCode.Int32 when !source.IsEnum => Decimal<int>(type, static value => value),
        TypeCode.Int16 => Decimal<short>(type, static value => value),
        _ => null,
    };

    static Delegate Decimal<T>(DecimalType type, Func<T, decimal> convert) => type.Layout == ColumnLayout.Int64
        ? Fixed<T, long>(value => (long)ClrValues.FromDecimal(convert(value), type))
        : Fixed<T, Int128>(value => ClrValues.FromDecimal(convert(value), type));

    static Delegate? Temporal(TemporalType type, Type source)
    {
        var precision = type.Precision;
        if (type.Kind == SqlTypeKind.Time)
            return source == typeof(TimeOnly) ? Fixed<TimeOnly, int>(value => ClrValues.ToMillis(value, precision)) : null;
        if (source == typeof(DateTime))
            return type.Kind == SqlTypeKind.Timestamp ? Ticks<DateTime>(type, static value => value.Ticks) : Ticks<DateTime>(type, ClrValues.InstantTicks);
        return source == typeof(DateTimeOffset) && type.Kind == SqlTypeKind.TimestampLtz ? Ticks<DateTimeOffset>(type, static value => value.UtcTicks) : null;
    }

    static Delegate Ticks<T>(TemporalType type, Func<T, long> ticks)
    {
        var precision = type.Precision;
        return type.IsNanos
            ? Fixed<T, Int128>(value => (Int128)(ticks(value) - DateTime.UnixEpoch.Ticks) * TimeSpan.NanosecondsPerTick)
            : Fixed<T, long>(value => ClrValues.ToMicros(ticks(value), precision));
    }

    static ColumnWriter<T> Fixed<T, TStored>(Func<T, TStored> convert) where TStored : unmanaged =>
        (builder, value) => ((FixedColumnBuilder<TStored>)builder).Append(convert(value));

    static void WriteText(ColumnBuilder builder, string value)
    {
        var bytes = (BytesColumnBuilder)builder;
        bytes.Commit(Encoding.UTF8.GetBytes(value, bytes.Reserve(Encoding.UTF8.GetMaxByteCount(value.Length))));
    }

    static ColumnWriter<T> EnumOf<T>() where T : struct, Enum => (builder, value) => WriteText(builder, value.ToString());

    static ColumnWriter<TList> ListOf<TList, T>(ColumnWriter<T> elements) where TList : IEnumerable<T> => (builder, value) =>
    {
        var list = (ListColumnBuilder)builder;
        foreach (var element in value)
            elements(list.Elements, element);
        list.EndList();
    };

    static ColumnWriter<TMap> MapOf<TMap, TKey, TValue>(ColumnWriter<TKey> keys, ColumnWriter<TValue> values)
        where TMap : IEnumerable<KeyValuePair<TKey, TValue>> => (builder, value) =>
        {
            var map = (MapColumnBuilder)builder;
            foreach (var (key, item) in value)
            {
                keys(map.Keys, key);
                values(map.Values, item);
            }
            map.EndMap();
        };

    static ColumnWriter<T> ObjectOf<T>(RowType type)
    {
        var write = RowWriters.Create<T>(new Schema(type.Fields));
        return (builder, value) =>
        {
            var row = (RowColumnBuilder)builder;
            write(row.Fields.ToArray(), value);
            row.EndRow();
        };
    }

    static ColumnWriter<Row> Untyped(RowType type)
    {
        var writers = type.Fields.Select(field => Create<object?>(field.Type, new Mapping(field.Name, field.Name))).ToArray();
        return (builder, value) =>
        {
            var row = (RowColumnBuilder)builder;
            for (var i = 0; i < writers.Length; i++)
                writers[i](row.Fields[i], value[i]);
            row.EndRow();
        };
    }

    // The type of the value decides, row by row: for rows without a type of their own.
    static ColumnWriter<object> Boxed(SqlType type, Mapping mapping)
    {
        var writers = new System.Collections.Concurrent.ConcurrentDictionary<Type, ColumnWriter<object>>();
        return (builder, value) => writers.GetOrAdd(value.GetType(), known =>
            known == typeof(object)
                ? throw ValueErrors.CannotWrite(mapping.Column, type, known)
                : (ColumnWriter<object>)Invoke(nameof(Unbox), [known], Create(type, known, mapping)))(builder, value);
    }

    static ColumnWriter<object> Unbox<T>(ColumnWriter<T> values) => (builder, value) => values(builder, (T)value);

    static ColumnWriter<T?> OrNull<T>(ColumnWriter<T> values, bool allowsNull, string column) where T : struct => (builder, value) =>
    {
        if (value is { } known)
            values(builder, known);
        else
            WriteNull(builder, allowsNull, column);
    };

    static ColumnWriter<T?> OrNullReference<T>(ColumnWriter<T> values, bool allowsNull, string column) where T : class => (builder, value) =>
    {
        if (value is not null)
            values(builder, value);
        else
            WriteNull(builder, allowsNull, column);
    };

    static void WriteNull(ColumnBuilder builder, bool allowsNull, string column)
    {
        if (!allowsNull)
            throw ValueErrors.NullNotAllowed(column);
        builder.AppendNull();
    }

    static Delegate Invoke(string method, Type[] types, params object[] arguments) => GenericCall.Invoke(typeof(ColumnWriters), method, types, arguments);
}
