using SqlStream.Core.Types;
using SqlStream.Planner.Catalog;

namespace SqlStream.Planner.Statements;

/// <summary>The result of DESCRIBE and SHOW COLUMNS: one row for each column.</summary>
static class TableDescription
{
    /// <summary>name, type, null, key, extras, watermark.</summary>
    public static Schema Columns { get; } = new([
        new Field("name", SqlType.String),
        new Field("type", SqlType.String),
        new Field("null", SqlType.Boolean),
        new Field("key", SqlType.String),
        new Field("extras", SqlType.String),
        new Field("watermark", SqlType.String)]);

    /// <summary>The rows of a table or view.</summary>
    public static ValueList<ValueList<object?>> Rows(CatalogObject described) => described switch
    {
        TableDefinition table => table.Columns.Map(column => Row(table, column)),
        ViewDefinition view => view.Schema.Fields.Map(field => Row(field.Name, TypeText(field.Type), field.Type.IsNullable)),
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
            column is ComputedColumnDefinition computed ? $"AS {computed.Text}" : null,
            isRowtime ? table.Watermark!.Text : null);
    }

    static ValueList<object?> Row(
        string name, string type, bool isNullable, string? key = null, string? extras = null, string? watermark = null) =>
        [name, type, isNullable, key, extras, watermark];

    static string TypeText(SqlType type) => type.WithNullability(true).ToString();
}
