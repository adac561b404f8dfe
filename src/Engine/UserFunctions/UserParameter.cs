using System.Reflection;
using SqlStream.Core.Types;
using SqlStream.Core.Diagnostics;
using SqlStream.Engine.Values;

namespace SqlStream.Engine.UserFunctions;

/// <summary>A parameter of a function of the program.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ClrType">Its .NET type.</param>
/// <param name="Type">The SQL type that the .NET type stands for.</param>
/// <param name="IsStrict">It cannot be null: the function is not called for NULL, and the result is NULL.</param>
sealed record UserParameter(string Name, Type ClrType, SqlType Type, bool IsStrict)
{
    /// <summary>A parameter; 42804 where its type has no SQL type.</summary>
    public static UserParameter Of(string function, string name, Type type, bool allowsNull) => ClrTypes.TryGetSqlType(type, out var sqlType)
        ? new UserParameter(name, type, sqlType, !allowsNull)
        : throw UserFunctionErrors.ParameterType(function, name, type);

    /// <summary>The parameters of the method behind a delegate that are those of the delegate. A static method that was bound to its first argument, as compilers do
    /// with closures, has one more; a method of an object that is the first argument has one less, and then the delegate has to say.</summary>
    public static ParameterInfo[] Declared(ParameterInfo[] method, ParameterInfo[] type) => method.Length >= type.Length ? method[^type.Length..] : type;

    /// <summary>True unless the declaration says that an argument is never null. The type of a delegate says nothing of the references that it takes;
    /// the method behind it does.</summary>
    public static bool AllowsNull(ParameterInfo type, ParameterInfo declared) =>
        type.ParameterType.IsValueType ? Nullable.GetUnderlyingType(type.ParameterType) is not null : IsMadeAtRunTime(declared) || RowMembers.AllowsNull(declared);

    /// <summary>The type to which an argument is cast: its own where .NET has its values as they are; null where it does not fit.</summary>
    public SqlType? TypeFor(SqlType argument)
    {
        if (argument.Kind == SqlTypeKind.Null)
            return Type;
        if (CanRead(argument))
            return argument;
        if (Type is DecimalType && TypeRules.AsDecimal(argument) is { } number)
            return number;
        return argument.Kind != Type.Kind && TypeRules.CanCastImplicitly(argument, Type) && CanRead(Type) ? Type : null;
    }

    /// <summary>An <see cref="ArgumentReader{T}"/> for arguments of a type.</summary>
    public object Reader(SqlType type) => typeof(ArgumentReader<>).MakeGenericType(ClrType)
        .GetMethod(nameof(ArgumentReader<int>.Create))!.Invoke(null, [type, Name, IsStrict])!;

    // What is made at run time, as expressions that are compiled, belongs to no class and says nothing of its parameters.
    static bool IsMadeAtRunTime(ParameterInfo declared) => declared.Member.DeclaringType is null;

    bool CanRead(SqlType type)
    {
        try
        {
            ColumnReaders.Create(type, ClrType, new Mapping(Name, Name));
            return true;
        }
        catch (SqlException)
        {
            return false;
        }
    }
}
