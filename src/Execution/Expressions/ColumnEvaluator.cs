using SqlStream.Core.Columns;

namespace SqlStream.Execution.Expressions;

/// <summary>Computes one column from the columns of a batch. Not thread-safe: one tree per subtask.</summary>
abstract class ColumnEvaluator
{
    /// <summary>The result for all lanes, with one reference owned by the caller.</summary>
    public abstract Column Evaluate(EvaluationInput input);
}

/// <summary>A column of the input.</summary>
sealed class ColumnReference(int index) : ColumnEvaluator
{
    public int Index => index;

    public override Column Evaluate(EvaluationInput input) => input.Columns[index].Retain();
}
