using System.Runtime.CompilerServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;

namespace SqlStream.Execution.Expressions;

/// <summary>A function call or a cast.</summary>
sealed class CallEvaluator(string name, ScalarCall call, ColumnEvaluator[] arguments, SourceSpan span) : ColumnEvaluator
{
    const int ArgumentsInline = 8;

    public override Column Evaluate(EvaluationInput input)
    {
        if (arguments.Length > ArgumentsInline)
            return Run(input, new Column[arguments.Length]);
        var inline = new InlineColumns();
        return Run(input, ((Span<Column>)inline)[..arguments.Length]);
    }

    Column Run(EvaluationInput input, Span<Column> values)
    {
        var evaluated = 0;
        try
        {
            for (; evaluated < arguments.Length; evaluated++)
                values[evaluated] = arguments[evaluated].Evaluate(input);
            var context = new EvaluationContext(input.Pool, input.Rows, input.Active, input.Session, input.Watermark);
            var result = call.Kernel(context, values);
            Check.That(result.Length == input.Rows);
            return result;
        }
        catch (SqlException e) when (e.Diagnostics is [{ Span.IsNone: true } only] && !span.IsNone)
        {
            throw new SqlException(only with { Span = span, Detail = only.Detail ?? $"The error arose in {name}." });
        }
        finally
        {
            for (var i = 0; i < evaluated; i++)
                values[i].Release();
        }
    }

    [InlineArray(ArgumentsInline)]
    struct InlineColumns
    {
        Column _first;
    }
}
