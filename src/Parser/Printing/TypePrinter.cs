using System.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using MapType = SqlStream.Parser.Syntax.MapType;
using RowType = SqlStream.Parser.Syntax.RowType;
using SimpleType = SqlStream.Parser.Syntax.SimpleType;

namespace SqlStream.Parser.Printing;

/// <summary>Data types and interval qualifiers.</summary>
static class TypePrinter
{
    public static void Print(SqlWriter writer, TypeSyntax type)
    {
        switch (type)
        {
            case SimpleType { Name: "TIMESTAMP_TZ" } zoned:
                Arguments(writer.Write("TIMESTAMP"), zoned.Arguments).Write(" WITH TIME ZONE");
                break;
            case SimpleType simple:
                Arguments(writer.Write(simple.Name), simple.Arguments);
                break;
            case UserType user:
                writer.Write(user.Name);
                break;
            case IntervalType interval:
                Print(writer.Write("INTERVAL "), interval.Qualifier);
                break;
            case ArrayType array:
                Print(writer.Write("ARRAY<"), array.Element);
                writer.Write(">");
                break;
            case MultisetType multiset:
                Print(writer.Write("MULTISET<"), multiset.Element);
                writer.Write(">");
                break;
            case MapType map:
                Print(writer.Write("MAP<"), map.Key);
                Print(writer.Write(", "), map.Value);
                writer.Write(">");
                break;
            case RowType row:
                writer.Write("ROW<").List(row.Fields, field => Field(writer, field)).Write(">");
                break;
            case StructuredType structured:
                writer.Write("STRUCTURED<").Text(structured.ClassName);
                foreach (var field in structured.Fields)
                    Field(writer.Write(", "), field);
                writer.Write(">");
                break;
            case RawType raw:
                writer.Write("RAW(").Text(raw.ClassName).Write(", ").Text(raw.Serializer).Write(")");
                break;
            default:
                throw new UnreachableException($"type {type.GetType().Name} has no case");
        }
        writer.If(type.NotNull, " NOT NULL");
    }

    public static void Print(SqlWriter writer, IntervalQualifier qualifier)
    {
        writer.Write(TimeUnits.Keyword(qualifier.From));
        if (qualifier.Precision is { } precision)
        {
            writer.Write($"({precision}");
            if (qualifier.To is null && qualifier.FractionalPrecision is { } fraction)
                writer.Write($", {fraction}");
            writer.Write(")");
        }
        if (qualifier.To is not { } to)
            return;
        writer.Write(" TO ").Write(TimeUnits.Keyword(to));
        if (qualifier.FractionalPrecision is { } digits)
            writer.Write($"({digits})");
    }

    static SqlWriter Arguments(SqlWriter writer, ValueList<int> arguments) =>
        arguments.IsEmpty ? writer : writer.Write("(").List(arguments, argument => writer.Write($"{argument}")).Write(")");

    static void Field(SqlWriter writer, RowFieldSyntax field)
    {
        Print(writer.Write(field.Name).Write(" "), field.Type);
        if (field.Comment is not null)
            writer.Write(" ").Text(field.Comment);
    }
}
