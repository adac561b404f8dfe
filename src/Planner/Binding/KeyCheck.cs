using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Binding;

/// <summary>Refuses values by which rows cannot be grouped, told apart or ordered.</summary>
sealed class KeyCheck(BindContext context)
{
    /// <summary>Whether an expression can be a key; reports if not, unless it is in error.</summary>
    public bool IsKey(BoundExpression expression, string place) =>
        expression is not BoundError && IsKey(expression.Type, place, expression.Span);

    /// <summary>Whether all columns of a query can be keys; reports if not.</summary>
    public bool AreKeys(LogicalNode node, string place)
    {
        foreach (var column in node.Schema.Fields)
        {
            if (!IsKey(column.Type, place, node.Span))
                return false;
        }
        return true;
    }

    /// <summary>Whether values of a type can be keys; reports if not.</summary>
    public bool IsKey(SqlType type, string place, SourceSpan span)
    {
        if (!type.HasMap)
            return true;
        context.Report(BindErrors.MapAsKey(span, place, type));
        return false;
    }
}
