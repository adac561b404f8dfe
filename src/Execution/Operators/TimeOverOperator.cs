using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Execution.Checkpoints;
using SqlStream.Planner.Physical;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>Functions with OVER over rows in the order of their time: a row waits until the watermark has passed it, and is given once.</summary>
/// <remarks>Rows that come when the watermark has passed their time are dropped and counted as late. Within a subtask rows come out watermark by watermark,
/// and partition by partition. State: the rows that wait; those before them that a frame, LAG or a distance needs; the number of rows and the
/// accumulators that go on, one value a partition, and how many chunks those without a fixed size have if they are forgotten after a time; the watermark,
/// so that after a restore the same rows are late. When partitions are due is known in memory, one entry for each that waits.</remarks>
sealed class TimeOverOperator : Operator, IKeyedState
{
    const int FetchedMax = 256;

    readonly OperatorContext _context;
    readonly PhysicalOver _plan;
    readonly SortedLists _waiting;
    readonly SortedLists _past;
    readonly ValueTable _accumulators;
    readonly ValueTable[] _blobTables;
    readonly BlobState[] _blobs;
    readonly ValueTable[] _tables;
    readonly SortKeyEncoder _order;
    readonly RowsByKey _rows;
    readonly KeyBatch _encoded = new();
    readonly OverValues _values;
    readonly OverRetention _needed;
    readonly KeyRetention? _retention;
    readonly BatchBuilder _output;
    readonly Column[] _orderColumns;
    readonly PriorityQueue<Partition, long> _timers = new();
    readonly Queue<Partition> _due = new();
    readonly byte[] _state;
    readonly int _chunksAt;
    EventTime _watermark = EventTime.MinusInfinity;
    bool _timersKnown;
    bool _isFetched;
    int _fetchedLeft;
    int _row;

    public TimeOverOperator(OperatorContext context, PhysicalOver plan)
    {
        _context = context;
        _plan = plan;
        var table = context.Tables(PhysicalOver.RowsTable);
        _rows = new RowsByKey(plan.Partition, table.MaxParallelism);
        _waiting = new SortedLists(new ValueTable(table));
        _past = new SortedLists(new ValueTable(context.Tables(PhysicalOver.PastTable)));
        _accumulators = new ValueTable(context.Tables(PhysicalOver.AccumulatorTable));
        _order = new SortKeyEncoder(plan.Order.Select(key => (key.Descending, key.NullsFirst)));
        _orderColumns = new Column[plan.Order.Count];
        _output = new BatchBuilder(plan.Schema, context.Pool);
        _values = new OverValues(context, plan);
        _needed = OverRetention.Of(plan.Calls);
        var tables = new List<ValueTable>();
        var blobs = new List<BlobState>();
        for (var i = 0; i < _values.Functions.Count; i++)
        {
            if (_values.Functions[i] is not FrameFunction { NeedsBlob: true } function)
                continue;
            tables.Add(new ValueTable(context.Tables(PhysicalOver.BlobTable(i))));
            blobs.Add(function.Blob = new BlobState());
        }
        (_blobTables, _blobs) = ([.. tables], [.. blobs]);
        _chunksAt = sizeof(long) + _values.AccumulatorBytes;
        _state = new byte[_chunksAt + (plan.CountsChunks ? blobs.Count * sizeof(int) : 0)];
        if (plan.TtlMillis > 0)
        {
            _retention = new KeyRetention(new ValueTable(context.Tables(StateTtl.TimeTable)), this, context.Session.Clock, plan.TtlMillis);
            tables.Add(_retention.Times);
        }
        _tables = [_waiting.Table, _past.Table, _accumulators, .. tables];
        foreach (var state in context.RestoredState)
            _watermark = EventTime.Max(_watermark, new EventTime(BinaryPrimitives.ReadInt64LittleEndian(state)));
        _timersKnown = context.RestoredState.Count == 0;
    }

    public override string Name => _plan.Stem;

    public override bool HasPending => _due.Count > 0 || _retention is { IsSweeping: true };

    public override long DirtyBytes
    {
        get
        {
            var bytes = 0L;
            foreach (var table in _tables)
                bytes += table.DirtyBytes;
            return bytes;
        }
    }

    public override void OnData(Batch batch, IOutput output)
    {
        _context.Metrics.AddRowsIn(batch.Rows);
        try
        {
            FindTimers();
            for (var i = 0; i < _orderColumns.Length; i++)
                _orderColumns[i] = batch[_plan.Order[i].Column];
            _encoded.Encode(batch.Columns, batch.StoredRows, batch.Selection);
            _order.Begin(_orderColumns, batch.StoredRows, batch.Selection);
            _rows.Read(batch);
            if (_retention is not null)
                Forget(_retention);
            _rows.Fetch(_waiting);
            for (var number = 0; number < _rows.Count; number++)
                Keep(batch, _rows.First(number));
            _waiting.EndBatch();
        }
        finally
        {
            batch.Release();
        }
    }

    public override EventTime? OnWatermark(EventTime watermark, IOutput output)
    {
        if (watermark <= _watermark)
            return watermark;
        FindTimers();
        _watermark = watermark;
        _context.Metrics.SetWatermark(watermark.Micros);
        while (_timers.TryPeek(out var partition, out var time) && IsPassed(time))
        {
            _timers.Dequeue();
            _due.Enqueue(partition);
        }
        return watermark;
    }

    // Whoever is idle is passed over downstream: what waits here would come late there.
    public override bool OnIdle(bool isSilent) => isSilent || (_timersKnown && _timers.Count == 0);

    public override void OnEnd(IOutput output) => OnWatermark(EventTime.PlusInfinity, output);

    public override void Drain(IOutput output, int maxBatches)
    {
        for (var i = 0; i < maxBatches && HasPending; i++)
        {
            while (_output.Rows < _context.BatchRows && Next())
            {
            }
            if (_output.Rows == 0)
            {
                if (_due.Count == 0)
                    _retention?.Step();
                continue;
            }
            _context.Metrics.AddRowsOut(_output.Rows);
            output.Emit(_output.Build());
        }
    }

    public override void OnBarrier(Epoch epoch, SubtaskSeal seal)
    {
        foreach (var table in _tables)
            seal.Add(table.Seal(epoch));
        var state = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(state, _watermark.Micros);
        seal.OperatorState.Add((_context.OperatorId, state));
    }

    public override void OnCommitted(Epoch epoch)
    {
        foreach (var table in _tables)
            table.Committed(epoch);
    }

    public override void Dispose()
    {
        if (_isFetched)
            EndFetch();
        _values.Dispose();
        _output.Dispose();
        _retention?.Dispose();
    }

    // A partition that has rows that wait needs what was before them.
    void IKeyedState.Forget(SweptKeys keys, int first, int count)
    {
        for (var i = first; i < first + count; i++)
            Forget(keys.KeyGroup(i), keys[i]);
    }

    void Forget(KeyRetention retention)
    {
        retention.Touch(_rows.Keys);
        for (var i = 0; i < retention.Count; i++)
        {
            if (retention.HasExpired(i))
                Forget(_rows.KeyGroup(retention.FirstKey(i)), _rows.Key(retention.FirstKey(i)));
        }
    }

    void Forget(ushort keyGroup, ReadOnlySpan<byte> key)
    {
        _waiting.BeginBatch();
        _past.BeginBatch();
        _waiting.WillSelect(keyGroup, key);
        _past.WillSelect(keyGroup, key);
        _waiting.Fetch();
        _past.Fetch();
        _waiting.Select(keyGroup, key);
        if (!_waiting.MoveNext())
        {
            _past.Select(keyGroup, key);
            _past.Truncate(0);
            ForgetBlobs(keyGroup, key);
            _accumulators.Put(keyGroup, key, []);
        }
        _waiting.EndBatch();
        _past.EndBatch();
    }

    void ForgetBlobs(ushort keyGroup, ReadOnlySpan<byte> key)
    {
        if (_blobs.Length == 0 || _accumulators.Get(keyGroup, key) is not { IsEmpty: false } state)
            return;
        state.CopyTo(_state);
        for (var i = 0; i < _blobs.Length; i++)
        {
            Turn(i, keyGroup, key);
            _blobs[i].Clear();
        }
    }

    void Turn(int blob, ushort keyGroup, ReadOnlySpan<byte> key)
    {
        _blobs[blob].Select(_blobTables[blob], keyGroup, key);
        if (_plan.CountsChunks)
            _blobs[blob].Chunks = Chunks[blob];
    }

    Span<int> Chunks => MemoryMarshal.Cast<byte, int>(_state.AsSpan(_chunksAt));

    bool IsPassed(long time) => _watermark == EventTime.PlusInfinity || time <= _watermark.Micros;

    // The rows of the batch for one partition: those that are not late wait.
    void Keep(Batch batch, int first)
    {
        var times = (FixedColumn<long>)_orderColumns[0];
        _waiting.Select(_rows.KeyGroup(first), _rows.Key(first));
        var known = _waiting.MoveNext() ? TimeOf(_waiting.SortKey) : long.MaxValue;
        var earliest = known;
        var late = 0;
        for (var i = first; i >= 0; i = _rows.Next(i))
        {
            var row = batch.StoredRow(i);
            if (times.IsNull(row))
                throw ExecutionErrors.NullRowtime(_plan.Input.Schema[_plan.Order[0].Column].Name);
            if (IsPassed(times[row]))
            {
                late++;
                continue;
            }
            _waiting.Insert(_order.Key(i), _encoded[i], before: false);
            earliest = Math.Min(earliest, times[row]);
        }
        if (late > 0)
            _context.Metrics.AddLateRows(late);
        if (earliest < known)
            _timers.Enqueue(new Partition(_rows.KeyGroup(first), _rows.Key(first).ToArray()), earliest);
    }

    // After a restore: what waits is in the table.
    void FindTimers()
    {
        if (_timersKnown)
            return;
        _timersKnown = true;
        using var cursor = _waiting.Table.Scan();
        while (cursor.MoveNext())
        {
            if (!ChunkKey.IsFirst(cursor.Key))
                continue;
            var key = ChunkKey.Of(cursor.Key);
            _waiting.Open(cursor.KeyGroup, key, cursor.Value);
            if (_waiting.MoveNext())
                _timers.Enqueue(new Partition(cursor.KeyGroup, key.ToArray()), TimeOf(_waiting.SortKey));
        }
    }

    // The order is ascending in time: a marker, then the time.
    static long TimeOf(ReadOnlySpan<byte> sortKey) => KeyEncoder.ReadOrdered(sortKey[1..]);

    // Gives the rows of the partition that is due, up to a full batch; false if none is due any more.
    bool Next()
    {
        if (_row >= _values.Rows.Count)
        {
            if (!NextPartition())
                return false;
        }
        for (; _row < _values.Rows.Count && _output.Rows < _context.BatchRows; _row++)
        {
            _values.AppendTo(_output.Columns, _row);
            _output.EndRow();
        }
        return true;
    }

    bool NextPartition()
    {
        while (true)
        {
            if (_values.Rows.Count > 0)
                Finish();
            if (!_due.TryPeek(out var partition))
            {
                if (_isFetched)
                    EndFetch();
                return false;
            }
            if (_fetchedLeft == 0)
                Fetch();
            if (Open(partition))
                return true;
            _due.Dequeue();
            _fetchedLeft--;
        }
    }

    // The lists of several partitions are read together.
    void Fetch()
    {
        if (_isFetched)
            EndFetch();
        _waiting.BeginBatch();
        _past.BeginBatch();
        _accumulators.BeginPeek();
        _fetchedLeft = Math.Min(_due.Count, FetchedMax);
        foreach (var partition in _due.Take(_fetchedLeft))
        {
            _waiting.WillSelect(partition.KeyGroup, partition.Key);
            _past.WillSelect(partition.KeyGroup, partition.Key);
            _accumulators.WillPeek(partition.KeyGroup, partition.Key);
        }
        _waiting.Fetch();
        _past.Fetch();
        _accumulators.Fetch();
        _isFetched = true;
    }

    void EndFetch()
    {
        _waiting.EndBatch();
        _past.EndBatch();
        _accumulators.EndPeek();
        _isFetched = false;
    }

    // False if none of its rows is due: they were given with an earlier timer.
    bool Open(Partition partition)
    {
        var rows = _values.Rows;
        rows.Clear();
        _row = 0;
        _waiting.Select(partition.KeyGroup, partition.Key);
        if (!_waiting.MoveNext() || !IsPassed(TimeOf(_waiting.SortKey)))
            return false;
        _past.Select(partition.KeyGroup, partition.Key);
        rows.AddAll(_past);
        rows.First = rows.Count;
        do
        {
            rows.Add(_waiting.SortKey, _waiting.Row);
        }
        while (_waiting.MoveNext() && IsPassed(TimeOf(_waiting.SortKey)));
        rows.Complete();
        var state = _state.AsSpan();
        state.Clear();
        _accumulators.Peek(partition.Key).CopyTo(state);
        ref var count = ref MemoryMarshal.AsRef<long>(state);
        rows.Before = count - rows.First;
        for (var i = 0; i < _blobs.Length; i++)
            Turn(i, partition.KeyGroup, partition.Key);
        _values.Evaluate(state[sizeof(long).._chunksAt]);
        for (var i = 0; _plan.CountsChunks && i < _blobs.Length; i++)
            Chunks[i] = _blobs[i].Chunks;
        count += rows.Count - rows.First;
        _accumulators.Put(partition.KeyGroup, partition.Key, state);
        _row = rows.First;
        return true;
    }

    // The rows of the partition are given: those that later ones need are kept.
    void Finish()
    {
        var partition = _due.Dequeue();
        _fetchedLeft--;
        var rows = _values.Rows;
        _waiting.Select(partition.KeyGroup, partition.Key);
        _waiting.RemoveFirst(rows.Count - rows.First);
        var first = FirstNeeded(rows);
        if (!_needed.IsEmpty)
        {
            _past.Select(partition.KeyGroup, partition.Key);
            _past.RemoveFirst(Math.Min(first, rows.First));
            for (var row = Math.Max(first, rows.First); row < rows.Count; row++)
                _past.Insert(rows.SortKey(row), rows.Row(row), before: false);
        }
        if (_waiting.MoveNext())
            _timers.Enqueue(partition, TimeOf(_waiting.SortKey));
        rows.Clear();
        _row = 0;
    }

    int FirstNeeded(OverRows rows)
    {
        if (_needed.All)
            return 0;
        var first = (int)Math.Max(0, rows.Count - _needed.Rows);
        foreach (var (column, count) in _needed.Values)
            first = Math.Min(first, FirstOf(rows.Batch[column], rows.Count, count));
        if (_needed.Distance is not { } distance || _watermark == EventTime.PlusInfinity)
            return first;
        var oldest = 0;
        while (oldest < first && (Int128)TimeOf(rows.SortKey(oldest)) + distance <= _watermark.Micros)
            oldest++;
        return oldest;
    }

    // The row from which on there are so many values that are not NULL.
    static int FirstOf(Column values, int rows, long count)
    {
        var row = rows;
        while (row > 0 && count > 0)
        {
            if (!values.IsNull(--row))
                count--;
        }
        return row;
    }

    /// <summary>A partition that waits.</summary>
    sealed record Partition(ushort KeyGroup, byte[] Key);
}
