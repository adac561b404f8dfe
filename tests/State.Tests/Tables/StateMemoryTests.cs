using System.Buffers.Binary;
using SqlStream.State.Tables;

namespace SqlStream.State.Tests.Tables;

public sealed class StateMemoryTests
{
    const int BatchRows = 500;

    /// <summary>What a batch adds, and by what the arrays that hold it grow.</summary>
    const long Slack = 256 << 10;

    [Theory]
    [InlineData(1, 1 << 20)]
    [InlineData(2, 2 << 20)]
    public void Tables_larger_than_the_budget_stay_in_it_and_hold_what_a_dictionary_holds(int seed, long budget)
    {
        const int keys = 100_000;
        var random = new Random(seed);
        using var rig = new TableRig();
        var memory = new StateMemory(budget, budget / 8);
        var tables = new[] { Table(rig, memory, 1), Table(rig, memory, 2) };
        var models = new[] { new Dictionary<long, long>(), [] };
        var touched = new TouchedEntries();
        var offsets = new int[BatchRows];
        for (var batch = 0; batch < 800; batch++)
        {
            var one = random.Next(2);
            var numbers = Enumerable.Range(0, BatchRows).Select(_ => (long)random.Next(random.Next(100) < 50 ? keys / 10 : keys)).ToList();
            tables[one].Locate(rig.Keys(numbers), [], 40, offsets, touched);
            for (var i = 0; i < numbers.Count; i++)
            {
                var value = tables[one].Memory.Slice(offsets[i], 40);
                BinaryPrimitives.WriteInt64LittleEndian(value, BinaryPrimitives.ReadInt64LittleEndian(value) + 1);
                models[one][numbers[i]] = models[one].GetValueOrDefault(numbers[i]) + 1;
            }
            tables[one].EndBatch(touched);
            if (memory.ActiveBytes >= memory.DirtyBytesMax / 2)
                EndEpoch(rig, tables);
            Assert.InRange(memory.UsedBytes, 0, budget + Slack);
        }
        Assert.False(tables[0].IsComplete);
        for (var one = 0; one < tables.Length; one++)
            Assert.Equal(models[one].OrderBy(entry => entry.Key).Select(entry => (entry.Key, entry.Value)), TableRig.Content(tables[one]));
    }

    [Fact]
    public void A_table_that_is_not_used_any_more_makes_room_for_one_that_is()
    {
        using var rig = new TableRig();
        var memory = new StateMemory(4 << 20, 0);
        var tables = new[] { Table(rig, memory, 1), Table(rig, memory, 2) };
        Fill(rig, memory, tables, tables[0]);
        Assert.True(tables[0].MemoryBytes > 2 << 20);
        Fill(rig, memory, tables, tables[1]);
        Assert.InRange(tables[0].MemoryBytes, 0, 5 << 19);
        Assert.True(tables[1].MemoryBytes > 1 << 20);
        Assert.InRange(memory.UsedBytes, 0, memory.BudgetBytes + Slack);
    }

    [Fact]
    public void A_table_in_a_budget_that_holds_it_stays_complete_and_reads_nothing()
    {
        using var rig = new TableRig();
        var memory = new StateMemory(64 << 20, 0);
        var tables = new[] { Table(rig, memory, 1) };
        Fill(rig, memory, tables, tables[0]);
        Assert.True(tables[0].IsComplete);
        Assert.Equal(0, rig.Backend.Metrics.Reads);
    }

    static ValueTable Table(TableRig rig, StateMemory memory, ushort tableId) => new(rig.Context() with { TableId = tableId, Memory = memory });

    static void Fill(TableRig rig, StateMemory memory, ValueTable[] tables, ValueTable table)
    {
        var touched = new TouchedEntries();
        var offsets = new int[BatchRows];
        for (var batch = 0; batch < 400; batch++)
        {
            var keys = rig.Keys([.. Enumerable.Range(batch * BatchRows, BatchRows).Select(i => (long)i)]);
            table.Locate(keys, [], 16, offsets, touched);
            table.EndBatch(touched);
            if (memory.ActiveBytes >= memory.DirtyBytesMax / 2)
                EndEpoch(rig, tables);
        }
        EndEpoch(rig, tables);
    }

    static void EndEpoch(TableRig rig, ValueTable[] tables)
    {
        var epoch = rig.BeginSeal();
        rig.Commit(epoch, tables.Select(table => table.Seal(epoch)).ToList());
        foreach (var table in tables)
            table.Committed(epoch);
    }
}
