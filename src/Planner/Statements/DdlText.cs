using System.Text;
using SqlStream.Planner.Catalog;

namespace SqlStream.Planner.Statements;

/// <summary>Writes the statement that creates an object, for SHOW CREATE.</summary>
static class DdlText
{
    /// <summary>CREATE TABLE or CREATE VIEW with full names.</summary>
    public static string Of(CatalogObject created) => created switch
    {
        TableDefinition table => Table(table),
        ViewDefinition view => View(view),
        _ => created.SqlText,
    };

    static string View(ViewDefinition view)
    {
        var columns = string.Join(",\n", view.Schema.Fields.Select(field => "  " + ObjectName.Backticks(field.Name)));
        return $"CREATE {Temporary(view)}VIEW {view.Name.ToSql()} (\n{columns}\n){Comment(view.Comment)}\nAS {view.QueryText}";
    }

    static string Table(TableDefinition table)
    {
        var elements = table.Columns.Select(Column).ToList();
        if (table.Watermark is { } watermark)
            elements.Add($"WATERMARK FOR {ObjectName.Backticks(watermark.Column)} AS {watermark.Text}");
        if (table.PrimaryKey.Count > 0)
            elements.Add($"PRIMARY KEY ({Names(table.PrimaryKey)}) NOT ENFORCED");
        var text = new StringBuilder($"CREATE {Temporary(table)}TABLE {table.Name.ToSql()} (\n  ");
        text.AppendJoin(",\n  ", elements).Append("\n)").Append(Comment(table.Comment));
        if (table.PartitionKeys.Count > 0)
            text.Append($"\nPARTITIONED BY ({Names(table.PartitionKeys)})");
        text.Append("\nWITH (\n  ");
        text.AppendJoin(",\n  ", table.Options.Options.Select(option => $"{Text(option.Key)} = {Text(option.Value)}"));
        return text.Append("\n)").ToString();
    }

    static string Column(ColumnDefinition column)
    {
        var definition = column is ComputedColumnDefinition computed ? "AS " + computed.Text : column.Type.ToString();
        return $"{ObjectName.Backticks(column.Name)} {definition}{Comment(column.Comment)}";
    }

    static string Temporary(CatalogObject created) => created.IsTemporary ? "TEMPORARY " : "";

    static string Comment(string? comment) => comment is null ? "" : $" COMMENT {Text(comment)}";

    static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(ObjectName.Backticks));

    static string Text(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
}
