using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Types;

namespace SqlStream.Core.Tests.Columns;

public sealed class ColumnTests
{
    [Fact]
    public void Values_and_nulls_come_back_as_they_were_appended()
    {
        var pool = new ColumnPool(poison: true);
        long?[] values = [.. Enumerable.Range(0, 10_000).Select(i => i % 7 == 3 ? (long?)null : i * 31L)];
        using var builder = new FixedColumnBuilder<long>(SqlType.BigInt, pool);
        foreach (var value in values)
            PlanValue.Append(builder, value);
        var column = builder.Build();
        Assert.Equal(values, Enumerable.Range(0, column.Length).Select(i => (long?)PlanValue.Read(column, i)));
        column.Release();
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void A_row_that_turned_out_malformed_leaves_nothing_behind()
    {
        var pool = new ColumnPool(poison: true);
        using var builder = new BytesColumnBuilder(SqlType.String, pool);
        builder.Append("first"u8);
        builder.AppendNull();
        builder.Append("malformed"u8);
        builder.Truncate(2);
        builder.Append("third"u8);
        var column = (BytesColumn)builder.Build();
        Assert.Equal(["first", "", "third"], Enumerable.Range(0, 3).Select(i => Encoding.UTF8.GetString(column[i])));
        Assert.Equal([false, true, false], Enumerable.Range(0, 3).Select(column.IsNull));
        column.Release();
        builder.Dispose();
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void A_column_that_is_retained_outlives_its_first_release()
    {
        var pool = new ColumnPool(poison: true);
        var column = (FixedColumn<int>)ColumnFactory.Constant(SqlType.Int, 42, 5, pool);
        column.Retain();
        column.Release();
        Assert.Equal(42, column[4]);
        column.Release();
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void Releasing_once_too_often_is_a_broken_invariant()
    {
        var column = ColumnFactory.Constant(SqlType.Int, 42, 5, new ColumnPool());
        column.Release();
        Assert.Throws<Core.Diagnostics.EngineBugException>(column.Release);
    }

    [Fact]
    public void Gathering_takes_rows_in_the_given_order()
    {
        var pool = new ColumnPool();
        using var builder = new BytesColumnBuilder(SqlType.String, pool);
        foreach (var text in new[] { "a", "b", "c" })
            builder.Append(Encoding.UTF8.GetBytes(text));
        var column = builder.Build();
        var gathered = (BytesColumn)ColumnFactory.Gather(column, [2, 0, 2], pool);
        Assert.Equal(["c", "a", "c"], Enumerable.Range(0, 3).Select(i => Encoding.UTF8.GetString(gathered[i])));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(4096)]
    public void Bitmaps_count_and_list_exactly_the_bits_within_their_length(int bits)
    {
        var random = new Random(bits);
        var words = new ulong[Bitmap.Words(bits) + 1];
        Array.Fill(words, ulong.MaxValue);
        var expected = new List<int>();
        for (var i = 0; i < bits; i++)
        {
            Bitmap.Put(words, i, random.Next(2) == 0);
            if (Bitmap.Get(words, i))
                expected.Add(i);
        }
        var rows = new int[bits];
        var count = Bitmap.Indexes(words, bits, rows);
        Assert.Equal(expected, rows.Take(count));
        Assert.Equal(expected.Count, Bitmap.Count(words, bits));
    }

    const ulong FixedHash = 5001462306160634896;

    [Fact]
    public void The_hash_of_a_row_is_part_of_the_state_format_and_does_not_change()
    {
        var pool = new ColumnPool();
        var hashes = new ulong[1];
        RowHash.Compute([ColumnFactory.Constant(SqlType.BigInt, 42L, 1, pool), ColumnFactory.Constant(SqlType.String, "key", 1, pool)], hashes);
        var again = new ulong[1];
        RowHash.Compute([ColumnFactory.Constant(SqlType.Int, 42, 1, pool), ColumnFactory.Constant(SqlType.Varchar(3), "key", 1, pool)], again);
        Assert.Equal(hashes, again);
        Assert.Equal(FixedHash, hashes[0]);
    }

    [Fact]
    public void Zero_of_either_sign_is_one_group_and_so_are_all_nans()
    {
        var pool = new ColumnPool();
        ulong Hash(double value)
        {
            var hashes = new ulong[1];
            RowHash.Compute([ColumnFactory.Constant(SqlType.Double, value, 1, pool)], hashes);
            return hashes[0];
        }
        Assert.Equal(Hash(0.0), Hash(-0.0));
        Assert.Equal(Hash(double.NaN), Hash(BitConverter.Int64BitsToDouble(0x7FF8_0000_0000_0001)));
        Assert.NotEqual(Hash(1.0), Hash(2.0));
    }
}
