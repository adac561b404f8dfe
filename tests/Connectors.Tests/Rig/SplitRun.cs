using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Testing;

namespace SqlStream.Connectors.Tests;

/// <summary>Reads splits as a scan does, and keeps rows, positions and bad rows.</summary>
sealed class SplitRun : IBadRowHandler
{
    readonly ManualResetEventSlim _woken = new();
    int _wakes;

    public ColumnPool Pool { get; } = new(poison: true);

    public ManualClock Clock { get; } = new();

    public IEdgeScheduler Edge { get; init; } = new InlineEdge();

    public int BatchRows { get; init; } = 4096;

    /// <summary>What the source is told to leave out.</summary>
    public RowPredicate? Predicate { get; init; }

    /// <summary>So many rows of each split are enough.</summary>
    public long? RowsMax { get; init; }

    public List<string> Rows { get; } = [];

    public List<string> BadRows { get; } = [];

    /// <summary>What the reader said of the outside, each once.</summary>
    public List<string?> Troubles { get; } = [];

    public List<byte[]> BadBytes { get; } = [];

    /// <summary>Position after each batch, and how many good and bad rows there were by then.</summary>
    public List<(string Position, int Rows, int BadRows)> Positions { get; } = [];

    public int Wakes => Volatile.Read(ref _wakes);

    /// <summary>How long to wait for a reader that says that it will wake its subtask; not at all where edge work runs within the calls.</summary>
    public TimeSpan Patience { get; init; }

    public static IReadOnlyList<SourceSplit> Splits(ISource source, int parallelism = 1) =>
        source.CreateEnumerator(new SourceContext(new ManualClock(), parallelism), null).Discover(default).Splits;

    public static List<string> ReadAll(
        ISource source, IReadOnlyList<int> columns, int batchRows = 4096, TimeSpan patience = default)
    {
        var run = new SplitRun { BatchRows = batchRows, Patience = patience };
        foreach (var split in Splits(source).OrderBy(split => split.Id, StringComparer.Ordinal))
            run.Read(source, columns, split);
        Assert.Empty(run.BadRows);
        return run.Rows;
    }

    public SplitReaderContext Context(IReadOnlyList<int> columns) => new()
    {
        ReadColumns = columns,
        Predicate = Predicate,
        RowsMax = RowsMax,
        Pool = Pool,
        BatchRows = BatchRows,
        Edge = Edge,
        Clock = Clock,
        Place = (0, 1),
        BadRows = this,
        TellTrouble = reason =>
        {
            lock (Troubles)
            {
                if (Troubles.Count == 0 ? reason is not null : Troubles[^1] != reason)
                    Troubles.Add(reason);
            }
        },
        Wake = () =>
        {
            Interlocked.Increment(ref _wakes);
            _woken.Set();
        },
    };

    /// <summary>Reads a split to its end, or until all that there is at the moment has been read.</summary>
    public ReadStatus Read(ISource source, IReadOnlyList<int> columns, SourceSplit split, string? position = null)
    {
        ReadStatus status;
        using (var reader = source.CreateReader(Context(columns), split, position))
            status = Read(reader);
        Assert.Equal(0, Pool.Outstanding);
        return status;
    }

    public ReadStatus Read(ISplitReader reader) =>
        ReadUntil(reader, status => status != ReadStatus.Waiting || Patience == default);

    /// <summary>Reads on, beyond the end of what there is, until there are so many rows, good and bad.</summary>
    public void ReadRows(ISplitReader reader, int rows) =>
        ReadUntil(reader, status => status == ReadStatus.End || Rows.Count + BadRows.Count >= rows);

    /// <summary>Reads until an answer other than a batch is what is waited for; before it reads again it waits to be woken.</summary>
    public ReadStatus ReadUntil(ISplitReader reader, Func<ReadStatus, bool> isDone)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            _woken.Reset();
            var status = reader.Read(out var batch);
            if (status != ReadStatus.Batch)
            {
                if (isDone(status))
                    return status;
                var rest = Patience - TimeProvider.System.GetElapsedTime(start);
                if (rest <= TimeSpan.Zero || !_woken.Wait(rest))
                    throw new TimeoutException($"{status} after {Rows.Count} rows and {Wakes} wakes in {Patience.TotalSeconds} s");
                continue;
            }
            Rows.AddRange(Tests.Rows.Text(batch!));
            batch!.Release();
            Positions.Add((reader.Position, Rows.Count, BadRows.Count));
        }
    }

    public void Handle(ReadOnlySpan<byte> raw, string position, string error)
    {
        BadRows.Add($"{position}: {error}");
        BadBytes.Add(raw.ToArray());
        Assert.True(Encoding.UTF8.GetByteCount(error) > 0);
    }
}
