using System.Linq.Expressions;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Engine.Values;

namespace SqlStream.Engine.UserFunctions;

/// <summary>A table function of the program: gives rows one after the other, as they are asked for.</summary>
sealed class UserTableFunction : TableFunction
{
    readonly Delegate _function;
    readonly FunctionOptions _options;
    readonly UserParameter[] _parameters;
    readonly Type _rowType;
    readonly Schema _schema;

    public UserTableFunction(string name, Delegate function, FunctionOptions options)
    {
        Name = name;
        _function = function;
        _options = options;
        var method = function.GetType().GetMethod(nameof(Action.Invoke))!;
        var types = method.GetParameters();
        if (types.Length is 0 or > UserTableKernels.ParametersMax)
            throw UserFunctionErrors.TableParameters(name, UserTableKernels.ParametersMax);
        var declared = UserParameter.Declared(function.Method.GetParameters(), types);
        _parameters = [.. types.Select((type, i) => UserParameter.Of(name, declared[i].Name ?? $"{i + 1}", type.ParameterType, UserParameter.AllowsNull(type, declared[i])))];
        _rowType = RowTypeOf(method.ReturnType) ?? throw UserFunctionErrors.NoRows(name, method.ReturnType);
        _schema = SchemaOf(name, _rowType);
        _function = Shaped(function, [.. types.Select(type => type.ParameterType)], typeof(IEnumerable<>).MakeGenericType(_rowType));
    }

    public override string Name { get; }

    public override string Signature =>
        $"{Name}({string.Join(", ", _parameters.Select(parameter => $"{parameter.Name} {parameter.Type.AllNullable}"))}) -> TABLE({string.Join(", ", _schema.Fields.Select(column => $"{column.Name} {column.Type.AllNullable}"))})";

    public override bool IsDeterministic => _options.IsDeterministic;

    public override TableCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
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
        object[] parts = [_function, .. _parameters.Select((parameter, i) => ColumnReaders.Create(types[i], parameter.ClrType, new Mapping(parameter.Name, parameter.Name)))];
        var rows = GenericCall.Invoke(typeof(UserTableKernels), "Call", [.. _parameters.Select(parameter => parameter.ClrType), _rowType], parts);
        bool[] strict = [.. _parameters.Select(parameter => parameter.IsStrict)];
        var factory = (TableKernelFactory)GenericCall.Invoke(typeof(UserTableKernels), "Factory", [_rowType], rows, _schema, Name, _options, strict);
        return new TableCall(types, [.. _schema.Fields], factory, IsDeterministic);
    }

    /// <summary>The type is that of the result of a table function.</summary>
    public static bool GivesRows(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IEnumerable<>);

    // A function that gives an array or a list gives an enumerable, too.
    static Delegate Shaped(Delegate function, Type[] types, Type rows)
    {
        var shape = Expression.GetFuncType([.. types, rows]);
        if (function.GetType() == shape)
            return function;
        ParameterExpression[] parameters = [.. types.Select(type => Expression.Parameter(type))];
        return Expression.Lambda(shape, Expression.Convert(Expression.Invoke(Expression.Constant(function), parameters), rows), parameters).Compile();
    }

    static Type? RowTypeOf(Type type) => type != typeof(string) && type != typeof(byte[])
        ? type.GetInterfaces().Append(type).FirstOrDefault(known => known.IsGenericType && known.GetGenericTypeDefinition() == typeof(IEnumerable<>))?.GetGenericArguments()[0]
        : null;

    static Schema SchemaOf(string name, Type type)
    {
        if (RowMembers.IsSingle(type))
            return new Schema([Field(name, TableFunction.UnnamedColumn, type, allowsNull: true)]);
        if (RowMembers.IsTuple(type))
            return new Schema([.. type.GetGenericArguments().Select((item, i) => Field(name, $"f{i}", item, allowsNull: true))]);
        return new Schema([.. RowMembers.Readable(type).Select(member => Field(name, member.Name, RowMembers.TypeOf(member), RowMembers.AllowsNull(member)))]);
    }

    static Field Field(string function, string column, Type type, bool allowsNull) => ClrTypes.TryGetSqlType(type, out var sqlType)
        ? new Field(column, sqlType.WithNullability(type.IsValueType ? sqlType.IsNullable : allowsNull))
        : throw UserFunctionErrors.ResultType(function, type);
}

/// <summary>Gives the rows for the arguments in a row of columns.</summary>
delegate IEnumerable<T> RowsOf<out T>(Column[] arguments, int row);

/// <summary>Calls delegates of each number of parameters.</summary>
static class UserTableKernels
{
    /// <summary>Parameters that a table function may have.</summary>
    public const int ParametersMax = 4;

    static RowsOf<T> Call<T1, T>(Func<T1, IEnumerable<T>> function, ColumnReader<T1> read1) => (columns, row) => function(read1(columns[0], row));

    static RowsOf<T> Call<T1, T2, T>(Func<T1, T2, IEnumerable<T>> function, ColumnReader<T1> read1, ColumnReader<T2> read2) =>
        (columns, row) => function(read1(columns[0], row), read2(columns[1], row));

    static RowsOf<T> Call<T1, T2, T3, T>(Func<T1, T2, T3, IEnumerable<T>> function, ColumnReader<T1> read1, ColumnReader<T2> read2, ColumnReader<T3> read3) =>
        (columns, row) => function(read1(columns[0], row), read2(columns[1], row), read3(columns[2], row));

    static RowsOf<T> Call<T1, T2, T3, T4, T>(
        Func<T1, T2, T3, T4, IEnumerable<T>> function, ColumnReader<T1> read1, ColumnReader<T2> read2, ColumnReader<T3> read3, ColumnReader<T4> read4) =>
        (columns, row) => function(read1(columns[0], row), read2(columns[1], row), read3(columns[2], row), read4(columns[3], row));

    static TableKernelFactory Factory<T>(RowsOf<T> rows, Schema schema, string name, FunctionOptions options, bool[] strict)
    {
        var write = RowWriters.Create<T>(schema);
        return (wanted, pool) => new UserTableKernel<T>(rows, write, schema, name, options, strict, wanted, pool);
    }
}
