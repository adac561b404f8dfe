using SqlStream.Core.Time;

namespace SqlStream.State.Tests;

/// <summary>What a backend must hold: a sorted dictionary, and change sets drawn from a seed.</summary>
sealed class StateModel(int seed)
{
    readonly Random _random = new(seed);

    public sealed class ByteOrder : IComparer<byte[]>
    {
        public int Compare(byte[]? left, byte[]? right) => left.AsSpan().SequenceCompareTo(right);
    }

    public SortedDictionary<byte[], byte[]> Entries { get; private set; } = new(new ByteOrder());

    public StateModel Copy(int newSeed) => new(newSeed) { Entries = new(Entries, new ByteOrder()) };

    /// <summary>Applies random changes to the model and writes them into change sets with disjoint key-group ranges.</summary>
    public ChangeSet[] Change(int subtasks, int changes)
    {
        var sets = new ChangeSet[subtasks];
        for (var i = 0; i < subtasks; i++)
            sets[i] = new ChangeSet();
        RemoveRanges(sets);
        for (var i = 0; i < changes; i++)
        {
            var keyGroup = (ushort)_random.Next(128);
            var key = RandomKey(keyGroup);
            var set = sets[KeyGroups.SubtaskOf(keyGroup, 128, subtasks)];
            if (_random.Next(4) == 0)
            {
                set.Delete(key);
                Entries.Remove(key);
                continue;
            }
            var value = new byte[_random.Next(_random.Next(10) == 0 ? 3000 : 40)];
            _random.NextBytes(value);
            set.Put(key, value);
            Entries[key] = value;
        }
        return sets;
    }

    // Some key groups of a table, each from one first byte of the user key to another; what the same change sets put is put after that.
    void RemoveRanges(ChangeSet[] sets)
    {
        for (var table = 0; table < 3; table++)
        {
            if (_random.Next(4) > 0)
                continue;
            var (from, to) = ((byte)_random.Next(100), (byte)(100 + _random.Next(156)));
            for (var i = _random.Next(20); i < 128; i += 1 + _random.Next(40))
            {
                var keyGroup = (ushort)i;
                sets[KeyGroups.SubtaskOf(keyGroup, 128, sets.Length)].DeleteRange((ushort)table, keyGroup, [from], [to]);
                var removed = Entries.Keys.Where(key => key[1] == table && key[3] == keyGroup && key.Length > 4 && key[4] >= from && key[4] < to).ToList();
                foreach (var key in removed)
                    Entries.Remove(key);
            }
        }
    }

    public byte[] RandomKey(ushort keyGroup)
    {
        // Few distinct keys, so that overwrites, deletes of existing keys and prefixes of each other are frequent.
        var user = new byte[_random.Next(5) == 0 ? _random.Next(3) : _random.Next(3) * 7];
        for (var i = 0; i < user.Length; i++)
            user[i] = (byte)(_random.Next(3) * 127);
        return [0, (byte)_random.Next(3), (byte)(keyGroup >> 8), (byte)keyGroup, .. user];
    }

    public static void Commit(IStateBackend backend, Epoch epoch, params ChangeSet[] sets)
    {
        var prepared = new List<IPreparedChanges>();
        foreach (var set in sets)
        {
            prepared.Add(backend.Prepare(epoch, set));
            set.Clear();
        }
        backend.Commit(epoch, prepared);
    }

    public static List<(byte[] Key, byte[] Value)> ScanAll(IStateBackend backend, byte[]? from = null, byte[]? to = null)
    {
        var entries = new List<(byte[], byte[])>();
        using var iterator = backend.Scan(from ?? [], to ?? []);
        while (iterator.MoveNext())
            entries.Add((iterator.Key.ToArray(), iterator.Value.ToArray()));
        return entries;
    }

    public static void AddFullKey(StateReadBatch batch, byte[] key) =>
        batch.AddKey((ushort)((key[0] << 8) | key[1]), (ushort)((key[2] << 8) | key[3]), key.AsSpan(4));

    public void ShouldEqual(IStateBackend backend)
    {
        var actual = ScanAll(backend);
        Assert.Equal(Entries.Select(entry => (entry.Key, entry.Value)), actual);
        var batch = new StateReadBatch();
        var keys = new List<byte[]>(Entries.Keys);
        for (var i = 0; i < 50; i++)
            keys.Add(RandomKey((ushort)_random.Next(128)));
        foreach (var key in keys)
            AddFullKey(batch, key);
        backend.MultiGet(batch);
        for (var i = 0; i < keys.Count; i++)
        {
            Assert.Equal(Entries.TryGetValue(keys[i], out var expected), batch.Found(i));
            if (expected is not null)
                Assert.Equal(expected, batch.Value(i).ToArray());
        }
    }
}
