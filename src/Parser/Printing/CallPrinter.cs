using System.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;

namespace SqlStream.Parser.Printing;

/// <summary>Function calls; those whose form has keywords get them back.</summary>
static class CallPrinter
{
    public static void Print(SqlWriter writer, FunctionCall call)
    {
        switch (call)
        {
            case { Name.Parts.Count: 1, Arguments.Count: 0, Star: false }
                when call.Name.Last.Text is "CURRENT_DATE" or "CURRENT_TIME" or "CURRENT_TIMESTAMP" or "LOCALTIME" or "LOCALTIMESTAMP":
                writer.Write(call.Name.Last.Text);
                return;
            case { Name.Last.Text: "EXTRACT", Arguments: [{ Value: TimeUnitExpression unit }, var operand] }:
                writer.Write("EXTRACT(").Write(TimeUnits.Keyword(unit.Unit)).Write(" FROM ");
                ExpressionPrinter.Print(writer, operand.Value);
                writer.Write(")");
                return;
            case { Name.Last.Text: "FLOOR" or "CEIL", Arguments: [var operand, { Value: TimeUnitExpression unit }] }:
                ExpressionPrinter.Print(writer.Write(call.Name.Last.Text).Write("("), operand.Value);
                writer.Write(" TO ").Write(TimeUnits.Keyword(unit.Unit)).Write(")");
                return;
            case { Name.Last.Text: "TRIM", Arguments: [{ Value: SymbolExpression symbol }, var characters, var operand] }:
                ExpressionPrinter.Print(writer.Write("TRIM(").Write(symbol.Keyword).Write(" "), characters.Value);
                ExpressionPrinter.Print(writer.Write(" FROM "), operand.Value);
                writer.Write(")");
                return;
            case { Name.Last.Text: "POSITION", Name.Parts.Count: 1, Arguments: [{ Name: null } part, { Name: null } whole] } when !call.Distinct:
                ExpressionPrinter.Print(writer.Write("POSITION("), part.Value, ExpressionPrinter.Level.Additive);
                ExpressionPrinter.Print(writer.Write(" IN "), whole.Value, ExpressionPrinter.Level.Additive);
                writer.Write(")");
                Suffix(writer, call);
                return;
            case { Name.Parts.Count: 1 } when IsJsonConstructor(call):
                JsonPrinter.PrintConstructor(writer, call);
                Suffix(writer, call);
                return;
            default:
                break;
        }
        Name(writer, call.Name);
        writer.Write("(").If(call.Star, "*").If(call.Distinct, "DISTINCT ");
        writer.List(call.Arguments, argument =>
        {
            if (argument.Name is not null)
                writer.Write(argument.Name).Write(" => ");
            ExpressionPrinter.Print(writer, argument.Value);
        });
        writer.Write(")");
        Suffix(writer, call);
    }

    // A call of the same name that has another form is a plain call, with the name in back-quotes.
    static bool IsJsonConstructor(FunctionCall call)
    {
        if (call.Star || call.Distinct || call.Arguments.Any(argument => argument.Name is not null || argument.Value is TableArgumentExpression))
            return false;
        return call.Name.Last.Text switch
        {
            "JSON_ARRAY" => true,
            "JSON_ARRAYAGG" => call.Arguments.Count == 1,
            "JSON_OBJECTAGG" => call.Arguments.Count == 2,
            "JSON_OBJECT" => call.Arguments.Count % 2 == 0,
            _ => false,
        };
    }

    public static void Print(SqlWriter writer, TableArgumentExpression argument)
    {
        switch (argument.Table)
        {
            case NamedTable named:
                writer.Write("TABLE ").Write(named.Name);
                break;
            case DerivedTable derived:
                QueryPrinter.Print(writer.Write("TABLE ("), derived.Query);
                writer.Write(")");
                break;
            default:
                throw new UnreachableException($"table argument {argument.Table.GetType().Name} has no case");
        }
        // Without parentheses a name that is the next argument would be one more column.
        if (!argument.PartitionBy.IsEmpty)
            Parenthesized(writer.Write(" PARTITION BY "), argument.PartitionBy);
        if (!argument.OrderBy.IsEmpty)
            OrderBy(writer.Write(" ORDER BY ("), argument.OrderBy).Write(")");
    }

    public static SqlWriter OrderBy(SqlWriter writer, ValueList<OrderItem> items) => writer.List(items, item =>
    {
        ExpressionPrinter.Print(writer, item.Expression);
        writer.If(item.Descending, " DESC").If(item.NullsFirst == true, " NULLS FIRST").If(item.NullsFirst == false, " NULLS LAST");
    });

    public static void Print(SqlWriter writer, WindowSpecification window)
    {
        var clauses = new List<Action>();
        if (window.Base is not null)
            clauses.Add(() => writer.Write(window.Base));
        if (!window.PartitionBy.IsEmpty)
            clauses.Add(() => ExpressionPrinter.List(writer.Write("PARTITION BY "), window.PartitionBy));
        if (!window.OrderBy.IsEmpty)
            clauses.Add(() => OrderBy(writer.Write("ORDER BY "), window.OrderBy));
        if (window.Frame is { } frame)
            clauses.Add(() => Frame(writer, frame));
        writer.Write("(");
        for (var i = 0; i < clauses.Count; i++)
        {
            writer.If(i > 0, " ");
            clauses[i]();
        }
        writer.Write(")");
    }

    static void Suffix(SqlWriter writer, FunctionCall call)
    {
        if (call.IgnoreNulls is { } ignore)
            writer.Write(ignore ? " IGNORE NULLS" : " RESPECT NULLS");
        if (!call.OrderBy.IsEmpty)
            OrderBy(writer.Write(" WITHIN GROUP (ORDER BY "), call.OrderBy).Write(")");
        if (call.Filter is not null)
        {
            ExpressionPrinter.Print(writer.Write(" FILTER (WHERE "), call.Filter);
            writer.Write(")");
        }
        switch (call.Over)
        {
            case null:
                break;
            case WindowReference reference:
                writer.Write(" OVER ").Write(reference.Name);
                break;
            case WindowSpecification window:
                Print(writer.Write(" OVER "), window);
                break;
            default:
                throw new UnreachableException($"window {call.Over.GetType().Name} has no case");
        }
    }

    static void Name(SqlWriter writer, QualifiedName name)
    {
        var word = name.Last.Text;
        var bare = name.Parts.Count == 1 && Keywords.IsKeyword(word) && Keywords.MayNameFunction(word);
        if (bare)
            writer.Write(word);
        else
            writer.Write(name);
    }

    static void Parenthesized(SqlWriter writer, ValueList<ExpressionSyntax> expressions)
    {
        ExpressionPrinter.List(writer.Write("("), expressions);
        writer.Write(")");
    }

    static void Frame(SqlWriter writer, FrameSyntax frame)
    {
        writer.Write(frame.Rows ? "ROWS " : "RANGE ").If(frame.End is not null, "BETWEEN ");
        Bound(writer, frame.Start);
        if (frame.End is not null)
            Bound(writer.Write(" AND "), frame.End);
    }

    static void Bound(SqlWriter writer, FrameBound bound)
    {
        if (bound.Offset is not null)
            ExpressionPrinter.Print(writer, bound.Offset, ExpressionPrinter.Level.Additive);
        writer.Write(bound.Kind switch
        {
            FrameBoundKind.UnboundedPreceding => "UNBOUNDED PRECEDING",
            FrameBoundKind.Preceding => " PRECEDING",
            FrameBoundKind.CurrentRow => "CURRENT ROW",
            FrameBoundKind.Following => " FOLLOWING",
            FrameBoundKind.UnboundedFollowing => "UNBOUNDED FOLLOWING",
            _ => throw new UnreachableException($"frame bound {bound.Kind} has no case"),
        });
    }
}
