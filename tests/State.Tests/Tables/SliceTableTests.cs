using SqlStream.Core.Time;
using SqlStream.State.Tables;

namespace SqlStream.State.Tests.Tables;

public sealed class SliceTableTests
{
    [Fact]
    public void Epochs_without_changes_that_are_never_committed_do_not_stop_later_commits()
    {
        using var rig = new TableRig();
        var slices = new SliceTable(rig.Context());
        var sealedTables = new List<SealedTable>();
        slices.Seal(rig.BeginSeal(), sealedTables);
        for (var i = 0; i < 5; i++)
        {
            TableRig.Set(slices.Open(10), rig.Keys(1), 0, i);
            sealedTables.Clear();
            var epoch = rig.BeginSeal();
            slices.Seal(epoch, sealedTables);
            rig.Commit(epoch, sealedTables);
            slices.Committed(epoch);
        }
        Assert.Equal([(1L, 4L)], TableRig.Content(slices.Open(10)));
    }

    [Fact]
    public void Dropping_a_slice_deletes_all_its_keys_from_the_backend()
    {
        using var rig = new TableRig();
        var slices = new SliceTable(rig.Context());
        TableRig.Set(slices.Open(10), rig.Keys(1), 0, 1);
        TableRig.Set(slices.Open(20), rig.Keys(1), 0, 2);
        SealAndCommit(rig, slices);
        TableRig.Set(slices.Open(10), rig.Keys(2), 0, 3);
        slices.Drop(10);
        SealAndCommit(rig, slices);
        var restored = new SliceTable(rig.Context(isRestored: true));
        restored.AddRestored(slices.SaveDirectory());
        Assert.Equal(20, restored.FirstEnd);
        Assert.Equal([(1L, 2L)], TableRig.Content(restored.Open(20)));
        Assert.Equal(1, CountOf(rig));
    }

    [Theory]
    [InlineData(long.MaxValue / 2)]
    [InlineData(60_000)]
    [InlineData(1)]
    public void Random_operations_agree_with_a_dictionary_of_dictionaries(long budgetBytes)
    {
        for (var seed = 0; seed < 25; seed++)
        {
            using var run = new ModelRun(seed, budgetBytes);
            run.Run();
        }
    }

    [Fact]
    public void Beyond_the_budget_slices_are_left_to_the_backend_those_that_are_not_written_first()
    {
        using var rig = new TableRig();
        var memory = new StateMemory(400_000, 0);
        var slices = new SliceTable(rig.Context(memory: memory));
        for (var end = 10; end <= 30; end += 10)
        {
            TableRig.Add(slices.Open(end), rig.Keys([.. Enumerable.Range(0, 3000).Select(key => (long)key)]), end);
            SealAndCommit(rig, slices);
        }
        TableRig.Set(slices.Open(30), rig.Keys(5), 0, 77);
        Assert.True(memory.UsedBytes < 450_000, $"{memory.UsedBytes} bytes are used");
        Assert.False(slices.Open(10).IsComplete);
        Assert.True(slices.Open(30).IsComplete);
        TableRig.Set(slices.Open(10), rig.Keys(5), 0, 99);
        var content = TableRig.Content(slices.Open(10));
        Assert.Equal(3000, content.Count);
        Assert.Contains((5L, 99L), content);
        Assert.Contains((6L, 10L), content);
        SealAndCommit(rig, slices);
        slices.Drop(10);
        SealAndCommit(rig, slices);
        Assert.Equal(6000, CountOf(rig));
    }

    static int CountOf(TableRig rig)
    {
        using var all = rig.Backend.Scan([], []);
        var count = 0;
        while (all.MoveNext())
            count++;
        return count;
    }

    static void SealAndCommit(TableRig rig, SliceTable slices)
    {
        var changes = new List<SealedTable>();
        var epoch = rig.BeginSeal();
        slices.Seal(epoch, changes);
        rig.Commit(epoch, changes);
        slices.Committed(epoch);
    }

    /// <summary>Slices are written as long as they are open, drop in the order of their ends, and never come back.</summary>
    sealed class ModelRun(int seed, long budgetBytes) : IDisposable
    {
        readonly Random _random = new(seed);
        readonly TableRig _rig = new();
        SortedDictionary<long, Dictionary<long, long>> _model = [];
        SortedDictionary<long, Dictionary<long, long>> _sealedModel = [];
        SortedDictionary<long, Dictionary<long, long>> _committedModel = [];
        byte[] _sealedDirectory = [];
        byte[] _committedDirectory = [];
        (Epoch Epoch, List<SealedTable> Changes)? _uncommitted;
        bool _isApplied;
        SliceTable? _slices;
        long _closed;

        SliceTable Slices => _slices ??= new SliceTable(_rig.Context(memory: new StateMemory(budgetBytes, 0)));

        public void Run()
        {
            for (var step = 0; step < 300; step++)
            {
                switch (_random.Next(10))
                {
                    case < 5: Write(); break;
                    case 5: Drop(); break;
                    case 6: Seal(); break;
                    case 7: Apply(); break;
                    case 8: Notify(); break;
                    default: CompareFirst(); break;
                }
                if (_random.Next(60) == 0)
                    Restart();
            }
            while (_model.Count > 0)
                Drop();
            Seal();
            Apply();
        }

        public void Dispose() => _rig.Dispose();

        void Write()
        {
            var end = _closed + 1 + _random.Next(4);
            var (key, value) = (_random.Next(30), _random.Next(1, 100));
            if (!_model.TryGetValue(end, out var slice))
                _model.Add(end, slice = []);
            if (_random.Next(3) > 0)
            {
                TableRig.Add(Slices.Open(end), _rig.Keys(key, key + 1), value);
                slice[key] = slice.GetValueOrDefault(key) + value;
                slice[key + 1] = slice.GetValueOrDefault(key + 1) + value;
                return;
            }
            TableRig.Set(Slices.Open(end), _rig.Keys(key), 0, value);
            slice[key] = value;
        }

        void Drop()
        {
            if (_model.Count == 0)
                return;
            CompareFirst();
            _closed = _model.First().Key;
            _model.Remove(_closed);
            Slices.Drop(_closed);
        }

        void CompareFirst()
        {
            Assert.Equal(_model.Count == 0 ? null : _model.First().Key, Slices.FirstEnd);
            if (_model.Count > 0)
                Compare(_model.First().Key);
        }

        void Compare(long end) =>
            Assert.Equal(_model[end].OrderBy(entry => entry.Key).Select(entry => (entry.Key, entry.Value)), TableRig.Content(Slices.Open(end)));

        void Seal()
        {
            if (_uncommitted is not null)
                return;
            var changes = new List<SealedTable>();
            var epoch = _rig.BeginSeal();
            Slices.Seal(epoch, changes);
            _uncommitted = (epoch, changes);
            _isApplied = false;
            _sealedModel = Copy(_model);
            _sealedDirectory = Slices.SaveDirectory();
        }

        void Apply()
        {
            if (_uncommitted is not { } due || _isApplied)
                return;
            _rig.Commit(due.Epoch, due.Changes);
            _isApplied = true;
            _committedModel = _sealedModel;
            _committedDirectory = _sealedDirectory;
            var entries = _committedModel.Values.Sum(slice => slice.Count);
            Assert.Equal(entries, CountOf(_rig));
        }

        void Notify()
        {
            if (_uncommitted is not { } due || !_isApplied)
                return;
            Slices.Committed(due.Epoch);
            _uncommitted = null;
        }

        void Restart()
        {
            _slices = new SliceTable(_rig.Context(isRestored: true, memory: new StateMemory(budgetBytes, 0)));
            _slices.AddRestored(_committedDirectory);
            _uncommitted = null;
            _model = Copy(_committedModel);
            _closed = _model.Count > 0 ? _model.First().Key - 1 : _closed;
            foreach (var end in _model.Keys)
                Compare(end);
        }

        static SortedDictionary<long, Dictionary<long, long>> Copy(SortedDictionary<long, Dictionary<long, long>> model) =>
            new(model.ToDictionary(slice => slice.Key, slice => new Dictionary<long, long>(slice.Value)));
    }
}
