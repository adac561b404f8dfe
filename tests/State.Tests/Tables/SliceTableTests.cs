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

    [Fact]
    public void Random_operations_agree_with_a_dictionary_of_dictionaries()
    {
        for (var seed = 0; seed < 25; seed++)
        {
            using var run = new ModelRun(seed);
            run.Run();
        }
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
    sealed class ModelRun(int seed) : IDisposable
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

        SliceTable Slices => _slices ??= new SliceTable(_rig.Context());

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
            TableRig.Set(Slices.Open(end), _rig.Keys(key), 0, value);
            if (!_model.TryGetValue(end, out var slice))
                _model.Add(end, slice = []);
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
            _slices = new SliceTable(_rig.Context(isRestored: true));
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
