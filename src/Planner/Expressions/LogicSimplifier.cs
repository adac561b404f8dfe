namespace SqlStream.Planner.Expressions;

/// <summary>Simplifies AND, OR and CASE whose operands are known. The result has the type of the expression, or the
/// same type without NULL.</summary>
static class LogicSimplifier
{
    /// <summary>Flattens, drops what decides nothing and repetitions, and stops at what decides all.</summary>
    public static BoundExpression Simplify(BoundLogical logical)
    {
        var decisive = logical.Operator == LogicalOperator.Or;
        var operands = new List<BoundExpression>();
        var known = new HashSet<BoundExpression>();
        foreach (var operand in logical.Operands.SelectMany(operand => Flatten(operand, logical.Operator)))
        {
            if (operand is BoundLiteral { Value: bool value })
            {
                if (value == decisive)
                    return decisive ? BoundLiteral.True : BoundLiteral.False;
            }
            else if (!operand.IsDeterministic || known.Add(operand))
            {
                operands.Add(operand);
            }
        }
        if (decisive && operands.Count >= BoundIn.ValuesMin)
            operands = WithLookups(operands);
        return operands.Count switch
        {
            0 => decisive ? BoundLiteral.False : BoundLiteral.True,
            1 => operands[0],
            _ when operands.SequenceEqual(logical.Operands, ReferenceEqualityComparer.Instance) => logical,
            _ => new BoundLogical(logical.Operator, [.. operands]),
        };
    }

    // Comparisons of one value with many constants become one lookup, in the place of the first.
    static List<BoundExpression> WithLookups(List<BoundExpression> operands)
    {
        var groups = operands.Where(IsLookup).GroupBy(Operand).Where(group => group.Count() >= BoundIn.ValuesMin).ToDictionary(group => group.Key, group => group.ToList());
        if (groups.Count == 0)
            return operands;
        var result = new List<BoundExpression>();
        foreach (var operand in operands)
        {
            if (!IsLookup(operand) || !groups.TryGetValue(Operand(operand), out var group))
                result.Add(operand);
            else if (ReferenceEquals(group[0], operand))
                result.Add(Lookup(group) with { Span = operand.Span });
        }
        return result;
    }

    static BoundIn Lookup(List<BoundExpression> comparisons)
    {
        var values = comparisons.Select(comparison => ((BoundLiteral)((BoundCall)comparison).Arguments[1]).Value).ToList();
        return new BoundIn(Operand(comparisons[0]), [.. values.OfType<object>().Distinct()], values.Contains(null));
    }

    // Casts make both sides of a comparison one type, of which values that are equal are written alike.
    static bool IsLookup(BoundExpression expression) =>
        expression is BoundCall { Function.Name: "=", Arguments: [{ IsDeterministic: true, IsLiteral: false } operand, BoundLiteral literal] }
        && (operand.Type.SameIgnoringNullability(literal.Type) || (operand.Type.IsCharacter && literal.Type.IsCharacter))
        && BoundIn.Supports(operand.Type);

    static BoundExpression Operand(BoundExpression comparison) => ((BoundCall)comparison).Arguments[0];

    /// <summary>Drops arms that never match and everything after one that always does.</summary>
    public static BoundExpression Simplify(BoundCase @case)
    {
        var arms = new List<BoundCaseArm>();
        var otherwise = @case.Else;
        foreach (var arm in @case.Arms)
        {
            if (arm.Condition is BoundLiteral { Value: true })
            {
                otherwise = arm.Result;
                break;
            }
            if (!arm.Condition.IsLiteral)
                arms.Add(arm);
        }
        if (arms.Count == @case.Arms.Count)
            return @case;
        if (arms.Count > 0)
            return new BoundCase([.. arms], otherwise, @case.Type);
        if (otherwise is null)
            return new BoundLiteral(@case.Type, null);
        // The type must not lose NULL silently in the other direction: a result that may be NULL keeps the type of the
        // whole.
        return otherwise.Type.SameIgnoringNullability(@case.Type) ? otherwise : @case;
    }

    static IEnumerable<BoundExpression> Flatten(BoundExpression operand, LogicalOperator @operator) =>
        operand is BoundLogical inner && inner.Operator == @operator
            ? inner.Operands.SelectMany(item => Flatten(item, @operator))
            : [operand];
}
