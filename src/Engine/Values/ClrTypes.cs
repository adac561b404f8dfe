using System.Diagnostics.CodeAnalysis;
using SqlStream.Core.Types;

namespace SqlStream.Engine.Values;

/// <summary>Which SQL type a .NET type has where nothing else says so: parameters and results of functions.</summary>
static class ClrTypes
{
    /// <summary>Digits of the DECIMAL that a <c>decimal</c> has, and those behind the point.</summary>
    public const int DecimalPrecision = 38;

    /// <summary>Digits behind the point.</summary>
    public const int DecimalScale = 18;

    static readonly Dictionary<Type, SqlType> _simple = new()
    {
        [typeof(bool)] = SqlType.Boolean,
        [typeof(sbyte)] = SqlType.TinyInt,
        [typeof(short)] = SqlType.SmallInt,
        [typeof(int)] = SqlType.Int,
        [typeof(long)] = SqlType.BigInt,
        [typeof(float)] = SqlType.Float,
        [typeof(double)] = SqlType.Double,
        [typeof(decimal)] = SqlType.Decimal(DecimalPrecision, DecimalScale),
        [typeof(string)] = SqlType.String,
        [typeof(byte[])] = SqlType.Bytes,
        [typeof(DateOnly)] = SqlType.Date,
        [typeof(TimeOnly)] = SqlType.Time(3),
        [typeof(DateTime)] = SqlType.Timestamp(6),
        [typeof(DateTimeOffset)] = SqlType.TimestampLtz(6),
        [typeof(TimeSpan)] = SqlType.IntervalDaySecond,
    };

    /// <summary>The SQL type, with the nullability of a value type; other types are nullable. False where there is none.</summary>
    public static bool TryGetSqlType(Type type, [NotNullWhen(true)] out SqlType? sqlType)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            var known = TryGetSqlType(inner, out sqlType);
            sqlType = sqlType?.WithNullability(true);
            return known;
        }
        if (_simple.TryGetValue(type, out sqlType))
        {
            sqlType = sqlType.WithNullability(!type.IsValueType);
            return true;
        }
        if (ElementOf(type) is { } element && TryGetSqlType(element, out var elementType))
        {
            sqlType = SqlType.Array(elementType);
            return true;
        }
        if (EntryOf(type) is var (key, value) && TryGetSqlType(key, out var keyType) && TryGetSqlType(value, out var valueType))
        {
            sqlType = SqlType.Map(keyType, valueType);
            return true;
        }
        return false;
    }

    /// <summary>The element type of an array or list; null for other types.</summary>
    public static Type? ElementOf(Type type)
    {
        if (type.IsArray && type != typeof(byte[]) && type.GetArrayRank() == 1)
            return type.GetElementType();
        return type.IsGenericType && type.GetGenericTypeDefinition() is var open
            && (open == typeof(IReadOnlyList<>) || open == typeof(IReadOnlyCollection<>) || open == typeof(IEnumerable<>) || open == typeof(IList<>)
                || open == typeof(List<>))
            ? type.GetGenericArguments()[0]
            : null;
    }

    /// <summary>The types of keys and values of a dictionary; null for other types.</summary>
    public static (Type Key, Type Value)? EntryOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() is var open
        && (open == typeof(Dictionary<,>) || open == typeof(IReadOnlyDictionary<,>) || open == typeof(IDictionary<,>))
            ? (type.GetGenericArguments()[0], type.GetGenericArguments()[1])
            : null;

    /// <summary>The type that a value of a column has in a <see cref="Rows.Row"/>.</summary>
    public static Type NaturalType(SqlType type) => type.Kind switch
    {
        SqlTypeKind.Boolean or SqlTypeKind.Null => typeof(bool),
        SqlTypeKind.TinyInt => typeof(sbyte),
        SqlTypeKind.SmallInt => typeof(short),
        SqlTypeKind.Int or SqlTypeKind.IntervalYearMonth => typeof(int),
        SqlTypeKind.BigInt => typeof(long),
        SqlTypeKind.Float => typeof(float),
        SqlTypeKind.Double => typeof(double),
        SqlTypeKind.Decimal => typeof(decimal),
        SqlTypeKind.Char or SqlTypeKind.Varchar => typeof(string),
        SqlTypeKind.Binary or SqlTypeKind.Varbinary => typeof(byte[]),
        SqlTypeKind.Date => typeof(DateOnly),
        SqlTypeKind.Time => typeof(TimeOnly),
        SqlTypeKind.Timestamp => typeof(DateTime),
        SqlTypeKind.TimestampLtz => typeof(DateTimeOffset),
        SqlTypeKind.IntervalDaySecond => typeof(TimeSpan),
        SqlTypeKind.Array => typeof(object[]),
        SqlTypeKind.Map or SqlTypeKind.Multiset => typeof(IReadOnlyDictionary<object, object>),
        SqlTypeKind.Row => typeof(Rows.Row),
        _ => typeof(object),
    };

    /// <summary>The name of a type for messages: <c>long?</c>, <c>string</c>, <c>DateTime</c>.</summary>
    public static string NameOf(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return NameOf(inner) + "?";
        if (type.IsArray)
            return NameOf(type.GetElementType()!) + "[]";
        if (type.IsGenericType)
            return $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>";
        return Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean => "bool",
            TypeCode.SByte => "sbyte",
            TypeCode.Byte => "byte",
            TypeCode.Int16 => "short",
            TypeCode.Int32 when !type.IsEnum => "int",
            TypeCode.Int64 => "long",
            TypeCode.Single => "float",
            TypeCode.Double => "double",
            TypeCode.Decimal => "decimal",
            TypeCode.String => "string",
            _ => type == typeof(object) ? "object" : type.Name,
        };
    }
}
