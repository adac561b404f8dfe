using SqlStream.Core.Rows;
using SqlStream.Testing.Simulation;

namespace SqlStream.Simulation.Tests;

/// <summary>The input of a run: a pure function of the seed, so that the reference needs no run without faults.</summary>
/// <remarks>Times are out of order within four seconds, which the watermark's five allow; a split that is found later holds later
/// times than all splits before it. So no row is ever late.</remarks>
sealed class SimWorkload
{
    const long StepMicros = 300_000;
    const int DisorderMicros = 4_000_000;

    public SimWorkload(int seed, TimeSpan start)
    {
        var random = new Random(seed);
        var keys = random.Next(4) switch { 0 => 300, 1 => 1500, _ => 1 + random.Next(12) };
        var rows = 20 + random.Next(random.Next(3) == 0 ? 500 : 80);
        var early = 1 + random.Next(4);
        var late = random.Next(3) == 0 ? 0 : 1 + random.Next(8);
        var eventSplits = new List<SimSplit>();
        var accountSplits = new List<SimSplit>();
        var together = random.Next(2) == 0;
        var lateFrom = start + TimeSpan.FromMilliseconds(100 + random.Next(15_000));
        var from = 0L;
        for (var split = 0; split < early + late; split++)
        {
            var foundAt = split < early ? start : together ? lateFrom : start + TimeSpan.FromMilliseconds(100 + random.Next(15_000));
            if (split >= early)
                from += (rows * StepMicros) + DisorderMicros + 6_000_000;
            eventSplits.Add(new SimSplit(foundAt, Events(random, split, rows, keys, from)));
            accountSplits.Add(new SimSplit(foundAt, Accounts(random, split, early + late, rows, keys)));
        }
        Tables = new Dictionary<string, SimTable>
        {
            ["events"] = new(InOrder(eventSplits)),
            ["bounded_events"] = new(InOrder(eventSplits)),
            ["accounts"] = new(InOrder(accountSplits)),
        };
    }

    public IReadOnlyDictionary<string, SimTable> Tables { get; }

    public IReadOnlyList<Event> AllEvents =>
        [.. Rows("events").Select(row => new Event((long)row.Values[0]!, (long)row.Values[1]!, (long)row.Values[2]!, (long)row.Values[3]!))];

    public IReadOnlyList<Change> AllChanges =>
        [.. Rows("accounts").Select(row => new Change(row.Kind, (long)row.Values[0]!, (long?)row.Values[1], (long?)row.Values[2]))];

    IEnumerable<(RowKind Kind, object?[] Values)> Rows(string table) => Tables[table].Splits.SelectMany(split => split.Rows);

    // Splits are found in the order of the list.
    static List<SimSplit> InOrder(List<SimSplit> splits)
    {
        var ordered = new List<SimSplit>();
        var latest = TimeSpan.Zero;
        foreach (var split in splits)
        {
            latest = split.FoundAt > latest ? split.FoundAt : latest;
            ordered.Add(split with { FoundAt = latest });
        }
        return ordered;
    }

    static List<(RowKind, object?[])> Events(Random random, int split, int rows, int keys, long from)
    {
        var result = new List<(RowKind, object?[])>();
        for (var i = 0; i < rows; i++)
        {
            var micros = from + (i * StepMicros) + (random.Next(DisorderMicros / 1000) * 1000L);
            result.Add((RowKind.Insert, [(split * 1_000_000L) + i, (long)random.Next(keys), (long)random.Next(100), micros]));
        }
        return result;
    }

    // A key lives in one split, so that its changes have an order.
    static List<(RowKind, object?[])> Accounts(Random random, int split, int splits, int rows, int keys)
    {
        var result = new List<(RowKind, object?[])>();
        for (var i = 0; i < rows; i++)
        {
            var key = ((long)random.Next(keys) * splits) + split;
            if (random.Next(6) == 0)
                result.Add((RowKind.Delete, [key, null, null]));
            else
                result.Add((random.Next(2) == 0 ? RowKind.Insert : RowKind.UpdateAfter, [key, (long)random.Next(5), (long)random.Next(50)]));
        }
        return result;
    }
}
