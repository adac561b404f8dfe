using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Testing;

namespace SqlStream.Core.Tests.Columns;

/// <summary>Nested columns against plan values as the model, over random types and rows.</summary>
public sealed class NestedColumnTests
{
    const int Rows = 40;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 30)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Values_come_back_as_they_were_appended(int seed) => Run(seed, (_, _, values, column, _) =>
        Assert.Equal(Texts(values), Texts(column)));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Rows_are_gathered_in_any_order(int seed) => Run(seed, (random, type, values, column, pool) =>
    {
        int[] rows = [.. Enumerable.Range(0, 2 * Rows).Select(_ => random.Next(Rows))];
        var gathered = ColumnFactory.Gather(column, rows, pool);
        Assert.Equal(Texts(rows.Select(row => values[row])), Texts(gathered));
        gathered.Release();
    });

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Ranges_are_appended_behind_other_rows(int seed) => Run(seed, (random, type, values, column, pool) =>
    {
        using var builder = ColumnBuilder.Create(type, pool);
        PlanValue.Append(builder, values[0]);
        builder.AppendRange(column, 5, 20);
        builder.AppendNull();
        builder.AppendRange(column, 0, 3);
        var built = builder.Build();
        Assert.Equal(Texts([values[0], .. values[5..25], null, .. values[..3]]), Texts(built));
        built.Release();
    });

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_constant_column_repeats_its_value(int seed) => Run(seed, (random, type, values, column, pool) =>
    {
        var constant = ColumnFactory.Repeat(column, 7, 5, pool);
        Assert.True(constant.IsConstant);
        Assert.Equal(Texts(Enumerable.Repeat(values[7], 5)), Texts(constant));
        var longer = ColumnFactory.Resize(constant, 9, pool);
        var flat = ColumnFactory.Flatten(longer, pool);
        Assert.False(flat.IsConstant);
        Assert.Equal(Texts(Enumerable.Repeat(values[7], 9)), Texts(flat));
        var picked = ColumnFactory.Gather(constant, [4, 0], pool);
        Assert.Equal(2, picked.Length);
        foreach (var made in new[] { constant, longer, flat, picked })
            made.Release();
    });

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Rows_that_are_dropped_leave_nothing_behind(int seed) => Run(seed, (random, type, values, column, pool) =>
    {
        using var builder = ColumnBuilder.Create(type, pool);
        builder.AppendRange(column, 0, 10);
        builder.Truncate(4);
        builder.AppendFrom(column, 30);
        var built = builder.Build();
        Assert.Equal(Texts([.. values[..4], values[30]]), Texts(built));
        built.Release();
    });

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Values_are_equal_where_their_models_are(int seed) => Run(seed, (random, type, values, column, pool) =>
    {
        for (var i = 0; i < Rows; i++)
        {
            for (var j = 0; j < Rows; j++)
            {
                var expected = RandomValues.Canonical(values[i]) == RandomValues.Canonical(values[j]);
                Assert.Equal(expected, ColumnValues.AreEqual(column, i, column, j));
                if (expected)
                    Assert.Equal(RowHash.OfValue(column, i), RowHash.OfValue(column, j));
                Assert.Equal(expected, Encoded(column, i).AsSpan().SequenceEqual(Encoded(column, j)));
                if (!type.HasMap)
                    Assert.Equal(Math.Sign(ColumnValues.Compare(column, i, column, j)), Math.Sign(Encoded(column, i).AsSpan().SequenceCompareTo(Encoded(column, j))));
            }
        }
    });

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Encoded_values_are_decoded_again(int seed) => Run(seed, (random, type, values, column, pool) =>
    {
        var bytes = new ByteBuffer();
        for (var row = 0; row < Rows; row++)
            ValueCodec.Encode(column, row, bytes);
        using var builder = ColumnBuilder.Create(type, pool);
        var rest = bytes.Written;
        for (var row = 0; row < Rows; row++)
        {
            var length = ValueCodec.Length(rest, type);
            var before = rest.Length;
            ValueCodec.Decode(ref rest, builder);
            Assert.Equal(length, before - rest.Length);
        }
        Assert.True(rest.IsEmpty);
        var decoded = builder.Build();
        Assert.Equal(Texts(values), Texts(decoded));
        decoded.Release();
    });

    [Theory]
    [MemberData(nameof(Seeds))]
    public void An_index_numbers_different_values_in_the_order_of_adding(int seed) => Run(seed, (random, type, values, column, pool) =>
    {
        using var index = new ValueIndex(Rows);
        var known = new List<string>();
        for (var row = 0; row < Rows; row++)
        {
            var text = RandomValues.Canonical(values[row]);
            Assert.Equal(known.IndexOf(text), index.Find(column, row));
            Assert.Equal(!known.Contains(text), index.TryAdd(column, row));
            if (!known.Contains(text))
                known.Add(text);
        }
        Assert.Equal(known.Count, index.Count);
    });

    [Fact]
    public void Elements_of_a_row_that_was_cancelled_are_gone()
    {
        var pool = new ColumnPool(poison: true);
        using (var builder = new BatchBuilder([SqlType.Array(SqlType.Int), SqlType.Row([new Field("a", SqlType.Int)]), SqlType.Int], pool))
        {
            var list = (ListColumnBuilder)builder[0];
            ((FixedColumnBuilder<int>)list.Elements).Append(1);
            builder.CancelRow();
            ((FixedColumnBuilder<int>)list.Elements).Append(2);
            list.EndList();
            ((FixedColumnBuilder<int>)((RowColumnBuilder)builder[1]).Fields[0]).Append(3);
            builder.CancelRow();
            PlanValue.Append(builder[0], (ValueList<object?>)[5]);
            PlanValue.Append(builder[1], (ValueList<object?>)[6]);
            PlanValue.Append(builder[2], 7);
            builder.EndRow();
            var batch = builder.Build();
            Assert.Equal(["[5]", "[6]", "7"], Enumerable.Range(0, 3).Select(i => RandomValues.Canonical(PlanValue.Read(batch[i], 0))));
            batch.Release();
        }
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void Types_print_as_in_Flink()
    {
        var type = SqlType.Row(
            new Field("a", SqlType.Array(SqlType.Int.WithNullability(false))),
            new Field("b`c", SqlType.Map(SqlType.String, SqlType.Multiset(SqlType.Timestamp(9)))));
        Assert.Equal("ROW<`a` ARRAY<INT NOT NULL>, `b``c` MAP<STRING, MULTISET<TIMESTAMP(9)>>> NOT NULL", type.WithNullability(false).ToString());
        Assert.Equal("ROW<`a` ARRAY<INT>, `b``c` MAP<STRING, MULTISET<TIMESTAMP(9)>>>", type.WithNullability(false).AllNullable.ToString());
        Assert.True(type.HasMap);
        Assert.False(SqlType.Array(SqlType.Row(new Field("a", SqlType.Int))).HasMap);
    }

    static void Run(int seed, Action<RandomValues, SqlType, object?[], Column, ColumnPool> test)
    {
        var random = new RandomValues(seed);
        var type = random.Type(3);
        var values = random.Values(type, Rows);
        var pool = new ColumnPool(poison: true);
        var column = RandomValues.Column(type, values, pool);
        test(random, type, values, column, pool);
        column.Release();
        Assert.Equal(0, pool.Outstanding);
    }

    static byte[] Encoded(Column column, int row)
    {
        var bytes = new ByteBuffer();
        ValueCodec.Encode(column, row, bytes);
        return bytes.Written.ToArray();
    }

    static IEnumerable<string> Texts(IEnumerable<object?> values) => values.Select(RandomValues.Canonical);

    static IEnumerable<string> Texts(Column column) => Texts(Enumerable.Range(0, column.Length).Select(row => PlanValue.Read(column, row)));
}
