using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Core.Types;
using SqlStream.Execution.Messages;
using SqlStream.Execution.Runtime;

namespace SqlStream.Execution.Tests.Runtime;

/// <summary>What waits for an operator of a chain, with and without gathering.</summary>
public sealed class ChainInboxTests : IDisposable
{
    readonly ColumnPool _pool = new(poison: true);
    readonly BatchBuilder _rows;
    readonly BatchBuilder _gathers;

    public ChainInboxTests() => (_rows, _gathers) = (Builder(), Builder());

    [Fact]
    public void Without_gathering_batches_are_taken_as_they_come()
    {
        var inbox = new ChainInbox(null);
        inbox.Enqueue(Data(1, 2));
        inbox.Enqueue(Data(3));
        Assert.False(inbox.Release());
        Assert.Equal(["+I 1", "+I 2"], Take(inbox));
        Assert.Equal(["+I 3"], Take(inbox));
        Assert.False(inbox.HasNext);
    }

    [Fact]
    public void Gathered_rows_wait_until_nothing_more_comes_and_are_taken_together()
    {
        var inbox = new ChainInbox(_gathers);
        inbox.Enqueue(Data(1, 2));
        inbox.Enqueue(Selected(RowKind.Delete, [7, 3, 8], [1]));
        inbox.Enqueue(Data(4));
        Assert.False(inbox.HasNext);
        Assert.True(inbox.Release());
        Assert.True(inbox.HasNext);
        Assert.False(inbox.Release());
        Assert.Equal(["+I 1", "+I 2", "-D 3", "+I 4"], Take(inbox));
        Assert.False(inbox.HasNext);
        Assert.False(inbox.Release());

        // What comes later waits again.
        inbox.Enqueue(Data(5));
        Assert.False(inbox.HasNext);
        Assert.True(inbox.Release());
        Assert.Equal(["+I 5"], Take(inbox));
    }

    [Fact]
    public void What_is_not_rows_lets_the_rows_before_it_through_and_stays_behind_them()
    {
        var inbox = new ChainInbox(_gathers);
        inbox.Enqueue(Data(1));
        inbox.Enqueue(Data(2));
        inbox.Enqueue(StreamMessage.AtBarrier(new Epoch(4)));
        inbox.Enqueue(Data(3));
        Assert.True(inbox.HasNext);
        Assert.Equal(["+I 1", "+I 2"], Take(inbox));
        var barrier = inbox.Dequeue();
        Assert.Equal((MessageKind.Barrier, new Epoch(4)), (barrier.Kind, barrier.Epoch));
        Assert.False(inbox.HasNext);
        Assert.True(inbox.Release());
        Assert.Equal(["+I 3"], Take(inbox));
    }

    [Fact]
    public void Many_rows_wait_no_longer()
    {
        var inbox = new ChainInbox(_gathers);
        var batch = Enumerable.Range(0, Batch.RowsMax).ToArray();
        for (var i = 0; i < ChainInbox.GatheredMax / Batch.RowsMax; i++)
        {
            Assert.False(inbox.HasNext);
            inbox.Enqueue(Data(batch));
        }
        Assert.True(inbox.HasNext);
        inbox.Enqueue(Data(-1));
        Assert.Equal(ChainInbox.GatheredMax, Take(inbox).Count);
        Assert.False(inbox.HasNext);
        inbox.Clear();
        Assert.False(inbox.Release());
    }

    public void Dispose()
    {
        _rows.Dispose();
        _gathers.Dispose();
        Assert.Equal(0, _pool.Outstanding);
    }

    BatchBuilder Builder() => new([SqlType.Int], _pool);

    StreamMessage Data(params int[] values)
    {
        foreach (var value in values)
        {
            ((FixedColumnBuilder<int>)_rows[0]).Append(value);
            _rows.EndRow();
        }
        return StreamMessage.Data(_rows.Build());
    }

    StreamMessage Selected(RowKind kind, int[] values, int[] selection)
    {
        foreach (var value in values)
        {
            ((FixedColumnBuilder<int>)_rows[0]).Append(value);
            _rows.EndRow(kind);
        }
        var numbers = _pool.Rent(selection.Length * sizeof(int));
        selection.CopyTo(MemoryMarshal.Cast<byte, int>(numbers.AsSpan()));
        var all = _rows.Build();
        var selected = all.WithSelection(numbers, selection.Length);
        all.Release();
        return StreamMessage.Data(selected);
    }

    static List<string> Take(ChainInbox inbox)
    {
        var batch = inbox.Dequeue().Batch!;
        var column = (FixedColumn<int>)batch[0];
        var rows = Enumerable.Range(0, batch.Rows).Select(i => $"{batch.Kind(batch.StoredRow(i)).Symbol()} {column[batch.StoredRow(i)]}").ToList();
        batch.Release();
        return rows;
    }
}
