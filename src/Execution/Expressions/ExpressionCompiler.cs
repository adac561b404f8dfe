using System.Diagnostics;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Time;
using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;

namespace SqlStream.Execution.Expressions;

/// <summary>Turns bound expressions into trees of column evaluators; equal deterministic sub-expressions are computed once per batch.</summary>
sealed class ExpressionCompiler
{
    readonly Dictionary<BoundExpression, int> _uses = [];
    readonly Dictionary<BoundExpression, SharedEvaluator> _shared = [];
    readonly ExpressionCache _cache = new();

    ExpressionCompiler()
    {
    }

    /// <summary>Compiles a list of expressions over the same input.</summary>
    public static CompiledExpressions Compile(IReadOnlyList<BoundExpression> expressions)
    {
        var compiler = new ExpressionCompiler();
        foreach (var expression in expressions)
            compiler.CountUses(expression);
        return new CompiledExpressions([.. expressions.Select(compiler.CompileOne)], compiler._cache);
    }

    void CountUses(BoundExpression expression)
    {
        if (expression is BoundLiteral or BoundColumn)
            return;
        _uses[expression] = _uses.GetValueOrDefault(expression) + 1;
        foreach (var child in expression.Children)
            CountUses(child);
    }

    ColumnEvaluator CompileOne(BoundExpression expression)
    {
        if (_uses.GetValueOrDefault(expression) < 2 || !expression.IsDeterministic)
            return CompileNode(expression);
        if (!_shared.TryGetValue(expression, out var shared))
        {
            shared = new SharedEvaluator(CompileNode(expression), _cache, _cache.Columns.Count);
            _cache.Columns.Add(null);
            _shared.Add(expression, shared);
        }
        return shared;
    }

    ColumnEvaluator CompileNode(BoundExpression expression) => expression switch
    {
        BoundLiteral literal => new LiteralEvaluator(literal.Type, literal.Value),
        BoundColumn column => new ColumnReference(column.Index),
        BoundCall call => new CallEvaluator(call.Function.Name, call.Call, CompileAll(call.Arguments), call.Span),
        BoundCast cast => new CallEvaluator("CAST", cast.Call, CompileAll([cast.Operand]), cast.Span),
        BoundIn @in => InEvaluator.Create(@in, CompileOne(@in.Operand)),
        BoundLogical logical => new LogicalEvaluator(logical.Operator, CompileAll(logical.Operands), logical.Type),
        BoundCase choice => new CaseEvaluator(
            CompileAll([.. choice.Arms.Select(arm => arm.Condition)]),
            CompileAll([.. choice.Arms.Select(arm => arm.Result)]),
            choice.Else is null ? null : CompileOne(choice.Else),
            choice.Type),
        _ => throw new UnreachableException($"expression {expression.GetType().Name} has no evaluator"),
    };

    ColumnEvaluator[] CompileAll(ValueList<BoundExpression> expressions) => [.. expressions.Select(CompileOne)];
}

/// <summary>Compiled expressions over one input. Not thread-safe: one per subtask.</summary>
sealed class CompiledExpressions(ColumnEvaluator[] evaluators, ExpressionCache cache)
{
    /// <summary>Number of expressions.</summary>
    public int Count => evaluators.Length;

    /// <summary>The input column that an expression merely passes on, or -1.</summary>
    public int PassedColumn(int index) => evaluators[index] is ColumnReference reference ? reference.Index : -1;

    /// <summary>Evaluates all expressions; the caller owns a reference to each result.</summary>
    public Column[] Evaluate(
        ReadOnlySpan<Column> columns, int rows, ColumnPool pool, SessionContext session, EventTime? watermark = null)
    {
        var results = new Column[evaluators.Length];
        var done = 0;
        try
        {
            var input = new EvaluationInput(columns, rows, [], pool, session, watermark);
            for (; done < evaluators.Length; done++)
                results[done] = evaluators[done].Evaluate(input);
            return results;
        }
        catch
        {
            for (var i = 0; i < done; i++)
                results[i].Release();
            throw;
        }
        finally
        {
            cache.Clear();
        }
    }
}
