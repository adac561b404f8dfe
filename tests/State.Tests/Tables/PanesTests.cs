using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SqlStream.State.Tables;

namespace SqlStream.State.Tests.Tables;

public sealed class PanesTests
{
    [Theory]
    [InlineData(long.MaxValue / 2)]
    [InlineData(20_000)]
    [InlineData(1)]
    public void Both_kinds_hold_the_sums_of_the_slices_that_they_hold(long budgetBytes)
    {
        for (var seed = 0; seed < 15; seed++)
            Run(seed, budgetBytes);
    }

    [Fact]
    public void Groups_of_slices_that_went_do_not_pile_up()
    {
        using var rig = new TableRig();
        var slices = new SliceTable(rig.Context());
        var panes = Subtracted();
        for (var end = 1; end <= 1_000; end++)
        {
            TableRig.Add(slices.Open(end), rig.Keys([.. Enumerable.Range(end * 50, 50).Select(key => (long)key)]), 1);
            panes.Add(end, slices.Open(end));
            panes.RemoveUpTo(end - 5, slices.Open);
        }

        Assert.Equal(250, Content(panes).Count);
        Assert.InRange(Groups(panes), 250, 1_000);
    }

    // The keys move on, so that groups come and go.
    static void Run(int seed, long budgetBytes)
    {
        var random = new Random(seed);
        using var rig = new TableRig();
        var slices = new SliceTable(rig.Context(memory: new StateMemory(budgetBytes, 0)));
        var model = new SortedDictionary<long, Dictionary<long, long>>();
        IPanes[] all = [Subtracted(), new PaneTable(sizeof(long), Add)];
        for (var end = 1L; end <= 120; end++)
        {
            Fill(rig, random, slices, model, end);
            if (random.Next(3) == 0)
                Commit(rig, slices);
            foreach (var panes in all)
                panes.Add(end, slices.Open(end));
            if (random.Next(4) == 0)
                Commit(rig, slices);
            if (random.Next(3) > 0)
                Remove(all, slices, model, random.Next(20) == 0 ? end : Math.Max(0, end - random.Next(3, 25)));
            var expected = model.Values.SelectMany(slice => slice).GroupBy(entry => entry.Key).Select(group => (group.Key, group.Sum(entry => entry.Value))).Order().ToList();
            foreach (var panes in all)
                Assert.Equal(expected, Content(panes));
        }
    }

    static void Fill(TableRig rig, Random random, SliceTable slices, SortedDictionary<long, Dictionary<long, long>> model, long end)
    {
        var slice = model[end] = [];
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var keys = Enumerable.Range(0, random.Next(1, 40)).Select(_ => (end * 2) + random.Next(40)).Distinct().ToArray();
            var value = random.Next(1, 100);
            TableRig.Add(slices.Open(end), rig.Keys(keys), value);
            foreach (var key in keys)
                slice[key] = slice.GetValueOrDefault(key) + value;
        }
    }

    static void Remove(IPanes[] all, SliceTable slices, SortedDictionary<long, Dictionary<long, long>> model, long end)
    {
        foreach (var panes in all)
            panes.RemoveUpTo(end, slices.Open);
        foreach (var gone in model.Keys.TakeWhile(known => known <= end).ToList())
        {
            model.Remove(gone);
            slices.Drop(gone);
        }
    }

    static void Commit(TableRig rig, SliceTable slices)
    {
        var changes = new List<SealedTable>();
        var epoch = rig.BeginSeal();
        slices.Seal(epoch, changes);
        if (changes.Count == 0)
            return;
        rig.Commit(epoch, changes);
        slices.Committed(epoch);
    }

    static SubtractedPanes Subtracted() => new(sizeof(long), Add, Subtract);

    static void Add(Span<byte> targetMemory, ReadOnlySpan<int> targets, ReadOnlySpan<byte> sourceMemory, ReadOnlySpan<int> sources)
    {
        for (var i = 0; i < targets.Length; i++)
            MemoryMarshal.AsRef<long>(targetMemory[targets[i]..]) += MemoryMarshal.Read<long>(sourceMemory[sources[i]..]);
    }

    static void Subtract(Span<byte> targetMemory, ReadOnlySpan<int> targets, ReadOnlySpan<byte> sourceMemory, ReadOnlySpan<int> sources)
    {
        for (var i = 0; i < targets.Length; i++)
            MemoryMarshal.AsRef<long>(targetMemory[targets[i]..]) -= MemoryMarshal.Read<long>(sourceMemory[sources[i]..]);
    }

    static List<(long Key, long Value)> Content(IPanes panes)
    {
        var content = new List<(long Key, long Value)>();
        using var cursor = panes.Scan();
        while (cursor.MoveNext())
        {
            var value = BinaryPrimitives.ReadInt64LittleEndian(cursor.Value);
            if (value != 0)
                content.Add((TableRig.Number(cursor.Key), value));
        }
        content.Sort();
        if (panes is SubtractedPanes)
            Assert.Equal(content, InPlace(panes));
        return content;
    }

    static List<(long Key, long Value)> InPlace(IPanes panes)
    {
        var content = new List<(long Key, long Value)>();
        using var cursor = (IGroupMemory)panes.Scan();
        var (values, keys) = (new int[7], new (int Start, int Length)[7]);
        for (var count = cursor.Next(values, keys); count > 0; count = cursor.Next(values, keys))
        {
            for (var i = 0; i < count; i++)
            {
                var value = BinaryPrimitives.ReadInt64LittleEndian(cursor.Memory[values[i]..]);
                if (value != 0)
                    content.Add((TableRig.Number(cursor.Memory.Slice(keys[i].Start, keys[i].Length)), value));
            }
        }
        content.Sort();
        return content;
    }

    static int Groups(IPanes panes)
    {
        using var cursor = panes.Scan();
        var count = 0;
        while (cursor.MoveNext())
            count++;
        return count;
    }
}
