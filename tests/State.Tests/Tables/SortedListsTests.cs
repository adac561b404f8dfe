using System.Text;
using SqlStream.State.Tables;

namespace SqlStream.State.Tests.Tables;

public sealed class SortedListsTests
{
    [Theory]
    [InlineData(long.MaxValue / 2, 24, 12)]
    [InlineData(long.MaxValue / 2, 24, 1)]
    [InlineData(60_000, 24, 3)]
    [InlineData(1, 24, 2)]
    [InlineData(60_000, 1500, 4)]
    [InlineData(1, 6000, 3)]
    public void Random_operations_agree_with_sorted_lists_by_key(long budgetBytes, int rowBytesMax, int keys)
    {
        for (var seed = 0; seed < 12; seed++)
        {
            using var run = new ModelRun(seed, budgetBytes, rowBytesMax, keys);
            run.Run();
        }
    }

    [Fact]
    public void A_list_that_has_lost_all_rows_leaves_nothing_behind()
    {
        using var run = new ModelRun(0, long.MaxValue / 2, 300, 1);
        run.Grow(400);
        Assert.True(run.Entries() > 10);
        run.Shrink();
        Assert.Equal(0, run.Entries());
    }

    [Fact]
    public void A_list_that_is_cut_to_a_few_rows_is_one_value()
    {
        using var run = new ModelRun(0, long.MaxValue / 2, 300, 1);
        run.Grow(400);
        run.Truncate(3);
        Assert.Equal(1, run.Entries());
    }

    /// <summary>Lists beside lists of .NET: rows come before or behind their equals, go, and are cut off; epochs end; restarts.</summary>
    sealed class ModelRun(int seed, long budgetBytes, int rowBytesMax, int keyCount) : IDisposable
    {
        readonly Random _random = new(seed);
        readonly TableRig _rig = new();
        readonly Dictionary<long, List<(string Key, string Row)>> _model = [];
        SortedLists? _lists;
        bool _isRestored;

        SortedLists Lists => _lists ??= new SortedLists(new ValueTable(
            _rig.Context(1 << 14, isRestored: _isRestored, memory: new StateMemory(budgetBytes, 0))));

        public void Run()
        {
            for (var step = 0; step < 120; step++)
            {
                Change(Step);
                if (_random.Next(6) == 0)
                    Commit();
                if (_random.Next(30) == 0)
                    Restart();
            }
        }

        public void Grow(int rows) => Change((_, model) =>
        {
            for (var i = 0; i < rows; i++)
                Insert(model);
        });

        public void Shrink() => Change((_, model) =>
        {
            while (model.Count > 0)
                Remove(model);
        });

        public void Truncate(int rows) => Change((_, model) => Cut(model, rows));

        public int Entries()
        {
            Commit();
            using var cursor = Lists.Table.Scan();
            var count = 0;
            while (cursor.MoveNext())
                count++;
            return count;
        }

        public void Dispose() => _rig.Dispose();

        void Change(Action<int, List<(string Key, string Row)>> change)
        {
            long[] numbers = [.. Enumerable.Range(0, 3).Select(_ => (long)_random.Next(keyCount))];
            var keys = _rig.Keys(numbers);
            Lists.BeginBatch();
            for (var i = 0; i < keys.Count; i++)
                Lists.WillSelect(keys.KeyGroup(i, TableRig.MaxParallelism), keys[i]);
            Lists.Fetch();
            for (var i = 0; i < keys.Count; i++)
            {
                if (!_model.TryGetValue(numbers[i], out var model))
                    _model.Add(numbers[i], model = []);
                Lists.Select(keys.KeyGroup(i, TableRig.MaxParallelism), keys[i]);
                Assert.Equal(model, Read(Lists));
                change(i, model);
                Lists.Rewind();
                Assert.Equal(model, Read(Lists));
            }
            Lists.EndBatch();
        }

        void Step(int index, List<(string Key, string Row)> model)
        {
            for (var i = _random.Next(12); i >= 0; i--)
            {
                switch (_random.Next(20))
                {
                    case < 11: Insert(model); break;
                    case < 18: Remove(model); break;
                    case 18: RemoveMissing(); break;
                    case 19 when _random.Next(2) == 0: Trim(model, _random.Next(model.Count + 2)); break;
                    default: Cut(model, _random.Next(model.Count + 2)); break;
                }
            }
        }

        void Insert(List<(string Key, string Row)> model)
        {
            var (key, row) = (RandomKey(), new string((char)('a' + _random.Next(26)), _random.Next(rowBytesMax)));
            var before = _random.Next(3) == 0;
            var rows = _random.Next(model.Count + 2);
            Assert.Equal(
                model.Count >= rows && model.Count > 0 && string.CompareOrdinal(model[^1].Key, key) is var order && (before ? order < 0 : order <= 0),
                Lists.IsFullBefore(Bytes(key), rows, strictly: before));
            Lists.Insert(Bytes(key), Bytes(row), before);
            var at = model.FindIndex(entry => before ? string.CompareOrdinal(entry.Key, key) >= 0 : string.CompareOrdinal(entry.Key, key) > 0);
            model.Insert(at < 0 ? model.Count : at, (key, row));
        }

        void Remove(List<(string Key, string Row)> model)
        {
            if (model.Count == 0)
                return;
            var gone = model[_random.Next(model.Count)];
            Assert.True(Lists.TryRemove(Bytes(gone.Key), Bytes(gone.Row)));
            // Of equal rows any may go: they are equal.
            model.Remove(gone);
        }

        void RemoveMissing() => Assert.False(Lists.TryRemove(Bytes(RandomKey()), Bytes("no such row")));

        void Cut(List<(string Key, string Row)> model, int rows)
        {
            Lists.Truncate(rows);
            if (rows < model.Count)
                model.RemoveRange(rows, model.Count - rows);
        }

        void Trim(List<(string Key, string Row)> model, int rows)
        {
            Lists.RemoveFirst(rows);
            model.RemoveRange(0, Math.Min(rows, model.Count));
        }

        // What a scan of the table opens is what was put.
        void Restart()
        {
            Commit();
            (_lists, _isRestored) = (null, true);
            var found = new List<List<(string Key, string Row)>>();
            using var cursor = Lists.Table.Scan();
            while (cursor.MoveNext())
            {
                if (!ChunkKey.IsFirst(cursor.Key))
                    continue;
                Lists.Open(cursor.KeyGroup, ChunkKey.Of(cursor.Key), cursor.Value);
                found.Add(Read(Lists));
            }
            Assert.Equal(Order(_model.Values.Where(rows => rows.Count > 0)), Order(found));
        }

        static IEnumerable<string> Order(IEnumerable<List<(string Key, string Row)>> lists) => lists.Select(rows => string.Join('|', rows)).Order(StringComparer.Ordinal);

        void Commit()
        {
            var epoch = _rig.BeginSeal();
            _rig.Commit(epoch, Lists.Table.Seal(epoch));
            Lists.Table.Committed(epoch);
        }

        string RandomKey() => new((char)('a' + _random.Next(8)), _random.Next(3));

        static List<(string Key, string Row)> Read(SortedLists lists)
        {
            var rows = new List<(string, string)>();
            while (lists.MoveNext())
                rows.Add((Encoding.ASCII.GetString(lists.SortKey), Encoding.ASCII.GetString(lists.Row)));
            return rows;
        }

        static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text);
    }
}
