using System.Diagnostics;
using System.Text;
using SqlStream.Core.Types;

namespace SqlStream.Planner.Expressions;

/// <summary>Writes expressions as SQL-like text for EXPLAIN, with as few parentheses as keep the meaning.</summary>
static class ExpressionText
{
    const int OrLevel = 1;
    const int AndLevel = 2;
    const int NotLevel = 3;
    const int ComparisonLevel = 4;
    const int SumLevel = 5;
    const int ProductLevel = 6;
    const int NegateLevel = 7;
    const int AtomLevel = 8;

    public static string Of(BoundExpression expression)
    {
        var text = new StringBuilder();
        Write(expression, OrLevel, text);
        return text.ToString();
    }

    static void Write(BoundExpression expression, int levelMin, StringBuilder text)
    {
        var level = Level(expression);
        if (level < levelMin)
            text.Append('(');
        WriteBare(expression, level, text);
        if (level < levelMin)
            text.Append(')');
    }

    static void WriteBare(BoundExpression expression, int level, StringBuilder text)
    {
        switch (expression)
        {
            case BoundLiteral literal:
                text.Append(LiteralText.Of(literal.Type, literal.Value));
                break;
            case BoundColumn column:
                text.Append(column.Name);
                break;
            case BoundOuterColumn column:
                text.Append(column.Name);
                break;
            case BoundSubquery:
                text.Append("(query)");
                break;
            case BoundCast cast:
                text.Append(cast.IsTry ? "TRY_CAST(" : "CAST(");
                Write(cast.Operand, OrLevel, text);
                text.Append(" AS ").Append(cast.Type.WithNullability(true)).Append(')');
                break;
            case BoundCase @case:
                WriteCase(@case, text);
                break;
            case BoundIn @in:
                Write(@in.Operand, level + 1, text);
                text.Append(" IN (").AppendJoin(", ", @in.Values.Select(value => LiteralText.Of(@in.Operand.Type, value))).Append(@in.HasNull ? ", NULL)" : ")");
                break;
            case BoundLogical logical:
                WriteList(logical.Operands, logical.Operator == LogicalOperator.And ? " AND " : " OR ", level + 1, text);
                break;
            case BoundCall call:
                WriteCall(call, level, text);
                break;
            case BoundAggregateCall aggregate:
                text.Append(aggregate.Function.Name).Append(aggregate.Distinct ? "(DISTINCT " : "(");
                WriteList(aggregate.Arguments, ", ", OrLevel, text);
                text.Append(aggregate.Arguments.IsEmpty ? "*)" : ")");
                if (aggregate.Filter is not null)
                {
                    text.Append(" FILTER (WHERE ");
                    Write(aggregate.Filter, OrLevel, text);
                    text.Append(')');
                }
                break;
            case BoundOver over:
                text.Append(over.Call.Name).Append('(');
                WriteList(over.Arguments, ", ", OrLevel, text);
                text.Append(") OVER (");
                WriteList([.. over.Partition, .. over.Order], ", ", OrLevel, text);
                text.Append(')');
                break;
            case BoundGrouping grouping:
                text.Append(grouping.Function).Append('(');
                WriteList(grouping.Arguments, ", ", OrLevel, text);
                text.Append(')');
                break;
            case BoundError:
                text.Append("(error)");
                break;
            default:
                throw new UnreachableException($"expression {expression.GetType().Name} has no text");
        }
    }

    static void WriteCall(BoundCall call, int level, StringBuilder text)
    {
        var name = call.Function.Name;
        switch (call.Arguments.Count)
        {
            case 2 when InfixLevel(name) > 0:
                Write(call.Arguments[0], level, text);
                text.Append(' ').Append(name).Append(' ');
                Write(call.Arguments[1], level + 1, text);
                break;
            case 2 when name == "." && call.Arguments[1] is BoundLiteral { Value: string field }:
                Write(call.Arguments[0], AtomLevel, text);
                text.Append('.').Append(field);
                break;
            case 2 when name == "[]":
                Write(call.Arguments[0], AtomLevel, text);
                text.Append('[');
                Write(call.Arguments[1], OrLevel, text);
                text.Append(']');
                break;
            case 1 when name.StartsWith("IS ", StringComparison.Ordinal):
                Write(call.Arguments[0], level + 1, text);
                text.Append(' ').Append(name);
                break;
            case 1 when name == "NOT":
                text.Append("NOT ");
                Write(call.Arguments[0], level, text);
                break;
            case 1 when name == "NEGATE":
                text.Append('-');
                Write(call.Arguments[0], AtomLevel, text);
                break;
            default:
                // The constructors are named with their brackets.
                var (open, close) = name.EndsWith(']') ? ('[', ']') : ('(', ')');
                text.Append(name.EndsWith(close) ? name[..^2] : name).Append(open);
                WriteList(call.Arguments, ", ", OrLevel, text);
                text.Append(close);
                break;
        }
    }

    static void WriteCase(BoundCase @case, StringBuilder text)
    {
        text.Append("CASE");
        foreach (var arm in @case.Arms)
        {
            text.Append(" WHEN ");
            Write(arm.Condition, OrLevel, text);
            text.Append(" THEN ");
            Write(arm.Result, OrLevel, text);
        }
        if (@case.Else is not null)
        {
            text.Append(" ELSE ");
            Write(@case.Else, OrLevel, text);
        }
        text.Append(" END");
    }

    static void WriteList(ValueList<BoundExpression> items, string separator, int levelMin, StringBuilder text)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
                text.Append(separator);
            Write(items[i], levelMin, text);
        }
    }

    static int Level(BoundExpression expression) => expression switch
    {
        BoundLogical { Operator: LogicalOperator.Or } => OrLevel,
        BoundLogical => AndLevel,
        BoundIn => ComparisonLevel,
        BoundCall { Arguments.Count: 2 } call when InfixLevel(call.Function.Name) is > 0 and var level => level,
        BoundCall { Arguments.Count: 1 } call when call.Function.Name.StartsWith("IS ", StringComparison.Ordinal) => ComparisonLevel,
        BoundCall { Arguments.Count: 1, Function.Name: "NOT" } => NotLevel,
        BoundCall { Arguments.Count: 1, Function.Name: "NEGATE" } => NegateLevel,
        _ => AtomLevel,
    };

    static int InfixLevel(string name) => name switch
    {
        "=" or "<>" or "<" or "<=" or ">" or ">=" => ComparisonLevel,
        "LIKE" or "ILIKE" or "SIMILAR TO" or "IS DISTINCT FROM" or "IS NOT DISTINCT FROM" => ComparisonLevel,
        "+" or "-" or "||" => SumLevel,
        "*" or "/" or "%" => ProductLevel,
        _ => 0,
    };
}
