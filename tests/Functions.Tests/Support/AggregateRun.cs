using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Tests.Support;

/// <summary>Chunks in a dictionary, with counts of what was read and written.</summary>
sealed class DictionaryBlobState : IBlobState
{
    readonly Dictionary<int, byte[]> _chunks = [];

    public IReadOnlyDictionary<int, byte[]> Chunks => _chunks;

    public int Writes { get; set; }

    public ReadOnlySpan<byte> Get(int chunk) => _chunks.GetValueOrDefault(chunk);

    public void Put(int chunk, ReadOnlySpan<byte> value)
    {
        Writes++;
        if (value.IsEmpty)
            _chunks.Remove(chunk);
        else
            _chunks[chunk] = value.ToArray();
    }
}

/// <summary>Runs an aggregate over values of one group.</summary>
static class AggregateRun
{
    public static AggregateCall Plan(string name, SqlType type, bool retracting = false)
    {
        Assert.True(BuiltinFunctions.Instance.TryGetAggregate(name, out var function));
        return function.Plan([new ArgumentInfo(type, false, null, default)], retracting)!;
    }

    public static Column Build(SqlType type, IEnumerable<object?> values, ColumnPool pool)
    {
        using var builder = ColumnBuilder.Create(type, pool);
        foreach (var value in values)
            PlanValue.Append(builder, value);
        return builder.Build();
    }

    /// <summary>The result over plan values; with kinds, rows are added and taken away.</summary>
    public static object? Of(string name, SqlType type, object?[] values, RowKind[]? kinds = null)
    {
        var call = Plan(name, type, retracting: kinds is not null);
        var pool = new ColumnPool(poison: true);
        var column = Build(type, values, pool);
        using var result = ColumnBuilder.Create(call.ReturnType, pool);
        if (call is FixedAggregate aggregate)
        {
            var memory = new byte[8 + aggregate.StateBytes];
            aggregate.Accumulate(new AccumulatorRows(memory, new int[values.Length], [], kinds ?? []), 8, [column]);
            aggregate.Emit(memory, [0], 8, result);
        }
        else
        {
            var blob = (BlobAggregate)call;
            var state = new DictionaryBlobState();
            for (var row = 0; row < values.Length; row++)
                blob.Accumulate(state, [column], row, kinds?[row] ?? RowKind.Insert);
            blob.Emit(state, result);
        }
        column.Release();
        var built = result.Build();
        var value = PlanValue.Read(built, 0);
        built.Release();
        Assert.Equal(0, pool.Outstanding);
        return value;
    }
}
