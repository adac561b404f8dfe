using System.Buffers.Binary;
using SqlStream.Core.Time;
using SqlStream.State.Tables;

namespace SqlStream.State.Tests.Tables;

public sealed class RowListsTests
{
    [Theory]
    [InlineData(long.MaxValue / 2, 24)]
    [InlineData(60_000, 24)]
    [InlineData(1, 24)]
    [InlineData(60_000, 1500)]
    [InlineData(1, 6000)]
    public void Random_operations_agree_with_lists_by_key(long budgetBytes, int rowBytesMax)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            using var run = new ModelRun(seed, budgetBytes, rowBytesMax);
            run.Run();
        }
    }

    [Theory]
    [InlineData(0, 99, 0)]
    [InlineData(40, 59, 80)]
    [InlineData(0, 49, 50)]
    [InlineData(99, 200, 99)]
    [InlineData(100, 200, 100)]
    public void Rows_of_some_times_go_from_all_chunks_of_a_list(int first, int last, int left)
    {
        using var rig = new TableRig();
        var lists = new RowLists(new ValueTable(rig.Context()), sizeof(long));
        var keys = rig.Keys(1);
        var row = new byte[500];
        Batch(lists, keys, () =>
        {
            for (var i = 0; i < 100; i++)
            {
                // In another order than that of time.
                BinaryPrimitives.WriteInt64LittleEndian(row, i * 37 % 100);
                Select(lists, keys, 0);
                lists.Append(row, i);
            }
        });
        SealAndCommit(rig, lists);
        var times = new List<long>();
        Batch(lists, keys, () =>
        {
            Select(lists, keys, 0);
            lists.RemoveBetween(first, last);
            Select(lists, keys, 0);
            for (; lists.HasChunk; lists.NextChunk())
            {
                var content = lists.Content();
                for (var at = lists.Position; at < content.Length; at = RowLists.PositionAfter(content, at))
                    times.Add(RowLists.TimeOf(RowLists.RowAt(content, at)));
            }
        });
        Assert.Equal(Enumerable.Range(0, 100).Where(time => time < first || time > last).Select(time => (long)time), times.Order());
        Assert.Equal(left, times.Count);
    }

    [Fact]
    public void A_list_that_has_lost_all_rows_leaves_nothing_behind()
    {
        using var rig = new TableRig();
        var lists = new RowLists(new ValueTable(rig.Context()));
        var keys = rig.Keys(1);
        var row = new byte[700];
        Batch(lists, keys, () =>
        {
            for (var i = 0; i < 20; i++)
            {
                row[0] = (byte)i;
                Select(lists, keys, 0);
                lists.Append(row, i);
            }
        });
        SealAndCommit(rig, lists);
        Assert.True(Entries(rig, lists) > 1);
        Batch(lists, keys, () =>
        {
            for (var i = 19; i >= 0; i--)
            {
                row[0] = (byte)i;
                Select(lists, keys, 0);
                Assert.True(lists.TryRemove(row, out var note, out _));
                Assert.Equal(i, note);
            }
            Select(lists, keys, 0);
            Assert.False(lists.TryRemove(row, out _, out _));
        });
        SealAndCommit(rig, lists);
        Assert.Equal(0, Entries(rig, lists));
    }

    static int Entries(TableRig rig, RowLists lists)
    {
        var restored = new ValueTable(rig.Context(isRestored: true));
        Assert.Equal(Count(lists.Table), Count(restored));
        return Count(restored);
    }

    static int Count(ValueTable table)
    {
        using var cursor = table.Scan();
        var count = 0;
        while (cursor.MoveNext())
            count++;
        return count;
    }

    static void Batch(RowLists lists, State.Codec.KeyBatch keys, Action use)
    {
        lists.BeginBatch();
        for (var i = 0; i < keys.Count; i++)
            lists.WillSelect(keys.KeyGroup(i, TableRig.MaxParallelism), keys[i]);
        lists.Fetch();
        use();
        lists.EndBatch();
    }

    static void Select(RowLists lists, State.Codec.KeyBatch keys, int index) => lists.Select(keys.KeyGroup(index, TableRig.MaxParallelism), keys[index]);

    static void SealAndCommit(TableRig rig, RowLists lists)
    {
        var epoch = rig.BeginSeal();
        rig.Commit(epoch, lists.Table.Seal(epoch));
        lists.Table.Committed(epoch);
    }

    /// <summary>Lists beside lists of .NET: rows come, go and get other numbers; epochs are sealed, committed and told at any time; restarts.</summary>
    sealed class ModelRun(int seed, long budgetBytes, int rowBytesMax) : IDisposable
    {
        readonly Random _random = new(seed);
        readonly TableRig _rig = new();
        Dictionary<long, List<(string Row, int Note)>> _model = [];
        Dictionary<long, List<(string Row, int Note)>> _sealedModel = [];
        Dictionary<long, List<(string Row, int Note)>> _committedModel = [];
        (Epoch Epoch, SealedTable? Changes)? _uncommitted;
        bool _isApplied;
        RowLists? _lists;

        RowLists Lists => _lists ??= new RowLists(new ValueTable(_rig.Context(1 << 14, memory: new StateMemory(budgetBytes, 0))));

        public void Run()
        {
            for (var step = 0; step < 150; step++)
            {
                switch (_random.Next(8))
                {
                    case < 5: Change(); break;
                    case 5: Seal(); break;
                    case 6: Apply(); break;
                    default: Notify(); break;
                }
                if (_random.Next(50) == 0)
                    Restart();
            }
        }

        public void Dispose() => _rig.Dispose();

        // A batch of keys: those of the batch are fetched together.
        void Change()
        {
            long[] numbers = [.. Enumerable.Range(0, 4).Select(_ => (long)_random.Next(12))];
            var keys = _rig.Keys(numbers);
            Batch(Lists, keys, () =>
            {
                for (var i = 0; i < numbers.Length; i++)
                {
                    if (!_model.TryGetValue(numbers[i], out var rows))
                        _model.Add(numbers[i], rows = []);
                    Select(Lists, keys, i);
                    Assert.Equal(rows.Order(), Read().Order());
                    Select(Lists, keys, i);
                    ChangeOne(rows);
                }
            });
        }

        void ChangeOne(List<(string Row, int Note)> rows)
        {
            var row = new string((char)('a' + _random.Next(26)), _random.Next(rowBytesMax));
            switch (_random.Next(5))
            {
                case < 3:
                    Lists.Append(Bytes(row), _random.Next(3));
                    Select();
                    break;
                case 3 when rows.Count > 0:
                    row = rows[_random.Next(rows.Count)].Row;
                    Assert.True(Lists.TryRemove(Bytes(row), out var note, out _));
                    Assert.True(rows.Remove((row, note)));
                    return;
                case 3:
                    Assert.False(Lists.TryRemove(Bytes(row), out _, out _));
                    return;
                default:
                    Renumber(rows);
                    return;
            }

            // What was added is the last one with such a row.
            void Select() => rows.Add((row, LastNoteOf(row)));
        }

        int LastNoteOf(string row)
        {
            Lists.CurrentChunk = 0;
            Lists.Position = RowLists.FirstPosition;
            return Read().Last(found => found.Row == row).Note;
        }

        void Renumber(List<(string Row, int Note)> rows)
        {
            rows.Clear();
            for (; Lists.HasChunk; Lists.NextChunk())
            {
                while (Lists.Position < Lists.Content().Length)
                {
                    var at = Lists.Position;
                    Lists.SetNote(at, _random.Next(3));
                    var content = Lists.Content();
                    rows.Add((Text(RowLists.RowAt(content, at)), RowLists.NoteAt(content, at)));
                    Lists.Position = RowLists.PositionAfter(content, at);
                }
            }
        }

        List<(string Row, int Note)> Read()
        {
            var rows = new List<(string, int)>();
            for (; Lists.HasChunk; Lists.NextChunk())
            {
                var content = Lists.Content();
                for (; Lists.Position < content.Length; Lists.Position = RowLists.PositionAfter(content, Lists.Position))
                    rows.Add((Text(RowLists.RowAt(content, Lists.Position)), RowLists.NoteAt(content, Lists.Position)));
            }
            return rows;
        }

        void Seal()
        {
            if (_uncommitted is not null)
                return;
            var epoch = _rig.BeginSeal();
            _uncommitted = (epoch, Lists.Table.Seal(epoch));
            _sealedModel = Copy(_model);
        }

        void Apply()
        {
            if (_uncommitted is not { } uncommitted || _isApplied)
                return;
            _rig.Commit(uncommitted.Epoch, uncommitted.Changes);
            _isApplied = true;
            _committedModel = _sealedModel;
        }

        void Notify()
        {
            if (!_isApplied)
                return;
            Lists.Table.Committed(_uncommitted!.Value.Epoch);
            (_uncommitted, _isApplied) = (null, false);
        }

        void Restart()
        {
            _lists = new RowLists(new ValueTable(_rig.Context(1 << 14, isRestored: true, memory: new StateMemory(budgetBytes, 0))));
            (_uncommitted, _isApplied) = (null, false);
            _model = Copy(_committedModel);
        }

        static Dictionary<long, List<(string Row, int Note)>> Copy(Dictionary<long, List<(string Row, int Note)>> model) =>
            model.ToDictionary(entry => entry.Key, entry => entry.Value.ToList());

        static byte[] Bytes(string text) => System.Text.Encoding.Latin1.GetBytes(text);

        static string Text(ReadOnlySpan<byte> bytes) => System.Text.Encoding.Latin1.GetString(bytes);
    }
}
