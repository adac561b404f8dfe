using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Scalar.Collections;

/// <summary>The ways in which functions on collections find their types.</summary>
static class CollectionPlans
{
    /// <summary>The type as an ARRAY, or null.</summary>
    public static CollectionType? AsArray(SqlType type) => type as CollectionType is { Kind: SqlTypeKind.Array } array ? array : null;

    /// <summary>One array to an array of the same type.</summary>
    public static CollectionTypes? ArrayToArray(ReadOnlySpan<ArgumentInfo> arguments) =>
        arguments.Length == 1 && AsArray(arguments[0].Type) is { } array ? new([array], array, 1) : null;

    /// <summary>One array whose elements have an order to one of its elements.</summary>
    public static CollectionTypes? ArrayToExtreme(ReadOnlySpan<ArgumentInfo> arguments) =>
        arguments.Length == 1 && AsArray(arguments[0].Type) is { Element: { IsNested: false } element } array
            ? new([array], element.WithNullability(true), 1)
            : null;

    /// <summary>One array to one of its elements.</summary>
    public static CollectionTypes? ArrayToElement(ReadOnlySpan<ArgumentInfo> arguments) =>
        arguments.Length == 1 && AsArray(arguments[0].Type) is { } array ? new([array], array.Element.WithNullability(true), 1) : null;

    /// <summary>Two arrays to an array of their common type.</summary>
    public static CollectionTypes? TwoArrays(ReadOnlySpan<ArgumentInfo> arguments) => arguments.Length == 2 ? Arrays(arguments) : null;

    /// <summary>One or more arrays to an array of their common type.</summary>
    public static CollectionTypes? Arrays(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (Common(arguments) is not CollectionType { Kind: SqlTypeKind.Array } common)
            return null;
        var types = new SqlType[arguments.Length];
        Array.Fill(types, common);
        return new(types, common, types.Length);
    }

    /// <summary>One or more maps to a map of their common type.</summary>
    public static CollectionTypes? Maps(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (Common(arguments) is not MapType common)
            return null;
        var types = new SqlType[arguments.Length];
        Array.Fill(types, common);
        return new(types, common, types.Length);
    }

    /// <summary>An array and a value of its elements' type to an array in which the value may stand.</summary>
    public static CollectionTypes? ArrayAndElement(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (Element(arguments) is not { } element)
            return null;
        var array = SqlType.Array(element).WithNullability(arguments[0].Type.IsNullable);
        return new([array, element], array, 1);
    }

    /// <summary>An array and a value of its elements' type to an array of some of its elements.</summary>
    public static CollectionTypes? ArrayWithoutElement(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (Element(arguments) is not { } element)
            return null;
        var kept = element.WithNullability(AsArray(arguments[0].Type)!.Element.IsNullable);
        var array = SqlType.Array(kept).WithNullability(arguments[0].Type.IsNullable);
        return new([array, element], array, 1);
    }

    /// <summary>A test of an array for a value, which may be NULL.</summary>
    public static CollectionTypes? ArrayContains(ReadOnlySpan<ArgumentInfo> arguments) => Element(arguments) is { } element
        ? new([SqlType.Array(element), element], SqlType.Boolean.WithNullability(arguments[0].Type.IsNullable), 1)
        : null;

    /// <summary>The place of a value in an array.</summary>
    public static CollectionTypes? ArrayPosition(ReadOnlySpan<ArgumentInfo> arguments) => Element(arguments) is { } element
        ? new([SqlType.Array(element), element], SqlType.Int.WithNullability(AnyNullable(arguments)), 2)
        : null;

    /// <summary>ARRAY_SLICE(array, start [, end]).</summary>
    public static CollectionTypes? Slice(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length is not (2 or 3) || AsArray(arguments[0].Type) is not { } array || !AllMatch(arguments[1..], Parameter.Int))
            return null;
        var result = array.WithNullability(AnyNullable(arguments));
        return new(arguments.Length == 2 ? [array, SqlType.Int] : [array, SqlType.Int, SqlType.Int], result, arguments.Length);
    }

    /// <summary>ARRAY_SORT(array [, ascending [, nulls first]]).</summary>
    public static CollectionTypes? Sort(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length is < 1 or > 3 || AsArray(arguments[0].Type) is not { Element.IsNested: false } array
            || !AllMatch(arguments[1..], Parameter.Boolean))
            return null;
        var types = new SqlType[arguments.Length];
        Array.Fill(types, SqlType.Boolean);
        types[0] = array;
        return new(types, array.WithNullability(AnyNullable(arguments)), arguments.Length);
    }

    /// <summary>ARRAY_JOIN(array, delimiter [, replacement of NULL]): elements become strings.</summary>
    public static CollectionTypes? Join(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length is not (2 or 3) || AsArray(arguments[0].Type) is not { } array || !AllMatch(arguments[1..], Parameter.Text)
            || Casts.CastPlanner.Plan(array.Element, SqlType.String, isTry: false) is null)
            return null;
        var types = new SqlType[arguments.Length];
        Array.Fill(types, SqlType.String);
        types[0] = SqlType.Array(SqlType.String);
        return new(types, SqlType.String.WithNullability(AnyNullable(arguments)), arguments.Length);
    }

    /// <summary>The number of elements or entries.</summary>
    public static CollectionTypes? Cardinality(ReadOnlySpan<ArgumentInfo> arguments) =>
        arguments.Length == 1 && arguments[0].Type is CollectionType or MapType
            ? new([arguments[0].Type], SqlType.Int.WithNullability(arguments[0].Type.IsNullable), 1)
            : null;

    /// <summary>A map to an array of what is made of its keys and values.</summary>
    public static CollectionPlan MapToArray(Func<MapType, SqlType> element) => arguments =>
        arguments.Length == 1 && arguments[0].Type is MapType map
            ? new([map], SqlType.Array(element(map)).WithNullability(map.IsNullable), 1)
            : null;

    /// <summary>MAP_FROM_ARRAYS(keys, values).</summary>
    public static CollectionTypes? MapFromArrays(ReadOnlySpan<ArgumentInfo> arguments) =>
        arguments.Length == 2 && AsArray(arguments[0].Type) is { } keys && AsArray(arguments[1].Type) is { } values
            ? new([keys, values], SqlType.Map(keys.Element, values.Element).WithNullability(AnyNullable(arguments)), 2)
            : null;

    /// <summary>One to three strings to a result.</summary>
    public static CollectionPlan Texts(int min, int max, SqlType result) => arguments =>
    {
        if (arguments.Length < min || arguments.Length > max || !AllMatch(arguments, Parameter.Text))
            return null;
        var types = new SqlType[arguments.Length];
        for (var i = 0; i < types.Length; i++)
            types[i] = Parameters.Match(Parameter.Text, arguments[i].Type)!;
        return new(types, result.WithNullability(AnyNullable(arguments)), types.Length);
    };

    /// <summary>True if an argument may be NULL.</summary>
    public static bool AnyNullable(ReadOnlySpan<ArgumentInfo> arguments)
    {
        foreach (var argument in arguments)
        {
            if (argument.Type.IsNullable)
                return true;
        }
        return false;
    }

    // The common type of an array's elements and a value beside it.
    static SqlType? Element(ReadOnlySpan<ArgumentInfo> arguments) => arguments.Length == 2 && AsArray(arguments[0].Type) is { } array
        ? TypeRules.CommonType([array.Element, arguments[1].Type])
        : null;

    static SqlType? Common(ReadOnlySpan<ArgumentInfo> arguments)
    {
        var types = new SqlType[arguments.Length];
        for (var i = 0; i < types.Length; i++)
            types[i] = arguments[i].Type;
        return TypeRules.CommonType(types);
    }

    static bool AllMatch(ReadOnlySpan<ArgumentInfo> arguments, Parameter parameter)
    {
        foreach (var argument in arguments)
        {
            if (Parameters.Match(parameter, argument.Type) is null)
                return false;
        }
        return true;
    }
}
