using SqlStream.Core.Columns;
using SqlStream.Core.Types;

namespace SqlStream.Execution.Expressions;

/// <summary>A constant.</summary>
sealed class LiteralEvaluator(SqlType type, object? value) : ColumnEvaluator
{
    public override Column Evaluate(EvaluationInput input) => ColumnFactory.Constant(type, value, input.Rows, input.Pool);
}
