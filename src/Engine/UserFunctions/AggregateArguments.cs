using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Engine.Values;

namespace SqlStream.Engine.UserFunctions;

/// <summary>Reads the input of an aggregate function from its argument columns.</summary>
delegate T ArgumentsReader<out T>(ReadOnlySpan<Column> arguments, int row);

/// <summary>The parameters of an aggregate function: one, or the items of a tuple.</summary>
sealed class AggregateArguments<T>
{
    const int ItemsMax = 4;

    readonly UserParameter[] _parameters;

    public AggregateArguments(string function, bool allowsNull)
    {
        Type[] types = RowMembers.IsTuple(typeof(T)) ? typeof(T).GetGenericArguments() : [typeof(T)];
        if (types.Length > ItemsMax)
            throw UserFunctionErrors.ManyParameters(function, ItemsMax);
        _parameters = [.. types.Select((type, i) => UserParameter.Of(
            function, types.Length == 1 ? "value" : $"value{i + 1}", type,
            allowsNull: type.IsValueType ? Nullable.GetUnderlyingType(type) is not null : types.Length == 1 && allowsNull))];
    }

    /// <summary>The parameters for people.</summary>
    public string Signature => string.Join(", ", _parameters.Select(parameter => $"{parameter.Name} {parameter.Type.AllNullable}"));

    /// <summary>The types to which arguments are cast; null where they do not fit.</summary>
    public SqlType[]? TypesFor(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length != _parameters.Length)
            return null;
        var types = new SqlType[arguments.Length];
        for (var i = 0; i < types.Length; i++)
        {
            if (_parameters[i].TypeFor(arguments[i].Type) is not { } type)
                return null;
            types[i] = type;
        }
        return types;
    }

    /// <summary>For each argument whether its NULL is passed over.</summary>
    public bool[] Strict => [.. _parameters.Select(parameter => parameter.IsStrict)];

    /// <summary>A reader for arguments of the types.</summary>
    public ArgumentsReader<T> Reader(SqlType[] types)
    {
        object[] readers = [.. _parameters.Select((parameter, i) => ColumnReaders.Create(types[i], parameter.ClrType, new Mapping(parameter.Name, parameter.Name)))];
        return (ArgumentsReader<T>)GenericCall.Invoke(typeof(ArgumentsReaders), RowMembers.IsTuple(typeof(T)) ? "Tuple" : "Single", [.. _parameters.Select(parameter => parameter.ClrType)], readers);
    }
}

/// <summary>Puts readers of columns together.</summary>
static class ArgumentsReaders
{
    static ArgumentsReader<T> Single<T>(ColumnReader<T> read) => (columns, row) => read(columns[0], row);

    static ArgumentsReader<ValueTuple<T1>> Tuple<T1>(ColumnReader<T1> read1) => (columns, row) => new(read1(columns[0], row));

    static ArgumentsReader<(T1, T2)> Tuple<T1, T2>(ColumnReader<T1> read1, ColumnReader<T2> read2) =>
        (columns, row) => (read1(columns[0], row), read2(columns[1], row));

    static ArgumentsReader<(T1, T2, T3)> Tuple<T1, T2, T3>(ColumnReader<T1> read1, ColumnReader<T2> read2, ColumnReader<T3> read3) =>
        (columns, row) => (read1(columns[0], row), read2(columns[1], row), read3(columns[2], row));

    static ArgumentsReader<(T1, T2, T3, T4)> Tuple<T1, T2, T3, T4>(
        ColumnReader<T1> read1, ColumnReader<T2> read2, ColumnReader<T3> read3, ColumnReader<T4> read4) =>
        (columns, row) => (read1(columns[0], row), read2(columns[1], row), read3(columns[2], row), read4(columns[3], row));

    /// <summary>True if an argument that cannot be null is.</summary>
    public static bool IsPassedOver(ReadOnlySpan<Column> arguments, bool[] strict, int row)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            if (strict[i] && arguments[i].IsNull(row))
                return true;
        }
        return false;
    }
}
