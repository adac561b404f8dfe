using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Core.Tests.Rows;

public sealed class BatchTests
{
    static readonly Schema _schema = new([new Field("n", SqlType.BigInt)]);

    [Fact]
    public void Kinds_are_kept_from_the_first_row_that_is_no_insert()
    {
        var batch = Build(new ColumnPool(), (1, RowKind.Insert), (2, RowKind.Insert), (3, RowKind.Delete), (4, RowKind.Insert));
        Assert.Equal([RowKind.Insert, RowKind.Insert, RowKind.Delete, RowKind.Insert], batch.Kinds.ToArray());
    }

    [Fact]
    public void A_batch_of_inserts_has_no_kinds()
    {
        Assert.True(Build(new ColumnPool(), (1, RowKind.Insert), (2, RowKind.Insert)).IsInsertOnly);
    }

    [Fact]
    public void A_selection_shares_columns_and_goes_when_both_batches_are_released()
    {
        var pool = new ColumnPool(poison: true);
        var batch = Build(pool, (10, RowKind.Insert), (20, RowKind.Delete), (30, RowKind.Insert));
        var selection = pool.Rent(8);
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, int>(selection.AsSpan())[0] = 1;
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, int>(selection.AsSpan())[1] = 2;
        var selected = batch.WithSelection(selection, 2);
        batch.Release();
        var dense = selected.Dense(pool);
        selected.Release();
        Assert.Equal([20L, 30L], ((FixedColumn<long>)dense[0]).Values.ToArray());
        Assert.Equal([RowKind.Delete, RowKind.Insert], dense.Kinds.ToArray());
        dense.Release();
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void A_canceled_row_is_not_in_the_batch()
    {
        using var builder = new BatchBuilder(_schema, new ColumnPool());
        ((FixedColumnBuilder<long>)builder[0]).Append(1);
        builder.EndRow();
        ((FixedColumnBuilder<long>)builder[0]).Append(2);
        builder.CancelRow();
        var batch = builder.Build();
        Assert.Equal(1, batch.Rows);
    }

    static Batch Build(ColumnPool pool, params (long Value, RowKind Kind)[] rows)
    {
        using var builder = new BatchBuilder(_schema, pool);
        foreach (var (value, kind) in rows)
        {
            ((FixedColumnBuilder<long>)builder[0]).Append(value);
            builder.EndRow(kind);
        }
        return builder.Build();
    }
}
