using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Functions.Tests.Support;
using SqlStream.Testing;

namespace SqlStream.Functions.Tests;

public sealed class CollectionAggregateTests
{
    [Fact]
    public void Array_agg_keeps_values_in_the_order_in_which_they_came()
    {
        Assert.Equal("[3, 1, NULL, 3]", Text(AggregateRun.Of("ARRAY_AGG", SqlType.Int, [3, 1, null, 3])));
        Assert.Equal("[3, 1, 3]", Text(AggregateRun.Of("ARRAY_AGG IGNORE NULLS", SqlType.Int, [3, 1, null, 3])));
        Assert.Null(AggregateRun.Of("ARRAY_AGG", SqlType.Int, []));
        Assert.Null(AggregateRun.Of("ARRAY_AGG IGNORE NULLS", SqlType.Int, [null]));
    }

    [Fact]
    public void Collect_counts_values_that_are_not_null()
    {
        Assert.Equal("{'a'=2, 'b'=1}", Text(AggregateRun.Of("COLLECT", SqlType.String, ["b", "a", null, "a"])));
        Assert.Equal("{}", Text(AggregateRun.Of("COLLECT", SqlType.String, [null])));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Values_that_are_taken_away_leave_what_a_list_would_leave(int seed)
    {
        var random = new RandomValues(seed);
        var type = seed == 1 ? SqlType.String : random.Type(2);
        var distinct = random.Values(type, 40);
        var state = new DictionaryBlobState();
        var bag = new DictionaryBlobState();
        var array = (BlobAggregate)AggregateRun.Plan("ARRAY_AGG", type, retracting: true);
        var collect = (BlobAggregate)AggregateRun.Plan("COLLECT", type, retracting: true);
        var list = new List<string>();
        var pool = new ColumnPool(poison: true);
        for (var step = 0; step < 6000; step++)
        {
            // It grows to many chunks, shrinks to nothing, and grows again.
            var grows = step % 3000 < 1500 ? random.Next(10) < 9 : random.Next(10) < 1;
            var value = distinct[random.Next(distinct.Length)];
            var text = RandomValues.Canonical(value);
            if (!grows && !list.Contains(text))
                continue;
            var column = RandomValues.Column(type, [value], pool);
            array.Accumulate(state, [column], 0, grows ? RowKind.Insert : RowKind.Delete);
            collect.Accumulate(bag, [column], 0, grows ? RowKind.Insert : RowKind.UpdateBefore);
            column.Release();
            if (grows)
                list.Add(text);
            else
                list.Remove(text);
            if (step % 100 != 0)
                continue;
            Assert.Equal(list.Count == 0 ? "NULL" : $"[{string.Join(", ", list)}]", RandomValues.Canonical(Emit(array, state, pool)));
            var counts = list.Where(item => item != "NULL").GroupBy(item => item).Select(group => $"{group.Key}={group.Count()}").Order(StringComparer.Ordinal);
            Assert.Equal($"{{{string.Join(", ", counts)}}}", RandomValues.Canonical(Emit(collect, bag, pool)));
        }
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void A_value_that_is_taken_away_before_it_is_added_does_not_appear()
    {
        var rows = new object?[] { 1, 2, 1, 3 };
        RowKind[] kinds = [RowKind.Delete, RowKind.Insert, RowKind.Insert, RowKind.Insert];

        Assert.Equal("[2, 3]", Text(AggregateRun.Of("ARRAY_AGG", SqlType.Int, rows, kinds)));
        Assert.Equal("{2=1, 3=1}", Text(AggregateRun.Of("COLLECT", SqlType.Int, rows, kinds)));
    }

    static object? Emit(BlobAggregate call, IBlobState state, ColumnPool pool)
    {
        using var result = ColumnBuilder.Create(call.ReturnType, pool);
        call.Emit(state, result);
        var column = result.Build();
        var value = PlanValue.Read(column, 0);
        column.Release();
        return value;
    }

    static string Text(object? value) => RandomValues.Canonical(value);
}
