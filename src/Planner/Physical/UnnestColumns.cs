using System.Diagnostics;
using SqlStream.Core.Types;
using RowType = SqlStream.Core.Types.RowType;

namespace SqlStream.Planner.Physical;

/// <summary>The columns that UNNEST makes of a collection: the elements, those of rows field by field, keys and values of a MAP, and the number of
/// the element, from 1.</summary>
public static class UnnestColumns
{
    /// <summary>The name of a column of elements that nothing else names.</summary>
    public const string Element = "EXPR$0";

    /// <summary>True for the types that have elements.</summary>
    public static bool IsCollection(SqlType type) => type is CollectionType or MapType;

    /// <summary>All columns of a collection of a type, the number of the element last.</summary>
    /// <param name="collection">ARRAY, MAP or MULTISET.</param>
    /// <param name="isOuter">A row without elements comes out beside NULLs.</param>
    public static ValueList<Field> Of(SqlType collection, bool isOuter)
    {
        var ordinality = new Field("ORDINALITY", SqlType.Int.WithNullability(isOuter));
        return [.. Elements(collection).Select(field => field with { Type = field.Type.WithNullability(isOuter || field.Type.IsNullable) }), ordinality];
    }

    static IEnumerable<Field> Elements(SqlType collection) => collection switch
    {
        MapType map => [new Field("KEY", map.Key), new Field("VALUE", map.Value)],
        CollectionType { Element: RowType row } => row.Fields.Select(field => new Field(field.Name, field.Type.WithNullability(row.IsNullable || field.Type.IsNullable))),
        CollectionType { Element: var element } => [new Field(Element, element)],
        _ => throw new UnreachableException($"type {collection} has no elements"),
    };
}
