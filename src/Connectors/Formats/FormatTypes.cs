using SqlStream.Core.Connect;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Formats;

/// <summary>Which columns the text formats can hold.</summary>
static class FormatTypes
{
    /// <summary>JSON: the keys of objects are strings.</summary>
    public static bool IsJson(SqlType type) => type switch
    {
        MapType map => map.Key.IsCharacter && IsJson(map.Value),
        CollectionType { Kind: SqlTypeKind.Multiset } multiset => multiset.Element.IsCharacter,
        CollectionType array => IsJson(array.Element),
        RowType row => row.Fields.All(field => IsJson(field.Type)),
        _ => true,
    };

    /// <summary>CSV: the elements of an ARRAY or ROW lie within one field, which can hold no further ones.</summary>
    public static bool IsCsv(SqlType type) => type switch
    {
        CollectionType { Kind: SqlTypeKind.Array } array => !array.Element.IsNested,
        RowType row => row.Fields.All(field => !field.Type.IsNested),
        _ => !type.IsNested,
    };

    /// <summary>0A000 for the first column that the format cannot hold.</summary>
    public static void Ensure(ConnectorTable table, string format, Func<SqlType, bool> supports)
    {
        foreach (var field in table.Schema.Fields)
        {
            if (!TextType.Supports(field.Type) || !supports(field.Type))
                throw ConnectorErrors.TypeNotSupported(table.Name, field, $"format '{format}'");
        }
    }
}
