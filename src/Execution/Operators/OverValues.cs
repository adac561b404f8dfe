using SqlStream.Core.Columns;
using SqlStream.Planner.Physical;
using SqlStream.State.Codec;

namespace SqlStream.Execution.Operators;

/// <summary>Rows of a partition beside the values of the functions.</summary>
sealed class OverValues : IDisposable
{
    readonly OverFunction[] _functions;
    readonly ColumnBuilder[] _builders;
    readonly Column[] _values;
    readonly KeyBatch _encoded = new();
    readonly byte[] _accumulators;

    public OverValues(OperatorContext context, PhysicalOver plan)
    {
        Rows = new OverRows(plan.Input.Schema, plan.Order, plan.Calls, context.Pool);
        _functions = [.. plan.Calls.Select(call => OverFunction.Of(call, goesOn: plan.Mode == OverMode.Time))];
        _builders = [.. plan.Calls.Select(call => ColumnBuilder.Create(call.Type, context.Pool))];
        _values = new Column[_builders.Length];
        AccumulatorBytes = _functions.Sum(function => function.AccumulatorBytes);
        _accumulators = new byte[AccumulatorBytes];
    }

    /// <summary>The rows.</summary>
    public OverRows Rows { get; }

    /// <summary>Length of all accumulators that go on.</summary>
    public int AccumulatorBytes { get; }

    /// <summary>The functions.</summary>
    public IReadOnlyList<OverFunction> Functions => _functions;

    /// <summary>Computes the values of the rows, which are complete, with accumulators that begin anew.</summary>
    public void Evaluate()
    {
        Array.Clear(_accumulators);
        Evaluate(_accumulators);
    }

    /// <summary>Computes the values of the rows, which are complete.</summary>
    /// <param name="accumulators">Those that go on.</param>
    public void Evaluate(Span<byte> accumulators)
    {
        ReleaseValues();
        var at = 0;
        for (var i = 0; i < _functions.Length; i++)
        {
            var function = _functions[i];
            function.Evaluate(Rows, accumulators.Slice(at, function.AccumulatorBytes), _builders[i]);
            _values[i] = _builders[i].Build();
            at += function.AccumulatorBytes;
        }
    }

    /// <summary>The values become comparable by <see cref="Encoded"/>.</summary>
    public void Encode() => _encoded.Encode(_values, Rows.Count, []);

    /// <summary>The values of a row as bytes that are equal where they are.</summary>
    public ReadOnlySpan<byte> Encoded(int row) => _encoded[row];

    /// <summary>Appends a row with its values.</summary>
    public void AppendTo(ReadOnlySpan<ColumnBuilder> columns, int row)
    {
        var width = columns.Length - _values.Length;
        for (var i = 0; i < width; i++)
            columns[i].AppendFrom(Rows.Batch[i], row);
        for (var i = 0; i < _values.Length; i++)
            columns[width + i].AppendFrom(_values[i], row - Rows.First);
    }

    public void Dispose()
    {
        ReleaseValues();
        Rows.Dispose();
        foreach (var builder in _builders)
            builder.Dispose();
    }

    void ReleaseValues()
    {
        for (var i = 0; i < _values.Length; i++)
        {
            _values[i]?.Release();
            _values[i] = null!;
        }
    }
}
