using SqlStream.Core.Types;
using SqlStream.Planner.Catalog;

namespace SqlStream.Planner.Statements;

/// <summary>The result of DESCRIBE and SHOW COLUMNS: one row for each column.</summary>
static class TableDescription
{
    static readonly string[] s_columns = ["name", "type", "null", "key", "extras", "watermark"];

    /// <summary>name, type, null, key, extras, watermark; and the comments of the columns where any has one, or all is asked
    /// for.</summary>
    public static Schema ColumnsOf(CatalogObject described, bool isExtended)
    {
        var names = isExtended || Comments(described).Any(comment => comment is not null) ? s_columns.Append("comment") : s_columns;
        return new Schema([.. names.Select(name => new Field(name, name == "null" ? SqlType.Boolean : SqlType.String))]);
    }

    /// <summary>The rows of a table or view.</summary>
    public static ValueList<ValueList<object?>> Rows(CatalogObject described, bool isExtended)
    {
        var width = ColumnsOf(described, isExtended).Count;
        var rows = described switch
        {
            TableDefinition table => table.Columns.Select(column => Row(table, column)),
            ViewDefinition view => view.Schema.Fields.Select(field => Row(field.Name, TypeText(field.Type), field.Type.IsNullable)),
            _ => [],
        };
        var comments = Comments(described).ToList();
        return [.. rows.Select((row, i) => width > s_columns.Length ? row.Add(comments.ElementAtOrDefault(i)) : row)];
    }

    static IEnumerable<string?> Comments(CatalogObject described) => described switch
    {
        TableDefinition table => table.Columns.Select(column => column.Comment),
        ViewDefinition view => view.ColumnComments,
        _ => [],
    };

    static ValueList<object?> Row(TableDefinition table, ColumnDefinition column)
    {
        var isRowtime = table.Watermark?.Column == column.Name;
        return Row(
            column.Name,
            TypeText(column.Type) + (isRowtime ? " *ROWTIME*" : ""),
            column.Type.IsNullable,
            table.PrimaryKey.Contains(column.Name) ? $"PRI({string.Join(", ", (IEnumerable<string>)table.PrimaryKey)})" : null,
            Extras(column),
            isRowtime ? table.Watermark!.Text : null);
    }

    static string? Extras(ColumnDefinition column) => column switch
    {
        ComputedColumnDefinition computed => $"AS {computed.Text}",
        MetadataColumnDefinition metadata => (metadata.Key == metadata.Name ? "METADATA" : $"METADATA FROM {DdlText.Text(metadata.Key)}")
            + (metadata.IsVirtual ? " VIRTUAL" : ""),
        _ => null,
    };

    static ValueList<object?> Row(
        string name, string type, bool isNullable, string? key = null, string? extras = null, string? watermark = null) =>
        [name, type, isNullable, key, extras, watermark];

    static string TypeText(SqlType type) => type.WithNullability(true).ToString();
}
