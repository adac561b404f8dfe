using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.State.Codec;

namespace SqlStream.Execution.Operators;

/// <summary>The keys of the groups of a batch with their numbers: under these is kept what does not fit into the value of a group.</summary>
/// <param name="retention">The numbers.</param>
/// <param name="pool">Where buffers come from.</param>
sealed class GroupNumbers(KeyRetention retention, ColumnPool pool)
{
    Column[] _columns = [];

    /// <summary>The encoded keys of the batch, the number behind them; they belong to the key groups of the groups.</summary>
    public KeyBatch Keys { get; } = new();

    /// <summary>The numbers by stored row; null between batches.</summary>
    public Column? Column { get; private set; }

    /// <summary>Takes the groups of a batch that the retention has seen.</summary>
    public void Encode(ReadOnlySpan<Column> keys, Batch batch)
    {
        using (var builder = new FixedColumnBuilder<long>(SqlType.BigInt, pool))
        {
            var numbers = builder.AppendSpan(batch.StoredRows);
            // Rows that are not selected are not read.
            if (batch.HasSelection)
                numbers.Clear();
            for (var i = 0; i < batch.Rows; i++)
                numbers[batch.StoredRow(i)] = retention.Number(i);
            Column = builder.Build();
        }
        if (_columns.Length != keys.Length + 1)
            _columns = new Column[keys.Length + 1];
        keys.CopyTo(_columns);
        _columns[^1] = Column;
        Keys.Encode(_columns, batch.StoredRows, batch.Selection);
        Keys.HashBy(keys, batch.StoredRows, batch.Selection);
    }

    /// <summary>The batch ends.</summary>
    public void EndBatch()
    {
        Column?.Release();
        Column = null;
    }
}
