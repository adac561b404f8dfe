using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Types;
using SqlStream.Engine.Rows;

namespace SqlStream.Engine.Values;

/// <summary>Makes readers of columns: what a column of a SQL type is as a .NET type. Reading gives no wrong values: numbers are read into
/// types that hold all of theirs.</summary>
static class ColumnReaders
{
    /// <summary>A reader; 42804 where the types do not fit.</summary>
    /// <param name="type">The type of the column.</param>
    /// <param name="mapping">For messages.</param>
    /// <param name="allowsNull">NULL becomes null, where <typeparamref name="T"/> has it; otherwise it is an error.</param>
    public static ColumnReader<T> Create<T>(SqlType type, Mapping mapping, bool allowsNull = true) =>
        (ColumnReader<T>)Create(type, typeof(T), mapping, allowsNull);

    /// <summary>The same for a type that is known at run time only: a <see cref="ColumnReader{T}"/> of it.</summary>
    public static Delegate Create(SqlType type, Type target, Mapping mapping, bool allowsNull = true)
    {
        if (target == typeof(object))
            return Boxed(type, mapping);
        var inner = Nullable.GetUnderlyingType(target);
        var values = Values(type, inner ?? target, mapping) ?? throw ValueErrors.CannotRead(mapping.Column, type, target);
        if (inner is not null)
            return Invoke(nameof(OrNull), [inner], values);
        if (target.IsValueType || !allowsNull)
            return Invoke(nameof(Required), [target], values, mapping);
        return Invoke(nameof(OrNullReference), [target], values);
    }

    // The value of a row that is not NULL.
    static Delegate? Values(SqlType type, Type target, Mapping mapping) => type switch
    {
        SimpleType simple => Simple(simple.Kind, target),
        DecimalType number when target == typeof(decimal) => Decimal(number),
        StringType { IsCharacter: true } when target == typeof(string) =>
            new ColumnReader<string>(static (column, row) => Encoding.UTF8.GetString(((BytesColumn)column)[row])),
        StringType { IsCharacter: true } when target.IsEnum => Invoke(nameof(EnumOf), [target], mapping),
        StringType { IsBinary: true } when target == typeof(byte[]) => new ColumnReader<byte[]>(static (column, row) => ((BytesColumn)column)[row].ToArray()),
        TemporalType time => Temporal(time, target),
        CollectionType { Kind: SqlTypeKind.Array } array => Array(array, target, mapping),
        MapType or CollectionType => Map(type, target, mapping),
        RowType row => Row(row, target),
        _ => null,
    };

    static Delegate? Simple(SqlTypeKind kind, Type target) => (kind, Type.GetTypeCode(target)) switch
    {
        (SqlTypeKind.Boolean or SqlTypeKind.Null, TypeCode.Boolean) => new ColumnReader<bool>(static (column, row) => ((BoolColumn)column)[row]),
        (SqlTypeKind.TinyInt, TypeCode.SByte) => Fixed<sbyte, sbyte>(static value => value),
        (SqlTypeKind.TinyInt, TypeCode.Int16) => Fixed<sbyte, short>(static value => value),
        (SqlTypeKind.TinyInt, TypeCode.Int32) when !target.IsEnum => Fixed<sbyte, int>(static value => value),
        (SqlTypeKind.TinyInt, TypeCode.Int64) => Fixed<sbyte, long>(static value => value),
        (SqlTypeKind.TinyInt, TypeCode.Decimal) => Fixed<sbyte, decimal>(static value => value),
        (SqlTypeKind.TinyInt, TypeCode.Double) => Fixed<sbyte, double>(static value => value),
        (SqlTypeKind.SmallInt, TypeCode.Int16) => Fixed<short, short>(static value => value),
        (SqlTypeKind.SmallInt, TypeCode.Int32) when !target.IsEnum => Fixed<short, int>(static value => value),
        (SqlTypeKind.SmallInt, TypeCode.Int64) => Fixed<short, long>(static value => value),
        (SqlTypeKind.SmallInt, TypeCode.Decimal) => Fixed<short, decimal>(static value => value),
        (SqlTypeKind.SmallInt, TypeCode.Double) => Fixed<short, double>(static value => value),
        (SqlTypeKind.Int or SqlTypeKind.IntervalYearMonth, TypeCode.Int32) when !target.IsEnum => Fixed<int, int>(static value => value),
        (SqlTypeKind.Int, TypeCode.Int64) => Fixed<int, long>(static value => value),
        (SqlTypeKind.Int, TypeCode.Decimal) => Fixed<int, decimal>(static value => value),
        (SqlTypeKind.Int, TypeCode.Double) => Fixed<int, double>(static value => value),
        (SqlTypeKind.BigInt, TypeCode.Int64) => Fixed<long, long>(static value => value),
        (SqlTypeKind.BigInt, TypeCode.Decimal) => Fixed<long, decimal>(static value => value),
        (SqlTypeKind.Float, TypeCode.Single) => Fixed<float, float>(static value => value),
        (SqlTypeKind.Float, TypeCode.Double) => Fixed<float, double>(static value => value),
        (SqlTypeKind.Double, TypeCode.Double) => Fixed<double, double>(static value => value),
        (SqlTypeKind.Date, _) when target == typeof(DateOnly) => Fixed<int, DateOnly>(ClrValues.ToDate),
        (SqlTypeKind.Date, TypeCode.DateTime) => Fixed<int, DateTime>(static value => ClrValues.ToDate(value).ToDateTime(TimeOnly.MinValue)),
        (SqlTypeKind.IntervalDaySecond, _) when target == typeof(TimeSpan) => Fixed<long, TimeSpan>(static value => TimeSpan.FromMicroseconds(value)),
        _ => null,
    };

    static Delegate Decimal(DecimalType type)
    {
        var scale = type.Scale;
        return type.Layout == ColumnLayout.Int64
            ? Fixed<long, decimal>(value => ClrValues.ToDecimal(value, scale))
            : Fixed<Int128, decimal>(value => ClrValues.ToDecimal(value, scale));
    }

    static Delegate? Temporal(TemporalType type, Type target)
    {
        if (type.Kind == SqlTypeKind.Time)
        {
            return target == typeof(TimeOnly) ? Fixed<int, TimeOnly>(ClrValues.ToTime)
                : target == typeof(TimeSpan) ? Fixed<int, TimeSpan>(static millis => TimeSpan.FromMilliseconds(millis, 0))
                : null;
        }
        if (target == typeof(DateTimeOffset) && type.Kind == SqlTypeKind.TimestampLtz)
            return Micros<DateTimeOffset>(type, ClrValues.ToInstant);
        if (target == typeof(DateTime))
            return Micros<DateTime>(type, type.Kind == SqlTypeKind.Timestamp ? ClrValues.ToDateTime : ClrValues.ToUtc);
        return null;
    }

    static Delegate Micros<T>(TemporalType type, Func<long, T> convert) => type.IsNanos
        ? Fixed<Int128, T>(nanos => convert(ClrValues.NanosToMicros(nanos)))
        : Fixed<long, T>(convert);

    static ColumnReader<T> Fixed<TStored, T>(Func<TStored, T> convert) where TStored : unmanaged =>
        (column, row) => convert(((FixedColumn<TStored>)column)[row]);

    static Delegate? Array(CollectionType type, Type target, Mapping mapping)
    {
        if (ClrTypes.ElementOf(target) is not { } element)
            return null;
        var reader = Create(type.Element, element, mapping);
        return Invoke(target.IsGenericType && target.GetGenericTypeDefinition() == typeof(List<>) ? nameof(ListOf) : nameof(ArrayOf), [element], reader);
    }

    static Delegate? Map(SqlType type, Type target, Mapping mapping)
    {
        if (ClrTypes.EntryOf(target) is not var (key, value))
            return null;
        var (keyType, valueType) = MapColumn.EntryTypes(type);
        return Invoke(nameof(DictionaryOf), [key, value], Create(keyType, key, mapping, allowsNull: false), Create(valueType, value, mapping));
    }

    static Delegate? Row(RowType type, Type target)
    {
        var schema = new Schema(type.Fields);
        if (target == typeof(Row))
            return Untyped(schema);
        return ClrTypes.TryGetSqlType(target, out _) || target.IsPrimitive ? null : Invoke(nameof(ObjectOf), [target], schema);
    }

    static ColumnReader<Row> Untyped(Schema schema)
    {
        var readers = RowReaders.Untyped(schema);
        return (column, row) => RowReaders.Read(schema, readers, ((RowColumn)column).Fields, ((RowColumn)column).Stored(row), Core.Rows.RowKind.Insert);
    }

    static ColumnReader<object?> Boxed(SqlType type, Mapping mapping)
    {
        switch (type)
        {
            case CollectionType { Kind: SqlTypeKind.Array }:
                return Create<object?[]>(type, mapping);
            case MapType or CollectionType:
                return Create<Dictionary<object, object?>>(type, mapping);
            case RowType:
                return Create<Row>(type, mapping);
            default:
                var values = Values(type, ClrTypes.NaturalType(type), mapping) ?? throw ValueErrors.CannotRead(mapping.Column, type, typeof(object));
                return (ColumnReader<object?>)Invoke(nameof(Box), [ClrTypes.NaturalType(type)], values);
        }
    }

    static ColumnReader<object?> Box<T>(ColumnReader<T> values) => (column, row) => column.IsNull(row) ? null : values(column, row);

    static ColumnReader<T?> OrNull<T>(ColumnReader<T> values) where T : struct => (column, row) => column.IsNull(row) ? null : values(column, row);

    static ColumnReader<T?> OrNullReference<T>(ColumnReader<T> values) where T : class => (column, row) => column.IsNull(row) ? null : values(column, row);

    static ColumnReader<T> Required<T>(ColumnReader<T> values, Mapping mapping) => (column, row) =>
        column.IsNull(row) ? throw ValueErrors.NullNotExpected(mapping.Column, mapping.Member) : values(column, row);

    static ColumnReader<T> EnumOf<T>(Mapping mapping) where T : struct, Enum => (column, row) =>
    {
        var text = Encoding.UTF8.GetString(((BytesColumn)column)[row]);
        return Enum.TryParse<T>(text, ignoreCase: true, out var value) && !char.IsAsciiDigit(text[0])
            ? value
            : throw new Core.Diagnostics.SqlException(
                Core.Diagnostics.SqlState.InvalidCharacterValueForCast, $"value \"{text}\" of column \"{mapping.Column}\" is no {typeof(T).Name}");
    };

    static ColumnReader<T[]> ArrayOf<T>(ColumnReader<T> elements) => (column, row) =>
    {
        var list = (ListColumn)column;
        var (start, count) = list[row];
        var values = new T[count];
        for (var i = 0; i < count; i++)
            values[i] = elements(list.Elements, start + i);
        return values;
    };

    static ColumnReader<List<T>> ListOf<T>(ColumnReader<T> elements)
    {
        var array = ArrayOf(elements);
        return (column, row) => [.. array(column, row)];
    }

    static ColumnReader<Dictionary<TKey, TValue>> DictionaryOf<TKey, TValue>(ColumnReader<TKey> keys, ColumnReader<TValue> values) where TKey : notnull =>
        (column, row) =>
        {
            var map = (MapColumn)column;
            var (start, count) = map[row];
            var entries = new Dictionary<TKey, TValue>(count);
            for (var i = start; i < start + count; i++)
                entries[keys(map.Keys, i)] = values(map.Values, i);
            return entries;
        };

    static ColumnReader<T> ObjectOf<T>(Schema schema)
    {
        var read = RowReaders.Create<T>(schema);
        return (column, row) => read(((RowColumn)column).Fields.ToArray(), ((RowColumn)column).Stored(row));
    }

    static Delegate Invoke(string method, Type[] types, params object[] arguments) =>
        GenericCall.Invoke(typeof(ColumnReaders), method, types, arguments);
}
