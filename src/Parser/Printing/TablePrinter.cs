using System.Diagnostics;
using SqlStream.Parser.Syntax;

namespace SqlStream.Parser.Printing;

/// <summary>What stands after FROM.</summary>
static class TablePrinter
{
    public static void Print(SqlWriter writer, TableSyntax table)
    {
        switch (table)
        {
            case NamedTable named:
                writer.Write(named.Name).Hints(named.Hints);
                if (named.SystemTime is not null)
                {
                    ExpressionPrinter.Print(
                        writer.Write(" FOR SYSTEM_TIME AS OF "), named.SystemTime, ExpressionPrinter.Level.Additive);
                }
                Alias(writer, named.Alias);
                break;
            case DerivedTable derived:
                QueryPrinter.Print(writer.If(derived.Lateral, "LATERAL ").Write("("), derived.Query);
                Alias(writer.Write(")"), derived.Alias);
                break;
            case FunctionTable function:
                CallPrinter.Print(writer.If(function.Lateral, "LATERAL ").Write("TABLE("), function.Call);
                Alias(writer.Write(")").If(function.WithOrdinality, " WITH ORDINALITY"), function.Alias);
                break;
            case UnnestTable unnest:
                ExpressionPrinter.List(writer.Write("UNNEST("), unnest.Collections);
                Alias(writer.Write(")").If(unnest.WithOrdinality, " WITH ORDINALITY"), unnest.Alias);
                break;
            case JoinTable join:
                Join(writer, join);
                break;
            case MatchRecognizeTable match:
                Match(writer, match);
                break;
            default:
                throw new UnreachableException($"table {table.GetType().Name} has no case");
        }
    }

    static void Alias(SqlWriter writer, TableAlias? alias)
    {
        if (alias is null)
            return;
        writer.Write(" AS ").Write(alias.Name);
        if (!alias.Columns.IsEmpty)
            writer.Write(" ").Columns(alias.Columns);
    }

    static void Join(SqlWriter writer, JoinTable join)
    {
        Print(writer, join.Left);
        writer.If(join.Natural, " NATURAL");
        writer.Write(join.Kind switch
        {
            JoinKind.Inner => " JOIN ",
            JoinKind.Left => " LEFT JOIN ",
            JoinKind.Right => " RIGHT JOIN ",
            JoinKind.Full => " FULL JOIN ",
            JoinKind.Cross => " CROSS JOIN ",
            _ => throw new UnreachableException($"join kind {join.Kind} has no case"),
        });
        Nested(writer, join.Right, join.Right is JoinTable);
        if (join.On is not null)
            ExpressionPrinter.Print(writer.Write(" ON "), join.On);
        if (!join.Using.IsEmpty)
            writer.Write(" USING ").Columns(join.Using);
    }

    static void Nested(SqlWriter writer, TableSyntax table, bool parentheses)
    {
        writer.If(parentheses, "(");
        Print(writer, table);
        writer.If(parentheses, ")");
    }

    static void Match(SqlWriter writer, MatchRecognizeTable match)
    {
        Nested(writer, match.Input, match.Input is JoinTable or MatchRecognizeTable);
        writer.Write(" MATCH_RECOGNIZE (");
        if (!match.PartitionBy.IsEmpty)
            ExpressionPrinter.List(writer.Write("PARTITION BY "), match.PartitionBy);
        if (!match.OrderBy.IsEmpty)
            CallPrinter.OrderBy(writer.Write(" ORDER BY "), match.OrderBy);
        if (!match.Measures.IsEmpty)
        {
            writer.Write(" MEASURES ").List(match.Measures, measure =>
            {
                ExpressionPrinter.Print(writer, measure.Expression);
                if (measure.Alias is not null)
                    writer.Write(" AS ").Write(measure.Alias);
            });
        }
        writer.If(match.AllRowsPerMatch, " ALL ROWS PER MATCH");
        if (match.Skip is { } skip)
            Skip(writer, skip);
        PatternPrinter.Print(writer.Write(" PATTERN ("), match.Pattern);
        writer.Write(")");
        if (match.Within is not null)
            ExpressionPrinter.Print(writer.Write(" WITHIN "), match.Within, ExpressionPrinter.Level.Additive);
        if (!match.Subsets.IsEmpty)
        {
            writer.Write(" SUBSET ").List(
                match.Subsets, subset => writer.Write(subset.Name).Write(" = ").Columns(subset.Variables));
        }
        writer.Write(" DEFINE ").List(match.Definitions, definition =>
            ExpressionPrinter.Print(writer.Write(definition.Variable).Write(" AS "), definition.Condition));
        Alias(writer.Write(")"), match.Alias);
    }

    static void Skip(SqlWriter writer, MatchSkip skip)
    {
        writer.Write(" AFTER MATCH SKIP ").Write(skip.Kind switch
        {
            MatchSkipKind.PastLastRow => "PAST LAST ROW",
            MatchSkipKind.ToNextRow => "TO NEXT ROW",
            MatchSkipKind.ToFirst => "TO FIRST ",
            MatchSkipKind.ToLast => "TO LAST ",
            _ => throw new UnreachableException($"match skip {skip.Kind} has no case"),
        });
        if (skip.Variable is not null)
            writer.Write(skip.Variable);
    }
}
