using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Engine.Memory;

/// <summary>Finds rows of a memory table by key, in an index that is made anew, off the workers, when the table has changed.</summary>
sealed class MemoryLookup(MemoryTable table, Schema schema, LookupContext context) : ILookup
{
    readonly Lock _lock = new();
    readonly LookupRows _rows = new();
    readonly KeyBatch _asked = new();
    readonly BatchBuilder _answer = new([.. context.ReadColumns.Select(column => schema[column].Type)], context.Pool);
    long _version = -1;
    Batch? _keys;
    LookupAnswer? _found;
    bool _isDisposed;

    public void Start(Batch keys)
    {
        if (_version == table.Version)
        {
            Answer(keys);
            return;
        }
        _keys = keys;
        context.Edge.Run("index of a memory table", _ => Index());
    }

    public LookupAnswer? TryTake()
    {
        lock (_lock)
        {
            var found = _found;
            _found = null;
            return found;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _found?.Rows.Release();
            _found = null;
            _keys?.Release();
            _keys = null;
            _answer.Dispose();
        }
    }

    void Index()
    {
        lock (_lock)
        {
            if (_isDisposed)
                return;
            // What changes from here on is seen by the next call.
            _version = table.Version;
            MakeIndex();
            Answer(_keys!);
            _keys = null;
        }
        context.Wake();
    }

    void MakeIndex()
    {
        _rows.Clear();
        using var builder = new BatchBuilder(schema, context.Pool);
        foreach (var (_, count, row) in table.Snapshot(0))
        {
            for (var copy = 0L; copy < count; copy++)
            {
                KeyEncoder.Decode(row, builder.Columns);
                builder.EndRow();
                if (builder.Rows == Batch.RowsMax)
                    Add(builder.Build());
            }
        }
        if (builder.Rows > 0)
            Add(builder.Build());
    }

    void Add(Batch batch)
    {
        var (keys, values) = (new KeyBatch(), new KeyBatch());
        Column[] keyColumns = [.. context.KeyColumns.Select(column => batch[column])];
        keys.Encode(keyColumns, batch.Rows, []);
        values.Encode([.. context.ReadColumns.Select(column => batch[column])], batch.Rows, []);
        for (var row = 0; row < batch.Rows; row++)
        {
            if (Array.Exists(keyColumns, column => column.IsNull(row)))
                continue;
            var hash = keys.SlotHashes[row];
            var entry = _rows.Find(hash, keys[row]);
            if (entry == 0)
                entry = _rows.Add(hash, keys[row], 0);
            _rows.Append(entry, values[row]);
        }
        batch.Release();
    }

    void Answer(Batch keys)
    {
        _asked.Encode(keys.Columns, keys.StoredRows, keys.Selection);
        var numbers = new List<int>(keys.Rows);
        for (var key = 0; key < _asked.Count; key++)
        {
            if (_rows.Find(_asked.SlotHashes[key], _asked[key]) is not (> 0 and var entry))
                continue;
            var content = _rows.Content(entry);
            for (var position = 0; position < content.Length;)
            {
                KeyEncoder.Decode(LookupRows.Next(content, ref position), _answer.Columns);
                _answer.EndRow();
                numbers.Add(key);
            }
        }
        keys.Release();
        lock (_lock)
            _found = new LookupAnswer(_answer.Build(), numbers);
    }
}
