using SqlStream.Core.Columns;

namespace SqlStream.Execution.Expressions;

/// <summary>A sub-expression that occurs several times: computed once per batch where all lanes count. Inside CASE and
/// behind AND, where only some do, it is computed anew, since an error in another lane would be missed or raised wrongly.</summary>
sealed class SharedEvaluator(ColumnEvaluator inner, ExpressionCache cache, int index) : ColumnEvaluator
{
    public override Column Evaluate(EvaluationInput input)
    {
        if (!input.Active.IsEmpty)
            return inner.Evaluate(input);
        if (cache.Columns[index] is { } known)
            return known.Retain();
        var column = inner.Evaluate(input);
        cache.Columns[index] = column.Retain();
        return column;
    }
}

/// <summary>The results of shared sub-expressions for the current batch.</summary>
sealed class ExpressionCache
{
    public List<Column?> Columns { get; } = [];

    public void Clear()
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            Columns[i]?.Release();
            Columns[i] = null;
        }
    }
}
