using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SqlStream.Core.Time;
using SqlStream.State.Tables;

namespace SqlStream.State.Tests.Tables;

public sealed class OpenSessionsTests
{
    const long Gap = 64_000;
    const long Tick = 1_000;

    [Theory]
    [InlineData(long.MaxValue / 2)]
    [InlineData(20_000)]
    [InlineData(1)]
    public void Random_rows_watermarks_checkpoints_and_restarts_agree_with_sorting_the_rows_of_each_key(long budgetBytes)
    {
        for (var seed = 0; seed < 15; seed++)
        {
            using var run = new ModelRun(seed, budgetBytes);
            run.Run();
        }
    }

    [Fact]
    public void A_key_with_thousands_of_open_sessions_gives_each_of_them()
    {
        using var rig = new TableRig();
        var sessions = New(rig, isRestored: false, StateMemory.Unlimited());
        var offsets = new int[1];
        for (var i = 0; i < 5_000; i++)
            Add(sessions, rig, [1], [i * 2 * Gap], offsets);
        sessions.Watermark = EventTime.PlusInfinity;
        Assert.Equal(Enumerable.Range(0, 5_000).Select(i => (1L, i * 2 * Gap, (i * 2 * Gap) + Gap, 1L)), Closed(sessions));
        Assert.True(sessions.IsEmpty);
    }

    static OpenSessions New(TableRig rig, bool isRestored, StateMemory memory) =>
        new(rig.Context(isRestored: isRestored, memory: memory), rig.Context(isRestored: isRestored, memory: memory) with { TableId = 2 }, Gap, Tick, new Sums());

    // Every row counts one.
    static void Add(OpenSessions sessions, TableRig rig, long[] keys, long[] times, int[] offsets)
    {
        sessions.Locate(rig.Keys(keys), times, offsets);
        foreach (var offset in offsets.AsSpan(0, keys.Length))
        {
            if (offset >= 0)
                MemoryMarshal.AsRef<long>(sessions.Table.Memory[offset..])++;
        }
    }

    static List<(long Key, long Start, long End, long Rows)> Closed(OpenSessions sessions)
    {
        var closed = new List<(long, long, long, long)>();
        if (!sessions.HasDue())
            return closed;
        using var cursor = sessions.Close();
        while (cursor.MoveNext())
            closed.Add((TableRig.Number(cursor.Key), cursor.Start, cursor.End, BinaryPrimitives.ReadInt64LittleEndian(cursor.Value)));
        closed.Sort();
        return closed;
    }

    sealed class Sums : ISessionValues
    {
        public int ValueBytes => sizeof(long);

        public void Begin(Span<byte> value, long micros) => Assert.Equal(0, MemoryMarshal.Read<long>(value));

        public void Merge(ushort keyGroup, ReadOnlySpan<byte> key, Span<byte> target, ReadOnlySpan<byte> source) =>
            MemoryMarshal.AsRef<long>(target) += MemoryMarshal.Read<long>(source);
    }

    sealed class ModelRun : IDisposable
    {
        readonly TableRig _rig = new();
        readonly Random _random;
        readonly long _budgetBytes;
        readonly int[] _offsets = new int[64];
        OpenSessions _sessions;
        SortedDictionary<(long Key, long Start), (long End, long Rows)> _model = [];
        long _watermark;
        (Epoch Epoch, List<SealedTable> Changes)? _uncommitted;
        bool _isApplied;
        (SortedDictionary<(long, long), (long, long)> Model, byte[] Saved, long Watermark) _sealed;
        (SortedDictionary<(long, long), (long, long)> Model, byte[] Saved, long Watermark) _committed;

        public ModelRun(int seed, long budgetBytes)
        {
            _random = new Random(seed);
            _budgetBytes = budgetBytes;
            _sessions = New(_rig, isRestored: false, new StateMemory(budgetBytes, 0));
            _sessions.Watermark = new EventTime(0);
            _committed = (new(_model), _sessions.Save(), 0);
        }

        public void Run()
        {
            for (var step = 0; step < 250; step++)
            {
                switch (_random.Next(10))
                {
                    case < 5: Write(); break;
                    case 5 or 6: Advance(_random.Next(3) == 0 ? _random.Next(300_000) : _random.Next(5_000)); break;
                    case 7: Seal(); break;
                    case 8: Apply(); break;
                    default: Notify(); break;
                }
                if (_random.Next(60) == 0)
                    Restart();
            }
            Advance(100_000_000);
            Assert.Empty(_model);
            Assert.True(_sessions.IsEmpty);
        }

        public void Dispose() => _rig.Dispose();

        void Write()
        {
            var rows = 1 + _random.Next(40);
            var keys = Enumerable.Range(0, rows).Select(_ => (long)_random.Next(12)).ToArray();
            var times = keys.Select(_ => _watermark + ((_random.Next(900) - 200) * 1_000L)).ToArray();
            Add(_sessions, _rig, keys, times, _offsets);
            for (var i = 0; i < rows; i++)
                Assert.Equal(AddToModel(keys[i], times[i]), _offsets[i] >= 0);
        }

        // False if the row is late.
        bool AddToModel(long key, long time)
        {
            var met = _model.Where(session => session.Key.Key == key && session.Key.Start <= time + Gap && session.Value.End >= time).ToList();
            if (met.Count == 0 && time + Gap - Tick <= _watermark)
                return false;
            foreach (var session in met)
                _model.Remove(session.Key);
            var start = met.Select(session => session.Key.Start).Append(time).Min();
            _model[(key, start)] = (met.Select(session => session.Value.End).Append(time + Gap).Max(), met.Sum(session => session.Value.Rows) + 1);
            return true;
        }

        void Advance(long micros)
        {
            _watermark += micros;
            _sessions.Watermark = new EventTime(_watermark);
            var due = _model.Where(session => session.Value.End - Tick <= _watermark).ToList();
            foreach (var session in due)
                _model.Remove(session.Key);
            Assert.Equal(due.Select(session => (session.Key.Key, session.Key.Start, session.Value.End, session.Value.Rows)), Closed(_sessions));
        }

        void Seal()
        {
            if (_uncommitted is not null)
                return;
            var changes = new List<SealedTable>();
            var epoch = _rig.BeginSeal();
            _sessions.Seal(epoch, changes);
            _uncommitted = (epoch, changes);
            _isApplied = false;
            _sealed = (new(_model), _sessions.Save(), _watermark);
        }

        void Apply()
        {
            if (_uncommitted is not { } due || _isApplied)
                return;
            _rig.Commit(due.Epoch, due.Changes);
            _isApplied = true;
            _committed = _sealed;
        }

        void Notify()
        {
            if (_uncommitted is not { } due || !_isApplied)
                return;
            _sessions.Committed(due.Epoch);
            _uncommitted = null;
        }

        void Restart()
        {
            _sessions = New(_rig, isRestored: true, new StateMemory(_budgetBytes, 0));
            _sessions.Restore(_committed.Saved);
            Assert.Equal(_committed.Watermark, _sessions.Watermark.Micros);
            _uncommitted = null;
            (_model, _watermark) = (new(_committed.Model), _committed.Watermark);
        }
    }
}
