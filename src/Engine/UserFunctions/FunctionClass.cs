using System.Linq.Expressions;
using System.Reflection;
using SqlStream.Engine.Values;

namespace SqlStream.Engine.UserFunctions;

/// <summary>Makes a function of a class: of its methods <c>Eval</c>, or of an aggregate.</summary>
static class FunctionClass
{
    const string MethodName = "Eval";
    const string OptionsName = "Options";

    /// <summary>A <see cref="UserScalarFunction"/>, a <see cref="UserTableFunction"/> or an aggregate function.</summary>
    public static object Make(Type type, string name)
    {
        if (type.ContainsGenericParameters)
            throw UserFunctionErrors.NotAFunction(type, "It is generic.");
        var options = OptionsOf(type);
        if (AggregateOf(type) is { } aggregate)
        {
            var function = typeof(UserAggregateFunction<,,>).MakeGenericType(aggregate.GetGenericArguments());
            return GenericCall.Create(function, name, New(type), options);
        }
        MethodInfo[] methods = [.. type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static).Where(method => method.Name == MethodName)];
        if (methods.Length == 0)
            throw UserFunctionErrors.NotAFunction(type, $"It has no public method {MethodName} and is no UserAggregate.");
        if (methods.FirstOrDefault(method => method.ContainsGenericParameters || method.ReturnType == typeof(void) || method.GetParameters().Any(one => one.ParameterType.IsByRef)) is { } odd)
            throw UserFunctionErrors.NotAFunction(type, $"Its method {odd} is generic, gives nothing, or has parameters by reference.");
        // One object for all calls, which come from several threads.
        var target = methods.Any(method => !method.IsStatic) ? New(type) : null;
        if (methods is [var single] && UserTableFunction.GivesRows(single.ReturnType))
            return new UserTableFunction(name, DelegateOf(single, target), options);
        return methods.Aggregate(
            new UserScalarFunction(name, []), (function, method) => function.With(new UserScalarOverload(name, DelegateOf(method, target), options)));
    }

    static Type? AggregateOf(Type type)
    {
        for (var known = type.BaseType; known is not null; known = known.BaseType)
        {
            if (known.IsGenericType && known.GetGenericTypeDefinition() == typeof(UserAggregate<,,>))
                return known;
        }
        return null;
    }

    static object New(Type type)
    {
        if (type.IsAbstract || type.GetConstructor([]) is null)
            throw UserFunctionErrors.NotAFunction(type, "It has no public constructor without parameters.");
        try
        {
            return Activator.CreateInstance(type)!;
        }
        catch (TargetInvocationException e)
        {
            throw UserFunctionErrors.NotAFunction(type, $"Its constructor failed: {e.InnerException!.Message}");
        }
    }

    static FunctionOptions OptionsOf(Type type) =>
        type.GetProperty(OptionsName, BindingFlags.Public | BindingFlags.Static) is { } property && property.PropertyType == typeof(FunctionOptions)
            ? (FunctionOptions?)property.GetValue(null) ?? new FunctionOptions()
            : new FunctionOptions();

    static Delegate DelegateOf(MethodInfo method, object? target)
    {
        var shape = Expression.GetDelegateType([.. method.GetParameters().Select(parameter => parameter.ParameterType), method.ReturnType]);
        return method.IsStatic ? method.CreateDelegate(shape) : method.CreateDelegate(shape, target);
    }
}
