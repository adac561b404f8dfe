using System.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;

namespace SqlStream.Parser.Printing;

/// <summary>ALTER.</summary>
static class AlterPrinter
{
    public static void Print(SqlWriter writer, AlterTable table)
    {
        writer.Write("ALTER TABLE ").If(table.IfExists, "IF EXISTS ").Write(table.Name).Write(" ");
        switch (table.Action)
        {
            case AlterElements elements:
                writer.Write(elements.Modify ? "MODIFY (" : "ADD (").List(elements.Elements, element => Element(writer, element)).Write(")");
                break;
            case DropColumns columns:
                writer.Write("DROP ").Columns(columns.Columns);
                break;
            case DropPrimaryKey:
                writer.Write("DROP PRIMARY KEY");
                break;
            case DropConstraint constraint:
                writer.Write("DROP CONSTRAINT ").Write(constraint.Name);
                break;
            case DropWatermark:
                writer.Write("DROP WATERMARK");
                break;
            case RenameColumn rename:
                writer.Write("RENAME ").Write(rename.From).Write(" TO ").Write(rename.To);
                break;
            case RenameTable rename:
                writer.Write("RENAME TO ").Write(rename.To);
                break;
            case SetTableOptions set:
                writer.Write("SET ").Options(set.Options);
                break;
            case ResetTableOptions reset:
                Keys(writer.Write("RESET "), reset.Keys);
                break;
            case AlterDistribution alter:
                DdlPrinter.Distribution(writer.Write(alter.Modify ? "MODIFY" : "ADD"), alter.Distribution);
                break;
            case DropDistribution:
                writer.Write("DROP DISTRIBUTION");
                break;
            case AddPartitions add:
                writer.Write("ADD").If(add.IfNotExists, " IF NOT EXISTS");
                foreach (var added in add.Partitions)
                {
                    StatementPrinter.Partition(writer.Write(" "), added.Partition);
                    DdlPrinter.With(writer, added.Options);
                }
                break;
            case DropPartitions drop:
                writer.Write("DROP ").If(drop.IfExists, "IF EXISTS ");
                writer.List(drop.Partitions, partition => StatementPrinter.Partition(writer, partition.Values));
                break;
            default:
                throw new UnreachableException($"action {table.Action.GetType().Name} has no case");
        }
    }

    public static void Print(SqlWriter writer, AlterView view)
    {
        writer.Write("ALTER VIEW ").Write(view.Name);
        if (view.RenameTo is not null)
            writer.Write(" RENAME TO ").Write(view.RenameTo);
        if (view.Query is not null)
            QueryPrinter.Print(writer.Write(" AS "), view.Query);
    }

    public static void Print(SqlWriter writer, AlterFunction function)
    {
        writer.Write("ALTER ").If(function.Temporary, "TEMPORARY ").If(function.System, "SYSTEM ").Write("FUNCTION ");
        writer.If(function.IfExists, "IF EXISTS ").Write(function.Name).Write(" AS ").Text(function.ClassName);
        DdlPrinter.Implementation(writer, function.Language, function.Resources);
    }

    public static void Print(SqlWriter writer, AlterCatalog catalog)
    {
        writer.Write("ALTER CATALOG ").Write(catalog.Name);
        if (!catalog.Options.IsEmpty)
            writer.Write(" SET ").Options(catalog.Options);
        if (!catalog.ResetKeys.IsEmpty)
            Keys(writer.Write(" RESET "), catalog.ResetKeys);
        writer.Comment(catalog.Comment);
    }

    static void Keys(SqlWriter writer, ValueList<StringLiteral> keys) =>
        writer.Write("(").List(keys, key => writer.Text(key.Value)).Write(")");

    static void Element(SqlWriter writer, AlterElement element)
    {
        DdlPrinter.Element(writer, element.Element);
        writer.If(element.First, " FIRST");
        if (element.After is not null)
            writer.Write(" AFTER ").Write(element.After);
    }
}
