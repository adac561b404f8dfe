using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SqlStream.Core.Time;
using SqlStream.State.Tables;

namespace SqlStream.State.Tests.Tables;

public sealed class ValueTableTests
{
    [Theory]
    [InlineData(long.MaxValue, false)]
    [InlineData(3000, false)]
    [InlineData(3000, true)]
    [InlineData(0, false)]
    [InlineData(0, true)]
    public void Random_operations_agree_with_a_dictionary(long cacheBytesMax, bool isRestored)
    {
        for (var seed = 0; seed < 25; seed++)
        {
            using var run = new ModelRun(seed, cacheBytesMax, isRestored);
            run.Run();
        }
    }

    [Fact]
    public void A_scan_that_is_open_while_its_epoch_is_committed_gives_each_entry_once()
    {
        using var rig = new TableRig();
        var table = new ValueTable(rig.Context());
        var keys = rig.Keys([.. Enumerable.Range(0, 300).Select(i => (long)i)]);
        for (var i = 0; i < 200; i++)
            TableRig.Set(table, keys, i, i);
        var epoch = rig.BeginSeal();
        var changes = table.Seal(epoch);
        for (var i = 200; i < 300; i++)
            TableRig.Set(table, keys, i, i);
        var seen = new List<long>();
        using (var cursor = table.Scan())
        {
            // Beyond the active layer, into the sealed one.
            for (var i = 0; i < 150 && cursor.MoveNext(); i++)
                seen.Add(TableRig.Number(cursor.Key));
            rig.Commit(epoch, changes);
            table.Committed(epoch);
            while (cursor.MoveNext())
                seen.Add(TableRig.Number(cursor.Key));
        }
        Assert.Equal(Enumerable.Range(0, 300).Select(i => (long)i), seen.Order());
    }

    [Fact]
    public void A_commit_during_a_scan_takes_effect_when_the_scan_is_over()
    {
        using var rig = new TableRig();
        var table = new ValueTable(rig.Context());
        TableRig.Set(table, rig.Keys(1), 0, 10);
        var epoch = rig.BeginSeal();
        rig.Commit(epoch, table.Seal(epoch));
        var clean = table.DirtyBytes;
        using (table.Scan())
        {
            table.Committed(epoch);
            Assert.Equal(clean, table.DirtyBytes);
        }
        Assert.True(table.DirtyBytes < clean);
        Assert.Equal([(1L, 10L)], TableRig.Content(table));
    }

    [Fact]
    public void A_key_that_lived_within_one_epoch_leaves_no_tombstone()
    {
        using var rig = new TableRig();
        var table = new ValueTable(rig.Context());
        var keys = rig.Keys(1, 2);
        TableRig.Set(table, keys, 0, 10);
        TableRig.Set(table, keys, 1, 20);
        table.Put(keys.KeyGroup(0, TableRig.MaxParallelism), keys[0], []);
        var changes = new ChangeSet();
        table.Seal(rig.BeginSeal())!.WriteTo(changes);
        Assert.Equal(1, changes.Count);
    }

    [Theory]
    [InlineData(false, 10)]
    [InlineData(true, 30)]
    public void A_key_is_read_once_in_a_batch_and_only_if_it_may_be_there(bool isRestored, int read)
    {
        using var rig = new TableRig();
        var table = new ValueTable(rig.Context(cacheBytesMax: 0, isRestored));
        var known = rig.Keys([.. Enumerable.Range(0, 10).Select(i => (long)i)]);
        for (var i = 0; i < known.Count; i++)
            TableRig.Set(table, known, i, i + 1);
        var epoch = rig.BeginSeal();
        rig.Commit(epoch, table.Seal(epoch));
        table.Committed(epoch);
        Assert.False(table.IsComplete);

        var keys = rig.Keys([.. Enumerable.Range(0, 120).Select(i => (long)(i % 30))]);
        var before = rig.Backend.Metrics.Reads;
        table.BeginPeek();
        for (var i = 0; i < keys.Count; i++)
            table.WillPeek(keys.KeyGroup(i, TableRig.MaxParallelism), keys[i]);
        table.Fetch();
        Assert.Equal(read, rig.Backend.Metrics.Reads - before);
        for (var i = 0; i < keys.Count; i++)
            Assert.Equal(i % 30 < 10 ? (i % 30) + 1 : 0, table.Peek(keys[i]) is [] ? 0 : BinaryPrimitives.ReadInt64LittleEndian(table.Peek(keys[i])));
        table.EndPeek();
    }

    [Fact]
    public void A_table_without_changes_has_nothing_to_seal()
    {
        using var rig = new TableRig();
        Assert.Null(new ValueTable(rig.Context()).Seal(rig.BeginSeal()));
    }

    /// <summary>A table beside a dictionary: writes through both interfaces, seals, commits late, scans, and now and then a restart
    /// from what is committed.</summary>
    sealed class ModelRun(int seed, long cacheBytesMax, bool isRestored) : IDisposable
    {
        readonly Random _random = new(seed);
        readonly TableRig _rig = new();
        readonly Dictionary<long, long> _model = [];
        readonly TouchedEntries _touched = new();
        Dictionary<long, long> _sealedModel = [];
        Dictionary<long, long> _committedModel = [];
        (Epoch Epoch, SealedTable? Changes)? _uncommitted;
        bool _isApplied;
        ValueTable? _table;

        ValueTable Table => _table ??= new ValueTable(_rig.Context(cacheBytesMax, isRestored));

        public void Run()
        {
            for (var step = 0; step < 400; step++)
            {
                switch (_random.Next(12))
                {
                    case < 4: AddToBatch(); break;
                    case < 6: PutOne(); break;
                    case < 8: ReadOne(); break;
                    case 8: Seal(); break;
                    case 9: Apply(); break;
                    case 10: Notify(); break;
                    default: Compare(); break;
                }
                if (_random.Next(80) == 0)
                    Restart();
            }
            Compare();
        }

        public void Dispose() => _rig.Dispose();

        long Key() => _random.Next(120);

        // As aggregates do: every row adds to its key's value, and a value that falls to zero is deleted.
        void AddToBatch()
        {
            var numbers = Enumerable.Range(0, 1 + _random.Next(20)).Select(_ => Key()).ToList();
            var keys = _rig.Keys(numbers);
            var subset = _random.Next(2) == 0 ? [] : Enumerable.Range(0, numbers.Count).Where(_ => _random.Next(2) == 0).ToArray();
            var count = subset.Length == 0 ? numbers.Count : subset.Length;
            var offsets = new int[count];
            Table.Locate(keys, subset, sizeof(long), offsets, _touched);
            for (var i = 0; i < count; i++)
            {
                var number = numbers[subset.Length == 0 ? i : subset[i]];
                var change = _random.Next(-2, 3);
                MemoryMarshal.AsRef<long>(Table.Memory[offsets[i]..]) += change;
                _model[number] = _model.GetValueOrDefault(number) + change;
            }
            foreach (var entry in _touched.Entries)
            {
                if (BinaryPrimitives.ReadInt64LittleEndian(Table.Memory[Table.ValueOffset(entry)..]) == 0)
                    Table.Delete(entry);
            }
            Table.EndBatch(_touched);
            foreach (var number in numbers)
            {
                if (_model.GetValueOrDefault(number, -1) == 0)
                    _model.Remove(number);
            }
        }

        void PutOne()
        {
            var number = Key();
            var keys = _rig.Keys(number);
            if (_random.Next(3) == 0)
            {
                Table.Put(keys.KeyGroup(0, TableRig.MaxParallelism), keys[0], []);
                _model.Remove(number);
                return;
            }
            _model[number] = _random.Next(1, 100);
            TableRig.Set(Table, keys, 0, _model[number]);
        }

        void ReadOne()
        {
            var number = Key();
            Assert.Equal(_model.TryGetValue(number, out var value) ? value : null, TableRig.Get(Table, _rig.Keys(number), 0));
        }

        void Seal()
        {
            if (_uncommitted is not null)
                return;
            var epoch = _rig.BeginSeal();
            _uncommitted = (epoch, Table.Seal(epoch));
            _isApplied = false;
            _sealedModel = new Dictionary<long, long>(_model);
        }

        // The backend commits on another thread; the table hears of it later.
        void Apply()
        {
            if (_uncommitted is not { } due || _isApplied)
                return;
            _rig.Commit(due.Epoch, due.Changes);
            _isApplied = true;
            _committedModel = _sealedModel;
        }

        void Notify()
        {
            if (_uncommitted is not { } due || !_isApplied)
                return;
            Table.Committed(due.Epoch);
            _uncommitted = null;
        }

        void Restart()
        {
            // Changes that were handed over are committed or lost; here those that were not applied are.
            _table = new ValueTable(_rig.Context(cacheBytesMax, isRestored: true));
            _uncommitted = null;
            _model.Clear();
            foreach (var (key, value) in _committedModel)
                _model.Add(key, value);
            Compare();
        }

        void Compare() => Assert.Equal(_model.OrderBy(entry => entry.Key).Select(entry => (entry.Key, entry.Value)), TableRig.Content(Table));
    }
}
