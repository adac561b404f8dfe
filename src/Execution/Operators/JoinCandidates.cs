using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Execution.Expressions;
using SqlStream.Planner.Expressions;
using SqlStream.State.Codec;

namespace SqlStream.Execution.Operators;

/// <summary>Pairs of rows with equal keys, of which those count that satisfy a further condition: tested together.</summary>
sealed class JoinCandidates(OperatorContext context, BoundExpression condition, IReadOnlyList<Field> columns) : IDisposable
{
    readonly CompiledExpressions _condition = ExpressionCompiler.Compile([condition]);
    readonly BatchBuilder _pairs = new([.. columns.Select(field => field.Type)], context.Pool);
    readonly List<(int Chunk, int Position)> _places = [];
    readonly List<(int Chunk, int Position)> _found = [];

    /// <summary>No further pair is to be added before the condition is tested.</summary>
    public bool IsFull => _places.Count >= context.BatchRows;

    /// <summary>Adds a pair.</summary>
    /// <param name="left">The left row.</param>
    /// <param name="right">The right row.</param>
    /// <param name="leftWidth">Number of columns of the left row.</param>
    /// <param name="place">Where the row of the other side is.</param>
    public void Add(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, int leftWidth, (int Chunk, int Position) place)
    {
        KeyEncoder.Decode(left, _pairs.Columns[..leftWidth]);
        KeyEncoder.Decode(right, _pairs.Columns[leftWidth..]);
        _pairs.EndRow();
        _places.Add(place);
    }

    /// <summary>Tests the pairs, and says where the rows of those are that count. Valid until the next call.</summary>
    public IReadOnlyList<(int Chunk, int Position)> Evaluate()
    {
        _found.Clear();
        if (_places.Count == 0)
            return _found;
        var batch = _pairs.Build();
        try
        {
            var results = (BoolColumn)_condition.Evaluate(batch.Columns, batch.Rows, context.Pool, context.Session)[0];
            for (var i = 0; i < _places.Count; i++)
            {
                var row = results.IsConstant ? 0 : i;
                if (!results.IsNull(row) && results[row])
                    _found.Add(_places[i]);
            }
            results.Release();
        }
        finally
        {
            batch.Release();
            _places.Clear();
        }
        return _found;
    }

    public void Dispose() => _pairs.Dispose();
}
