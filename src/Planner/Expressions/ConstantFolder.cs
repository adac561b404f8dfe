using System.Runtime.CompilerServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Planner.Expressions;

/// <summary>Evaluates deterministic expressions over literals, with the kernels that run the query.</summary>
/// <remarks>An expression whose evaluation raises an error stays as it is: the error is raised at run time, at its
/// position, if the expression is evaluated at all (it may stand in a branch of CASE that never is). Not
/// thread-safe.</remarks>
sealed class ConstantFolder(SessionContext session)
{
    readonly ColumnPool _pool = new();
    readonly ConditionalWeakTable<BoundExpression, BoundExpression> _folded = [];

    /// <summary>The expression with every constant part evaluated and logic simplified. Types stay the same.</summary>
    public BoundExpression Fold(BoundExpression expression)
    {
        if (expression is BoundLiteral or BoundColumn or BoundOuterColumn or BoundSubquery)
            return expression;
        if (_folded.TryGetValue(expression, out var known))
            return known;
        var children = expression.Children;
        var folded = new BoundExpression[children.Count];
        var changed = false;
        for (var i = 0; i < folded.Length; i++)
        {
            folded[i] = Fold(children[i]);
            changed |= !ReferenceEquals(folded[i], children[i]);
        }
        var result = FoldNode(changed ? expression.WithChildren([.. folded]) : expression);
        _folded.AddOrUpdate(expression, result);
        return result;
    }

    BoundExpression FoldNode(BoundExpression expression)
    {
        var result = expression switch
        {
            BoundCall call when call.Function.IsDeterministic && AreLiterals(call.Arguments) => Evaluate(call, call.Call, call.Arguments),
            BoundCast cast when cast.Operand.IsLiteral => Evaluate(cast, cast.Call, [cast.Operand]),
            BoundLogical logical => LogicSimplifier.Simplify(logical),
            BoundIn { Operand: BoundLiteral literal } @in => Evaluate(@in, literal),
            BoundCase @case => LogicSimplifier.Simplify(@case),
            _ => expression,
        };
        return ReferenceEquals(result, expression) ? expression : result with { Span = expression.Span };
    }

    static bool AreLiterals(ValueList<BoundExpression> arguments) => arguments.All(argument => argument.IsLiteral);

    static BoundLiteral Evaluate(BoundIn @in, BoundLiteral operand)
    {
        bool? result = operand.Value is null ? null : @in.Values.Contains(operand.Value) ? true : @in.HasNull ? null : false;
        return new BoundLiteral(@in.Type, result);
    }

    BoundExpression Evaluate(BoundExpression expression, ScalarCall call, ValueList<BoundExpression> arguments)
    {
        var columns = new Column[arguments.Count];
        Column? result = null;
        try
        {
            for (var i = 0; i < columns.Length; i++)
                columns[i] = ColumnFactory.Constant(arguments[i].Type, ((BoundLiteral)arguments[i]).Value, 1, _pool);
            result = call.Kernel(new EvaluationContext(_pool, 1, [], session), columns);
            return new BoundLiteral(expression.Type, PlanValue.Read(result, 0));
        }
        catch (SqlException)
        {
            return expression;
        }
        finally
        {
            result?.Release();
            foreach (var column in columns)
                column?.Release();
        }
    }
}
