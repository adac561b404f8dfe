using System.Reflection;
using System.Runtime.ExceptionServices;

namespace SqlStream.Engine.Values;

/// <summary>Calls generic methods whose type arguments are known at run time: once for each column or function, never for a row.</summary>
static class GenericCall
{
    /// <summary>Calls a static method that gives a delegate.</summary>
    public static Delegate Invoke(Type owner, string method, Type[] types, params object?[] arguments)
    {
        var open = owner.GetMethods(BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Static)
            .Single(known => known.Name == method && known.IsGenericMethodDefinition && known.GetGenericArguments().Length == types.Length);
        try
        {
            return (Delegate)open.MakeGenericMethod(types).Invoke(null, arguments)!;
        }
        catch (TargetInvocationException e) when (e.InnerException is not null)
        {
            ExceptionDispatchInfo.Throw(e.InnerException);
            throw;
        }
    }

    /// <summary>Makes an object; what its constructor raises is raised as it is.</summary>
    public static object Create(Type type, params object?[] arguments)
    {
        try
        {
            return Activator.CreateInstance(type, arguments)!;
        }
        catch (TargetInvocationException e) when (e.InnerException is not null)
        {
            ExceptionDispatchInfo.Throw(e.InnerException);
            throw;
        }
    }
}
