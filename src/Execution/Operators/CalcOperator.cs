using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Core.Types;
using SqlStream.Execution.Expressions;
using SqlStream.Planner.Expressions;

namespace SqlStream.Execution.Operators;

/// <summary>Filters and computes: keeps rows whose predicate is TRUE and emits the projections of each.</summary>
/// <remarks>Changelog: the kind of a row stays. A filter sees both halves of an update by themselves: a half that does not
/// match is dropped, and what is left of the pair becomes -D or +I, so that downstream never sees a +U without its row.</remarks>
sealed class CalcOperator : Operator
{
    readonly OperatorContext _context;
    readonly CompiledExpressions? _predicate;
    readonly CompiledExpressions _projections;
    readonly int[] _inputs;
    readonly int[] _positions;
    EventTime? _watermark;

    public CalcOperator(OperatorContext context, BoundExpression? predicate, ValueList<BoundExpression> projections, int inputWidth)
    {
        _context = context;
        _predicate = predicate is null ? null : ExpressionCompiler.Compile([predicate]);
        // Projections run over the columns that they read, gathered together after the filter.
        _inputs = [.. projections.SelectMany(Columns).Distinct().Order()];
        _positions = new int[inputWidth];
        Array.Fill(_positions, -1);
        for (var i = 0; i < _inputs.Length; i++)
            _positions[_inputs[i]] = i;
        _projections = ExpressionCompiler.Compile([.. projections.Select(Remap)]);
    }

    public override string Name => "Calc";

    public override EventTime? OnWatermark(EventTime watermark, IOutput output) => _watermark = watermark;

    public override void OnData(Batch batch, IOutput output)
    {
        _context.Metrics.AddRowsIn(batch.Rows);
        if (batch.HasSelection)
        {
            var dense = batch.Dense(_context.Pool);
            batch.Release();
            batch = dense;
        }
        try
        {
            if (_predicate is null)
                EmitAll(batch, output);
            else
                EmitMatching(batch, output);
        }
        finally
        {
            batch.Release();
        }
    }

    void EmitAll(Batch batch, IOutput output)
    {
        var columns = new Column[_inputs.Length];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = batch[_inputs[i]];
        byte[]? kinds = null;
        if (!batch.IsInsertOnly)
        {
            kinds = _context.Pool.Rent(batch.Rows);
            MemoryMarshal.AsBytes(batch.Kinds).CopyTo(kinds);
        }
        Project(columns, batch.Rows, kinds, batch.Split, output);
    }

    void EmitMatching(Batch batch, IOutput output)
    {
        var predicate = _predicate!.Evaluate(batch.Columns, batch.Rows, _context.Pool, _context.Session, _watermark)[0];
        var rowsBuffer = _context.Pool.Rent(Math.Max(1, batch.Rows) * sizeof(int));
        try
        {
            var rows = MemoryMarshal.Cast<byte, int>(rowsBuffer.AsSpan());
            var count = TrueRows((BoolColumn)predicate, batch.Rows, rows);
            if (count == 0)
                return;
            if (count == batch.Rows)
            {
                EmitAll(batch, output);
                return;
            }
            EmitRows(batch, rows[..count], output);
        }
        finally
        {
            predicate.Release();
            _context.Pool.Return(rowsBuffer);
        }
    }

    void EmitRows(Batch batch, ReadOnlySpan<int> rows, IOutput output)
    {
        var columns = new Column[_inputs.Length];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = ColumnFactory.Gather(batch[_inputs[i]], rows, _context.Pool);
        byte[]? kinds = null;
        if (!batch.IsInsertOnly)
        {
            kinds = _context.Pool.Rent(rows.Length);
            MendKinds(batch.Kinds, rows, MemoryMarshal.Cast<byte, RowKind>(kinds.AsSpan(0, rows.Length)));
        }
        try
        {
            Project(columns, rows.Length, kinds, batch.Split, output);
        }
        finally
        {
            foreach (var column in columns)
                column.Release();
        }
    }

    void Project(ReadOnlySpan<Column> columns, int rows, byte[]? kinds, int split, IOutput output)
    {
        Column[] results;
        try
        {
            results = _projections.Evaluate(columns, rows, _context.Pool, _context.Session, _watermark);
        }
        catch
        {
            if (kinds is not null)
                _context.Pool.Return(kinds);
            throw;
        }
        _context.Metrics.AddRowsOut(rows);
        output.Emit(new Batch(results, rows, _context.Pool, kinds, split: split));
    }

    /// <summary>-U directly before its +U is the contract of a retract stream; where the filter took one of the two, the other stands alone.</summary>
    static void MendKinds(ReadOnlySpan<RowKind> source, ReadOnlySpan<int> rows, Span<RowKind> target)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            var row = rows[i];
            var kind = source[row];
            if (kind == RowKind.UpdateBefore && !(i + 1 < rows.Length && rows[i + 1] == row + 1 && source[row + 1] == RowKind.UpdateAfter))
                kind = RowKind.Delete;
            else if (kind == RowKind.UpdateAfter && row > 0 && source[row - 1] == RowKind.UpdateBefore && !(i > 0 && rows[i - 1] == row - 1))
                kind = RowKind.Insert;
            target[i] = kind;
        }
    }

    static int TrueRows(BoolColumn predicate, int rows, Span<int> target)
    {
        if (predicate.IsConstant)
        {
            if (predicate.IsNull(0) || !predicate[0])
                return 0;
            for (var row = 0; row < rows; row++)
                target[row] = row;
            return rows;
        }
        if (!predicate.MayHaveNulls)
            return Bitmap.Indexes(predicate.Values, rows, target);
        Span<ulong> words = stackalloc ulong[Bitmap.Words(Math.Min(rows, Batch.RowsMax))];
        if (words.Length < Bitmap.Words(rows))
            words = new ulong[Bitmap.Words(rows)];
        Bitmap.And(predicate.Values, predicate.Validity, words);
        return Bitmap.Indexes(words, rows, target);
    }

    BoundExpression Remap(BoundExpression expression) => expression switch
    {
        BoundColumn column => column with { Index = _positions[column.Index] },
        _ => expression.WithChildren([.. expression.Children.Select(Remap)]),
    };

    static IEnumerable<int> Columns(BoundExpression expression) =>
        expression is BoundColumn column ? [column.Index] : expression.Children.SelectMany(Columns);
}
