using System.Buffers.Binary;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Core.Types;
using SqlStream.State.Codec;

namespace SqlStream.Execution.Lookups;

/// <summary>Rows that wait in a lookup join, in the order in which they came, and the watermarks between them.</summary>
/// <remarks>Mailbox thread only.</remarks>
sealed class WaitingRows(Schema schema, ColumnPool pool) : IDisposable
{
    const int JoinedRowsMax = 4096;
    const int HeaderBytes = sizeof(int) + sizeof(int);

    readonly LinkedList<Entry> _entries = new();

    /// <summary>A batch that waits, or a watermark.</summary>
    public sealed class Entry
    {
        /// <summary>The rows; null for a watermark.</summary>
        public Batch? Rows { get; set; }

        /// <summary>How often they were asked for.</summary>
        public int Attempts { get; set; }

        /// <summary>When they are asked for next, a timestamp of the clock.</summary>
        public long DueAt { get; set; }

        /// <summary>When those of the rows are due that wait longest.</summary>
        public long FirstDueAt { get; set; }

        /// <summary>The time, where it is a watermark.</summary>
        public EventTime Watermark { get; set; }
    }

    /// <summary>Number of rows.</summary>
    public int Count { get; private set; }

    /// <summary>Nothing waits.</summary>
    public bool IsEmpty => _entries.Count == 0;

    /// <summary>What came first.</summary>
    public LinkedListNode<Entry>? First => _entries.First;

    /// <summary>Adds rows behind all others; they are the table's of rows that wait from now on.</summary>
    public LinkedListNode<Entry> Add(Batch rows, int attempts, long dueAt)
    {
        Count += rows.Rows;
        return _entries.AddLast(new Entry { Rows = rows, Attempts = attempts, DueAt = dueAt, FirstDueAt = dueAt });
    }

    /// <summary>Adds a watermark behind the rows.</summary>
    public void Add(EventTime watermark)
    {
        if (_entries.Last is { Value: { Rows: null } last })
            last.Watermark = watermark;
        else
            _entries.AddLast(new Entry { Watermark = watermark });
    }

    /// <summary>Puts what is left of rows into their place; null takes them away.</summary>
    public void Replace(LinkedListNode<Entry> node, Batch? rest)
    {
        var rows = node.Value.Rows!;
        Count += (rest?.Rows ?? 0) - rows.Rows;
        rows.Release();
        node.Value.Rows = rest;
        if (rest is null)
            _entries.Remove(node);
    }

    /// <summary>Takes a watermark away that no row waits before any more.</summary>
    public EventTime? TakeWatermark()
    {
        if (_entries.First is not { Value: { Rows: null } first })
            return null;
        _entries.RemoveFirst();
        return first.Watermark;
    }

    /// <summary>Joins rows with those that wait before them, where both were asked for as often and no watermark is between.</summary>
    /// <param name="node">The later rows.</param>
    /// <param name="dueMin">The earlier ones are due at this time, or later.</param>
    public void JoinWithPrevious(LinkedListNode<Entry> node, long dueMin)
    {
        var rows = node.Value.Rows!;
        if (node.Previous is not { Value: { Rows: { } before } } previous || previous.Value.Attempts != node.Value.Attempts
            || previous.Value.FirstDueAt < dueMin || before.Rows + rows.Rows > JoinedRowsMax)
            return;
        using var builder = new BatchBuilder(schema, pool);
        Append(builder, before);
        Append(builder, rows);
        previous.Value.Rows = builder.Build(rows.Split);
        previous.Value.DueAt = node.Value.DueAt;
        before.Release();
        rows.Release();
        _entries.Remove(node);
    }

    /// <summary>The rows as a checkpoint keeps them: for each batch <c>attempts i32 | rows i32</c>, and each row <c>length i32 | bytes</c>, little endian.</summary>
    public byte[] Save()
    {
        using var stream = new MemoryStream();
        var keys = new KeyBatch();
        Span<byte> header = stackalloc byte[HeaderBytes];
        foreach (var entry in _entries)
        {
            if (entry.Rows is not { } rows)
                continue;
            BinaryPrimitives.WriteInt32LittleEndian(header, entry.Attempts);
            BinaryPrimitives.WriteInt32LittleEndian(header[sizeof(int)..], rows.Rows);
            stream.Write(header);
            keys.Encode(rows.Columns, rows.StoredRows, rows.Selection);
            for (var i = 0; i < keys.Count; i++)
            {
                BinaryPrimitives.WriteInt32LittleEndian(header, keys[i].Length);
                stream.Write(header[..sizeof(int)]);
                stream.Write(keys[i]);
            }
        }
        return stream.ToArray();
    }

    /// <summary>Adds what <see cref="Save"/> gave; it is due at once.</summary>
    public void Restore(ReadOnlySpan<byte> state, long now)
    {
        using var builder = new BatchBuilder(schema, pool);
        while (!state.IsEmpty)
        {
            var attempts = BinaryPrimitives.ReadInt32LittleEndian(state);
            var rows = BinaryPrimitives.ReadInt32LittleEndian(state[sizeof(int)..]);
            state = state[HeaderBytes..];
            for (var i = 0; i < rows; i++)
            {
                var length = BinaryPrimitives.ReadInt32LittleEndian(state);
                KeyEncoder.Decode(state.Slice(sizeof(int), length), builder.Columns);
                builder.EndRow();
                state = state[(sizeof(int) + length)..];
            }
            Check.That(rows > 0);
            Add(builder.Build(), attempts, now);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var entry in _entries)
            entry.Rows?.Release();
        _entries.Clear();
    }

    static void Append(BatchBuilder builder, Batch rows)
    {
        for (var row = 0; row < rows.Rows; row++)
        {
            for (var i = 0; i < rows.Width; i++)
                builder[i].AppendFrom(rows[i], row);
        }
        builder.EndRows(rows.Rows);
    }
}
