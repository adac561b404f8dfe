using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Binding;

/// <summary>The expressions of GROUP BY.</summary>
sealed class GroupBinder(BindContext context)
{
    /// <summary>The expressions, each once; null after reporting what is wrong with them.</summary>
    public List<BoundExpression>? Bind(ValueList<GroupItem> items, Scope scope, HashSet<string> aliases)
    {
        var binder = new ExpressionBinder(context, scope, new Clause("GROUP BY") { HiddenAliases = aliases });
        var keys = new List<BoundExpression>();
        var failed = false;
        foreach (var expression in items.SelectMany(Expressions))
        {
            var key = expression is null ? null : Key(expression, binder);
            if (key is null || !new KeyCheck(context).IsKey(key, "GROUP BY"))
                failed = true;
            else if (!keys.Contains(key))
                keys.Add(key);
        }
        return failed ? null : keys;
    }

    BoundExpression Key(ExpressionSyntax expression, ExpressionBinder binder) => expression is IntegerLiteral position
        ? context.Error(BindErrors.GroupByPosition(context.SpanOf(expression), position.Value))
        : binder.Bind(expression);

    IEnumerable<ExpressionSyntax?> Expressions(GroupItem item)
    {
        var span = context.SpanOf(item);
        switch (item)
        {
            case GroupExpression group:
                return [group.Expression];
            case GroupSet set:
                return set.Expressions;
            default:
                var name = item switch { RollupGroup => "ROLLUP", CubeGroup => "CUBE", _ => "GROUPING SETS" };
                context.Report(BindErrors.NotSupported(span, name));
                return [null];
        }
    }
}
