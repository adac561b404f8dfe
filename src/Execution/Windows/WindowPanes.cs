using SqlStream.Execution.Operators;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Windows;

/// <summary>Windows that share slices: which window is next, and what it holds.</summary>
/// <remarks>Windows are opened in the order of their ends, and each is closed before the next one is opened. A window is opened although
/// nothing came since the one before: its rows are others.</remarks>
sealed class WindowPanes
{
    readonly IWindowSlices _slices;
    readonly SliceTable _table;
    readonly IPanes _panes;
    readonly Func<long, ValueTable> _open;
    readonly List<long> _added = [];
    long _merged = long.MinValue;
    long _closed = long.MinValue;
    bool _isStale;

    public WindowPanes(IWindowSlices slices, SliceTable table, AggregateSet aggregates)
    {
        _slices = slices;
        _table = table;
        _open = table.Open;
        _panes = aggregates.IsSubtractable
            ? new SubtractedPanes(aggregates.ValueBytes, aggregates.Merge, aggregates.Unmerge)
            : new PaneTable(aggregates.ValueBytes, aggregates.Merge);
    }

    /// <summary>The end of the first window that holds an open slice, was not closed yet, and satisfies a condition that later ones satisfy
    /// too; null if no slice is open.</summary>
    public long? Next(Func<long, bool> isEarlier)
    {
        if (_table.FirstEnd is not { } first)
            return null;
        var window = _slices.FirstWindowOf(first);
        while (window <= _closed || isEarlier(window))
            window = _slices.NextWindow(window);
        return window;
    }

    /// <summary>Rows were added to a slice.</summary>
    public void Added(long sliceEnd) => _isStale |= sliceEnd <= _merged;

    /// <summary>The groups of a window.</summary>
    public IGroupCursor Open(long window)
    {
        var start = _slices.StartOf(window);
        if (_isStale)
            Forget();
        _panes.RemoveUpTo(start, _open);
        foreach (var end in _table.Ends)
        {
            if (end > window)
                break;
            if (end <= _merged || end <= start)
                continue;
            _added.Add(end);
        }
        foreach (var end in _added)
        {
            _panes.Add(end, _table.Open(end));
            _merged = end;
        }
        _added.Clear();
        return _panes.Scan();
    }

    /// <summary>A window was told: slices that no later one holds are dropped.</summary>
    public void Close(long window)
    {
        _closed = window;
        long? last = null;
        foreach (var end in _table.Ends)
        {
            if (_slices.LastWindowOf(end) > window)
                break;
            last = end;
        }
        if (last is not { } dropped)
            return;
        // The panes take it away while it is there.
        if (!_isStale)
            _panes.RemoveUpTo(dropped, _open);
        while (_table.FirstEnd is { } end && end <= dropped)
            _table.Drop(end);
    }

    // A row came late for some windows of its slice, but not for all.
    void Forget()
    {
        _panes.Clear();
        _merged = long.MinValue;
        _isStale = false;
    }
}
