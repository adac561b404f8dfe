using System.Runtime.InteropServices;

namespace SqlStream.Connectors.Nexmark;

/// <summary>The ids of the events of a batch, in runs of one kind. Used again for every batch of a reader.</summary>
sealed class EventBatch(int rowsMax)
{
    readonly long[] _ids = new long[rowsMax];
    readonly long[] _rounds = new long[rowsMax];
    readonly List<Run> _runs = [];
    readonly int[] _rowsOfKind = new int[3];

    /// <summary>Number of events.</summary>
    public int Rows { get; private set; }

    /// <summary>How many more there may be.</summary>
    public int Room => rowsMax - Rows;

    /// <summary>The runs, in order.</summary>
    public ReadOnlySpan<Run> Runs => CollectionsMarshal.AsSpan(_runs);

    /// <summary>Number of events of a kind.</summary>
    public int RowsOf(EventKind kind) => _rowsOfKind[(int)kind];

    /// <summary>The events of a run.</summary>
    public EventRun Of(in Run run, long baseMillis) =>
        new(_ids.AsSpan(run.Start, run.Count), _rounds.AsSpan(run.Start, run.Count), baseMillis);

    public void Clear()
    {
        _runs.Clear();
        _rowsOfKind.AsSpan().Clear();
        Rows = 0;
    }

    /// <summary>Adds consecutive events of one kind and one round.</summary>
    public void Add(EventKind kind, long firstId, long round, int count)
    {
        var ids = _ids.AsSpan(Rows, count);
        for (var i = 0; i < ids.Length; i++)
            ids[i] = firstId + i;
        _rounds.AsSpan(Rows, count).Fill(round);
        if (_runs is [.., var last] && last.Kind == kind)
            _runs[^1] = last with { Count = last.Count + count };
        else
            _runs.Add(new Run(kind, Rows, count));
        _rowsOfKind[(int)kind] += count;
        Rows += count;
    }

    /// <summary>Events of one kind that follow one another.</summary>
    public readonly record struct Run(EventKind Kind, int Start, int Count);
}
