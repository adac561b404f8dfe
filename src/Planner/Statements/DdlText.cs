using System.Text;
using SqlStream.Core.Types;
using SqlStream.Planner.Catalog;

namespace SqlStream.Planner.Statements;

/// <summary>Writes the statement that creates an object, for SHOW CREATE and for catalogs that are kept. It is parsed and
/// planned to the same object.</summary>
static class DdlText
{
    /// <summary>CREATE TABLE or CREATE VIEW with full names.</summary>
    public static string Of(CatalogObject created) => created switch
    {
        TableDefinition table => Table(table),
        ViewDefinition view => View(view),
        _ => created.SqlText,
    };

    /// <summary>CREATE CATALOG.</summary>
    public static string Of(CatalogDefinition catalog)
    {
        // The default catalog was not made by a statement, so that its type is written for the first time here.
        ValueList<(string Key, string Value)> options = catalog.Options.IsEmpty ? [("type", catalog.Type)] : catalog.Options;
        return $"CREATE CATALOG {ObjectName.Backticks(catalog.Name)}{Comment(catalog.Comment)}{With(options)}";
    }

    /// <summary>A literal.</summary>
    public static string Text(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";

    static string View(ViewDefinition view)
    {
        var columns = view.Schema.Fields.Select(
            (field, i) => $"  {ObjectName.Backticks(field.Name)}{Comment(view.ColumnComments.IsEmpty ? null : view.ColumnComments[i])}");
        return $"CREATE {Temporary(view)}VIEW {view.Name.ToSql()} (\n{string.Join(",\n", columns)}\n){Comment(view.Comment)}\nAS {view.QueryText}";
    }

    static string Table(TableDefinition table)
    {
        var elements = table.Columns.Select(Column).ToList();
        if (table.Watermark is { } watermark)
            elements.Add($"WATERMARK FOR {ObjectName.Backticks(watermark.Column)} AS {watermark.Text}");
        if (table.PrimaryKey.Count > 0)
        {
            var constraint = table.PrimaryKeyName is { } name ? $"CONSTRAINT {ObjectName.Backticks(name)} " : "";
            elements.Add($"{constraint}PRIMARY KEY ({Names(table.PrimaryKey)}) NOT ENFORCED");
        }
        var text = new StringBuilder($"CREATE {Temporary(table)}TABLE {table.Name.ToSql()} (\n  ");
        text.AppendJoin(",\n  ", elements).Append("\n)").Append(Comment(table.Comment));
        if (table.PartitionKeys.Count > 0)
            text.Append($"\nPARTITIONED BY ({Names(table.PartitionKeys)})");
        return text.Append(With(table.Options.Options.Map(option => (option.Key, option.Value)))).ToString();
    }

    static string With(ValueList<(string Key, string Value)> options) => options.IsEmpty
        ? ""
        : $"\nWITH (\n  {string.Join(",\n  ", options.Select(option => $"{Text(option.Key)} = {Text(option.Value)}"))}\n)";

    static string Column(ColumnDefinition column)
    {
        var definition = column switch
        {
            ComputedColumnDefinition computed => "AS " + computed.Text,
            MetadataColumnDefinition metadata =>
                $"{metadata.Type} METADATA FROM {Text(metadata.Key)}" + (metadata.IsVirtual ? " VIRTUAL" : ""),
            _ => column.Type.ToString(),
        };
        return $"{ObjectName.Backticks(column.Name)} {definition}{Comment(column.Comment)}";
    }

    static string Temporary(CatalogObject created) => created.IsTemporary ? "TEMPORARY " : "";

    static string Comment(string? comment) => comment is null ? "" : $" COMMENT {Text(comment)}";

    static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(ObjectName.Backticks));
}
