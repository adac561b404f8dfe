using SqlStream.State.Checkpoints;

namespace SqlStream.Execution.Recovery;

/// <summary>What becomes of the accumulators of one operator whose aggregates have changed.</summary>
sealed class AggregateMatch
{
    const int RowsBytes = sizeof(long);
    const string AllRows = "(*)";

    readonly IReadOnlyList<ManifestAggregate> _old;
    readonly IReadOnlyList<ManifestAggregate> _now;
    readonly int[] _source;
    readonly IReadOnlyList<AccumulatorCopy>?[] _copies;

    public AggregateMatch(IReadOnlyList<ManifestAggregate> old, IReadOnlyList<ManifestAggregate> now)
    {
        _old = old;
        _now = now;
        _source = new int[now.Count];
        _copies = new IReadOnlyList<AccumulatorCopy>?[now.Count];
        Array.Fill(_source, -1);
        // What is the very same call comes first, so that a widened one cannot take its place.
        Match(static (before, after) => before.Function == after.Function && before.Types.SequenceEqual(after.Types), exclusive: true);
        Match(static (before, after) => before.Function == after.Function, exclusive: true);
        Match(static (_, _) => true, exclusive: false);
    }

    /// <summary>Aggregates whose value before now cannot be known.</summary>
    public IEnumerable<ManifestAggregate> Added => _now.Where((aggregate, index) => _copies[index] is null && !IsRowCount(aggregate));

    /// <summary>Number of aggregates that go on with what is stored.</summary>
    public int Kept => _copies.Count(copies => copies is not null);

    /// <summary>Length of the value of a group before.</summary>
    public int OldBytes => RowsBytes + _old.Sum(aggregate => aggregate.Bytes);

    /// <summary>Length of the value of a group now.</summary>
    public int NewBytes => RowsBytes + _now.Sum(aggregate => aggregate.Bytes);

    /// <summary>What changes, for people; empty if nothing does.</summary>
    public IReadOnlyList<string> Changes
    {
        get
        {
            var lines = new List<string>();
            for (var i = 0; i < _now.Count; i++)
            {
                if (_copies[i] is null)
                    lines.Add(IsRowCount(_now[i]) ? $"{_now[i].Text} taken from the number of rows" : $"{_now[i].Text} added");
                else if (_old[_source[i]].Function != _now[i].Function)
                    lines.Add($"{_now[i].Text} taken from {_old[_source[i]].Text}");
                else if (!_old[_source[i]].Types.SequenceEqual(_now[i].Types))
                    lines.Add($"{_now[i].Text} from {string.Join(", ", _old[_source[i]].Types)} to {string.Join(", ", _now[i].Types)}");
            }
            lines.AddRange(_old.Where((_, index) => !_source.Contains(index)).Select(aggregate => $"{aggregate.Text} removed"));
            if (lines.Count == 0 && !Copies.SequenceEqual(Identity))
                lines.Add("order of aggregates");
            return lines;
        }
    }

    /// <summary>True if stored values must be written anew.</summary>
    public bool RewritesValues => OldBytes != NewBytes || !Merged(Copies).SequenceEqual(Merged(Identity));

    /// <summary>How a value becomes one of now; what is not copied stays zero, the empty accumulator.</summary>
    public IReadOnlyList<AccumulatorCopy> Copies
    {
        get
        {
            var copies = new List<AccumulatorCopy> { new(CopyKind.Bytes, 0, RowsBytes, 0, RowsBytes) };
            for (var i = 0; i < _now.Count; i++)
            {
                var to = Offset(_now, i);
                if (_copies[i] is { } pieces)
                    copies.AddRange(pieces.Where(piece => piece.ToBytes > 0).Select(piece => piece.At(Offset(_old, _source[i]), to)));
            }
            return copies;
        }
    }

    /// <summary>Old names of tables by their new ones; tables that are not in it begin empty.</summary>
    public IReadOnlyDictionary<string, string> Tables
    {
        get
        {
            var tables = new Dictionary<string, string>();
            for (var i = 0; i < _now.Count; i++)
            {
                if (_source[i] < 0 || _old[_source[i]] is not { } old)
                    continue;
                if (_now[i].DistinctTable is { } distinct && old.DistinctTable is { } oldDistinct)
                    tables[distinct] = oldDistinct;
                if (_now[i].ValueTable is { } values && old.ValueTable is { } oldValues)
                    tables.Add(values, oldValues);
            }
            return tables;
        }
    }

    /// <summary>How the counts in tables of DISTINCT lie now, by the old names of the tables: only those that must be written anew.</summary>
    /// <param name="tailBytes">What stands behind the counts.</param>
    public IEnumerable<(string Table, int OldBytes, int NewBytes, IReadOnlyList<AccumulatorCopy> Copies)> DistinctRewrites(int tailBytes)
    {
        foreach (var members in Enumerable.Range(0, _now.Count).Where(index => _source[index] >= 0 && _now[index].DistinctTable is not null).GroupBy(index => _now[index].DistinctTable!))
        {
            var table = _old[_source[members.First()]].DistinctTable!;
            var copies = members
                .Select(index => new AccumulatorCopy(CopyKind.Bytes, CountOffset(_old, _source[index]), sizeof(long), CountOffset(_now, index), sizeof(long)))
                .ToList();
            var (before, after) = (CountBytes(_old, table), CountBytes(_now, members.Key));
            if (before == after && copies.TrueForAll(copy => copy.From == copy.To))
                continue;
            copies.Add(new AccumulatorCopy(CopyKind.Bytes, before, tailBytes, after, tailBytes));
            yield return (table, before + tailBytes, after + tailBytes, copies);
        }
    }

    IEnumerable<AccumulatorCopy> Identity => _old
        .Select((aggregate, index) => new AccumulatorCopy(CopyKind.Bytes, Offset(_old, index), aggregate.Bytes, Offset(_old, index), aggregate.Bytes))
        .Where(piece => piece.ToBytes > 0)
        .Prepend(new AccumulatorCopy(CopyKind.Bytes, 0, RowsBytes, 0, RowsBytes));

    void Match(Func<ManifestAggregate, ManifestAggregate, bool> fits, bool exclusive)
    {
        for (var i = 0; i < _now.Count; i++)
        {
            for (var j = 0; j < _old.Count && _source[i] < 0; j++)
            {
                if (_old[j].Origin != _now[i].Origin || (exclusive && _source.Contains(j)) || !fits(_old[j], _now[i]))
                    continue;
                // A table of values cannot be shared by two aggregates.
                if (AccumulatorCopy.Between(_old[j], _now[i]) is not { } copies || (!exclusive && HasTable(_old[j])) || !SharesTable(i, j))
                    continue;
                _source[i] = j;
                _copies[i] = copies;
            }
        }
    }

    // Aggregates whose counts lie together now must have lain together.
    bool SharesTable(int now, int old)
    {
        for (var i = 0; i < _now.Count; i++)
        {
            if (_source[i] < 0 || _now[i].DistinctTable is null || _old[_source[i]].DistinctTable is not { } table)
                continue;
            if ((_now[i].DistinctTable == _now[now].DistinctTable) != (table == _old[old].DistinctTable))
                return false;
        }
        return true;
    }

    // Adjacent pieces that stay together are one, so that two ways to say the same are equal.
    static List<AccumulatorCopy> Merged(IEnumerable<AccumulatorCopy> copies)
    {
        var merged = new List<AccumulatorCopy>();
        foreach (var copy in copies)
        {
            var piece = copy.Kind == CopyKind.SignExtend && copy.FromBytes == copy.ToBytes ? copy with { Kind = CopyKind.Bytes } : copy;
            if (merged is [.., { Kind: CopyKind.Bytes } last] && piece.Kind == CopyKind.Bytes
                && last.From + last.FromBytes == piece.From && last.To + last.ToBytes == piece.To)
            {
                merged[^1] = last with { FromBytes = last.FromBytes + piece.FromBytes, ToBytes = last.ToBytes + piece.ToBytes };
                continue;
            }
            merged.Add(piece);
        }
        return merged;
    }

    static bool IsRowCount(ManifestAggregate aggregate) => aggregate is { Function: "COUNT", Origin: AllRows, DistinctTable: null };

    static bool HasTable(ManifestAggregate aggregate) => aggregate.DistinctTable is not null || aggregate.ValueTable is not null;

    // The counts of a table of DISTINCT lie in the order of its aggregates.
    static int CountOffset(IReadOnlyList<ManifestAggregate> aggregates, int index) =>
        sizeof(long) * aggregates.Take(index).Count(aggregate => aggregate.DistinctTable == aggregates[index].DistinctTable);

    static int CountBytes(IReadOnlyList<ManifestAggregate> aggregates, string table) => sizeof(long) * aggregates.Count(aggregate => aggregate.DistinctTable == table);

    static int Offset(IReadOnlyList<ManifestAggregate> aggregates, int index) => RowsBytes + aggregates.Take(index).Sum(aggregate => aggregate.Bytes);
}
