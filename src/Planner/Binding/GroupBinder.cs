using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Binding;

/// <summary>What GROUP BY says: the expressions, each once, and the sets of them by which it groups.</summary>
/// <param name="Keys">The expressions.</param>
/// <param name="Sets">Positions in <paramref name="Keys"/>, ascending, empty sets at the end; one set of all keys where there are no grouping
/// sets.</param>
sealed record GroupKeys(List<BoundExpression> Keys, ValueList<ValueList<int>> Sets)
{
    /// <summary>True if some set leaves a key out, or sets are repeated.</summary>
    public bool HasSets => Sets.Count != 1 || Sets[0].Count != Keys.Count;

    /// <summary>The columns of the input in keys that some set leaves out.</summary>
    public ISet<int> LeftOutColumns()
    {
        var columns = new HashSet<int>();
        for (var key = 0; key < Keys.Count; key++)
        {
            if (!Sets.All(set => set.Contains(key)))
                Keys[key].CollectColumns(columns);
        }
        return columns;
    }
}

/// <summary>The expressions and grouping sets of GROUP BY.</summary>
/// <remarks>Several entries are the product of their sets: <c>a, ROLLUP (b)</c> is <c>GROUPING SETS ((a, b), (a))</c>.</remarks>
/// <param name="context">Where errors go.</param>
/// <param name="window">The window among the entries, or null.</param>
sealed class GroupBinder(BindContext context, GroupWindow? window = null)
{
    const int SetsMax = 4096;
    const int CubeMax = 12;

    readonly List<BoundExpression> _keys = [];
    bool _failed;

    /// <summary>The keys; null after reporting what is wrong with them.</summary>
    public GroupKeys? Bind(ValueList<GroupItem> items, Scope scope, HashSet<string> aliases)
    {
        var binder = new ExpressionBinder(context, scope, new Clause("GROUP BY") { HiddenAliases = aliases }) { AllowsSubqueries = true };
        List<SortedSet<int>> sets = [[]];
        foreach (var item in items)
        {
            var factors = Sets(item, binder);
            if ((long)sets.Count * factors.Count > SetsMax)
            {
                context.Report(BindErrors.TooManyGroupingSets(context.SpanOf(item), SetsMax));
                return null;
            }
            sets = [.. sets.SelectMany(set => factors.Select(factor => new SortedSet<int>(set.Union(factor))))];
        }
        return _failed ? null : new GroupKeys(_keys, [.. sets.OrderBy(set => set.Count == 0).Select(set => set.ToValueList())]);
    }

    List<SortedSet<int>> Sets(GroupItem item, ExpressionBinder binder)
    {
        switch (item)
        {
            case GroupExpression or GroupSet:
                return [Set(item, binder)];
            case RollupGroup rollup:
                var parts = rollup.Sets.Select(part => Set(part, binder)).ToList();
                return [.. Enumerable.Range(0, parts.Count + 1).Select(left => Union(parts.Take(parts.Count - left)))];
            case CubeGroup cube:
                return Cube(cube, binder);
            case GroupingSets sets:
                return [.. sets.Sets.SelectMany(part => Sets(part, binder))];
            default:
                throw new System.Diagnostics.UnreachableException($"group item {item.GetType().Name} has no binding");
        }
    }

    // All subsets, those with the first parts before those without.
    List<SortedSet<int>> Cube(CubeGroup cube, ExpressionBinder binder)
    {
        if (cube.Sets.Count > CubeMax)
        {
            context.Report(BindErrors.TooManyGroupingSets(context.SpanOf(cube), SetsMax));
            _failed = true;
            return [];
        }
        var parts = cube.Sets.Select(part => Set(part, binder)).ToList();
        return [.. Enumerable.Range(0, 1 << parts.Count)
            .Select(leftOut => Union(parts.Where((_, i) => (leftOut >> (parts.Count - 1 - i) & 1) == 0)))];
    }

    SortedSet<int> Set(GroupItem item, ExpressionBinder binder)
    {
        var set = new SortedSet<int>();
        foreach (var expression in item is GroupSet group ? group.Expressions : [((GroupExpression)item).Expression])
        {
            if (ReferenceEquals(expression, window?.Call))
                set.UnionWith(window.Keys.Select(Key));
            else
                set.Add(Key(expression, binder));
        }
        return set;
    }

    int Key(ExpressionSyntax expression, ExpressionBinder binder)
    {
        var key = expression is IntegerLiteral position
            ? context.Error(BindErrors.GroupByPosition(context.SpanOf(expression), position.Value))
            : binder.Bind(expression);
        return Key(key);
    }

    int Key(BoundExpression key)
    {
        _failed |= !new KeyCheck(context).IsKey(key, "GROUP BY");
        var known = _keys.IndexOf(key);
        if (known >= 0)
            return known;
        _keys.Add(key);
        return _keys.Count - 1;
    }

    static SortedSet<int> Union(IEnumerable<SortedSet<int>> parts) => [.. parts.SelectMany(part => part)];
}
