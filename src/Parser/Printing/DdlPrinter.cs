using System.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;

namespace SqlStream.Parser.Printing;

/// <summary>CREATE, DROP and ALTER.</summary>
static class DdlPrinter
{
    public static void Create(SqlWriter writer, CreateTable table)
    {
        if (table.MustExist)
            writer.Write("REPLACE TABLE ");
        else
            writer.Write("CREATE ").If(table.Replace, "OR REPLACE ").If(table.Temporary, "TEMPORARY ").Write("TABLE ");
        writer.If(table.IfNotExists, "IF NOT EXISTS ").Write(table.Name);
        if (!table.Elements.IsEmpty)
            writer.Write(" (").List(table.Elements, element => Element(writer, element)).Write(")");
        writer.Comment(table.Comment);
        if (table.Distribution is { } distribution)
            Distribution(writer, distribution);
        if (!table.PartitionedBy.IsEmpty)
            writer.Write(" PARTITIONED BY ").Columns(table.PartitionedBy);
        With(writer, table.Options);
        if (table.Like is { } like)
            Like(writer, like);
        if (table.Query is not null)
            QueryPrinter.Print(writer.Write(" AS "), table.Query);
    }

    public static void Create(SqlWriter writer, CreateView view)
    {
        writer.Write("CREATE ").If(view.Replace, "OR REPLACE ").If(view.Temporary, "TEMPORARY ").Write("VIEW ");
        writer.If(view.IfNotExists, "IF NOT EXISTS ").Write(view.Name);
        if (!view.Columns.IsEmpty)
            writer.Write(" (").List(view.Columns, column => Element(writer, column)).Write(")");
        QueryPrinter.Print(writer.Comment(view.Comment).Write(" AS "), view.Query);
    }

    public static void Create(SqlWriter writer, CreateFunction function)
    {
        writer.Write("CREATE ").If(function.Temporary, "TEMPORARY ").If(function.System, "SYSTEM ").Write("FUNCTION ");
        writer.If(function.IfNotExists, "IF NOT EXISTS ").Write(function.Name).Write(" AS ").Text(function.ClassName);
        Implementation(writer, function.Language, function.Resources);
        With(writer, function.Options);
    }

    public static void Implementation(SqlWriter writer, string? language, ValueList<FunctionResource> resources)
    {
        if (language is not null)
            writer.Write(" LANGUAGE ").Write(language);
        if (!resources.IsEmpty)
            writer.Write(" USING ").List(resources, resource => writer.Write(resource.Kind).Write(" ").Text(resource.Path));
    }

    public static void Create(SqlWriter writer, CreateCatalog catalog)
    {
        writer.Write("CREATE CATALOG ").If(catalog.IfNotExists, "IF NOT EXISTS ").Write(catalog.Name).Comment(catalog.Comment);
        With(writer, catalog.Options);
    }

    public static void Create(SqlWriter writer, CreateDatabase database)
    {
        writer.Write("CREATE DATABASE ").If(database.IfNotExists, "IF NOT EXISTS ").Write(database.Name).Comment(database.Comment);
        With(writer, database.Options);
    }

    public static void Drop(SqlWriter writer, DropStatement drop)
    {
        writer.Write("DROP ").If(drop.Temporary, "TEMPORARY ").If(drop.System, "SYSTEM ");
        writer.Write(StatementPrinter.Word(drop.Kind)).If(drop.IfExists, " IF EXISTS").Write(" ").Write(drop.Name);
        writer.If(drop.Cascade, " CASCADE");
    }

    public static void Element(SqlWriter writer, TableElement element)
    {
        switch (element)
        {
            case PhysicalColumn column:
                TypePrinter.Print(writer.Write(column.Name).Write(" "), column.Type);
                if (column.PrimaryKey is { } inline)
                    Key(writer.Write(" "), inline);
                break;
            case MetadataColumn column:
                TypePrinter.Print(writer.Write(column.Name).Write(" "), column.Type);
                writer.Write(" METADATA");
                if (column.Key is not null)
                    writer.Write(" FROM ").Text(column.Key);
                writer.If(column.Virtual, " VIRTUAL");
                break;
            case ComputedColumn column:
                ExpressionPrinter.Print(writer.Write(column.Name).Write(" AS "), column.Expression);
                break;
            case NamedColumn column:
                writer.Write(column.Name);
                break;
            case WatermarkElement watermark:
                ExpressionPrinter.Print(writer.Write("WATERMARK FOR ").Write(watermark.Column).Write(" AS "), watermark.Expression);
                break;
            case PrimaryKeyElement key:
                Key(writer, key);
                break;
            default:
                throw new UnreachableException($"table element {element.GetType().Name} has no case");
        }
        if (element is ColumnElement { Comment: not null } commented)
            writer.Comment(commented.Comment);
    }

    static void Key(SqlWriter writer, PrimaryKeyElement key)
    {
        if (key.Constraint is not null)
            writer.Write("CONSTRAINT ").Write(key.Constraint).Write(" ");
        writer.Write("PRIMARY KEY");
        if (!key.Columns.IsEmpty)
            writer.Write(" ").Columns(key.Columns);
        writer.If(key.NotEnforced, " NOT ENFORCED");
    }

    public static void With(SqlWriter writer, ValueList<OptionSyntax> options)
    {
        if (!options.IsEmpty)
            writer.Write(" WITH ").Options(options);
    }

    public static void Distribution(SqlWriter writer, DistributionSyntax distribution)
    {
        writer.Write(" DISTRIBUTED");
        if (!distribution.Columns.IsEmpty)
        {
            writer.Write(" BY ").If(distribution.Kind is not null, $"{distribution.Kind} ");
            writer.Columns(distribution.Columns);
        }
        if (distribution.Buckets is { } buckets)
            writer.Write($" INTO {buckets} BUCKETS");
    }

    static void Like(SqlWriter writer, LikeClause like)
    {
        writer.Write(" LIKE ").Write(like.Source);
        if (like.Options.IsEmpty)
            return;
        writer.Write(" (");
        for (var i = 0; i < like.Options.Count; i++)
        {
            var option = like.Options[i];
            writer.If(i > 0, " ").Write($"{option.Mode.ToString().ToUpperInvariant()} {option.Feature}");
        }
        writer.Write(")");
    }
}
