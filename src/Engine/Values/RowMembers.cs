using System.Reflection;
using System.Runtime.CompilerServices;
using SqlStream.Core.Types;

namespace SqlStream.Engine.Values;

/// <summary>Which members of a .NET type belong to which columns. Names are compared exactly, then without regard to case, then without regard to
/// underscores either: <c>window_end</c> is <c>WindowEnd</c>.</summary>
static class RowMembers
{
    /// <summary>The position of the column of a member; -1 if there is none, 42702 if there are several.</summary>
    public static int Find(Schema schema, string member)
    {
        var exact = schema.IndexOf(member);
        if (exact >= 0)
            return exact;
        foreach (var same in (ReadOnlySpan<Func<string, string, bool>>)[SameIgnoringCase, SameIgnoringUnderscores])
        {
            var found = -1;
            for (var i = 0; i < schema.Count; i++)
            {
                if (!same(schema[i].Name, member))
                    continue;
                if (found >= 0)
                    throw ValueErrors.SameColumn(member, schema[i].Name);
                found = i;
            }
            if (found >= 0)
                return found;
        }
        return -1;
    }

    static bool SameIgnoringCase(string column, string member) => string.Equals(column, member, StringComparison.OrdinalIgnoreCase);

    static bool SameIgnoringUnderscores(string column, string member) => SameIgnoringCase(Plain(column), Plain(member));

    static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal);

    /// <summary>The type holds one value, not one for each column.</summary>
    public static bool IsSingle(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(object) || type.IsEnum || type.IsPrimitive || ClrTypes.TryGetSqlType(type, out _)
            || ClrTypes.ElementOf(type) is not null || ClrTypes.EntryOf(type) is not null;
    }

    /// <summary>A tuple, whose values belong to the columns in their order.</summary>
    public static bool IsTuple(Type type) => type.IsValueType && type.IsGenericType && type.IsAssignableTo(typeof(ITuple));

    /// <summary>The public constructor to call: that of most parameters all of which have a column or a default; 42703 where none fits.</summary>
    public static ConstructorInfo Constructor(Type type, Schema schema)
    {
        var constructors = type.GetConstructors().OrderByDescending(known => known.GetParameters().Length).ToList();
        if (constructors.Count == 0)
            throw ValueErrors.NoConstructor(type);
        var fitting = constructors.Find(known => known.GetParameters().All(parameter => parameter.HasDefaultValue || Find(schema, parameter.Name!) >= 0));
        if (fitting is not null)
            return fitting;
        var missing = constructors[0].GetParameters().First(parameter => !parameter.HasDefaultValue && Find(schema, parameter.Name!) < 0);
        throw ValueErrors.NoColumn(missing.Name!, type, schema.Fields.Select(field => field.Name));
    }

    /// <summary>Public properties and fields that can be read, in the order of their declaration.</summary>
    public static IReadOnlyList<MemberInfo> Readable(Type type) =>
        [.. type.GetMembers(BindingFlags.Public | BindingFlags.Instance)
            .Where(static member => member is PropertyInfo { CanRead: true } property ? property.GetIndexParameters().Length == 0 : member is FieldInfo)
            .OrderBy(static member => member.MetadataToken)];

    /// <summary>Properties and fields that can be set.</summary>
    public static IReadOnlyList<MemberInfo> Settable(Type type) =>
        [.. Readable(type).Where(static member => member is PropertyInfo { SetMethod.IsPublic: true } or FieldInfo { IsInitOnly: false })];

    /// <summary>The members that give the values of columns: a computed property counts only where a column has its name. 42703 for others without
    /// a column.</summary>
    public static IEnumerable<(MemberInfo Member, int Column)> Sources(Type type, Schema schema)
    {
        var stored = Settable(type).Select(member => member.Name)
            .Concat(type.GetConstructors().SelectMany(constructor => constructor.GetParameters()).Select(parameter => parameter.Name!))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var member in Readable(type))
        {
            var column = Find(schema, member.Name);
            if (column >= 0)
                yield return (member, column);
            else if (stored.Contains(member.Name))
                throw ValueErrors.NoColumn(member.Name, type, schema.Fields.Select(field => field.Name));
        }
    }

    /// <summary>The type of a member.</summary>
    public static Type TypeOf(MemberInfo member) => member is PropertyInfo property ? property.PropertyType : ((FieldInfo)member).FieldType;

    /// <summary>True unless the declaration says that the value is never null.</summary>
    public static bool AllowsNull(MemberInfo member)
    {
        var context = new NullabilityInfoContext();
        var info = member is PropertyInfo property ? context.Create(property) : context.Create((FieldInfo)member);
        return info.WriteState != NullabilityState.NotNull;
    }

    /// <summary>True unless the declaration says that the argument is never null.</summary>
    public static bool AllowsNull(ParameterInfo parameter) => new NullabilityInfoContext().Create(parameter).WriteState != NullabilityState.NotNull;
}
