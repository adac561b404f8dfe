using System.Globalization;
using System.Text;
using SqlStream.Cli.Hosts;
using SqlStream.Cli.Output;
using SqlStream.Cli.Terminals;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Cli.Shell;

/// <summary>Shows a query while it runs: its rows as a table that changes, or its changes one below the other, and a line with rows, rate, watermark and lag.
/// What stays on the screen is the result as it was at the end.</summary>
#pragma warning disable CA1001 // Disposed at the end of Show.
sealed class LiveQuery
#pragma warning restore CA1001
{
    const int DrawMs = 200;
    const int CharactersWaitingMax = 1 << 20;
    static readonly TimeSpan _quietTime = TimeSpan.FromMilliseconds(400);

    readonly Lock _lock = new();
    readonly StringBuilder _changes = new();
    readonly ManualResetEventSlim _mayRead = new(initialState: true);
    readonly CancellationTokenSource _stop;
    readonly Terminal _terminal;
    readonly IHostQuery _query;
    readonly TableShape _shape;
    readonly bool _isChangelog;
    readonly ResultRows _rows;
    readonly LiveStatus _status;
    readonly long _start = TimeProvider.System.GetTimestamp();
    Exception? _error;
    long _count;
    bool _isOver;
    bool _isPaused;
    bool _wasStopped;

    LiveQuery(Terminal terminal, IHostQuery query, TableShape shape, bool isChangelog, CancellationToken cancellation)
    {
        _terminal = terminal;
        _query = query;
        _shape = shape;
        _isChangelog = isChangelog;
        _rows = new ResultRows(query.IsUpdating, shape.FirstMax, shape.LastMax);
        _status = new LiveStatus(() => query.Progress, query.IsBounded, query.IsUpdating);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    }

    /// <summary>Shows a query to its end. Ctrl-C or q ends one that does not end by itself; of one that does, it is an error.</summary>
    public static void Show(Terminal terminal, IHostQuery query, TableShape shape, bool isChangelog, TextWriter output, CancellationToken cancellation)
    {
        var live = new LiveQuery(terminal, query, shape, isChangelog, cancellation);
        var reader = new Thread(live.Read) { IsBackground = true, Name = "query" };
        reader.Start();
        try
        {
            live.Watch(output);
        }
        finally
        {
            live._stop.Cancel();
            live._mayRead.Set();
            reader.Join();
            live._stop.Dispose();
            live._mayRead.Dispose();
        }
    }

    void Read()
    {
        try
        {
            while (_query.Next(_stop.Token) is { } batch)
            {
                using (batch)
                    Take(batch);
                // A query whose rows nobody takes is held back.
                _mayRead.Wait(_stop.Token);
            }
        }
#pragma warning disable CA1031 // Shown by the thread that watches.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _error = e;
        }
        lock (_lock)
            _isOver = true;
        _terminal.Wake();
    }

    void Take(IResultBatch batch)
    {
        var skipped = _isChangelog ? 0 : Skippable(batch.Rows);
        var rows = skipped == batch.Rows ? [] : batch.Texts(skipped);
        lock (_lock)
        {
            _count += batch.Rows;
            _rows.Skip(skipped);
            foreach (var (kind, values) in rows)
            {
                if (_isChangelog)
                    _changes.Append(ChangelogWriter.Line(kind, values)).Append('\n');
                else
                    _rows.Add(kind, values);
            }
            if (_changes.Length > CharactersWaitingMax)
                _mayRead.Reset();
        }
    }

    int Skippable(int rows)
    {
        lock (_lock)
            return _rows.Skippable(rows);
    }

    void Watch(TextWriter output)
    {
        var region = new ScreenRegion(_terminal);
        _terminal.BeginKeys();
        try
        {
            while (!IsOver())
            {
                Handle(_terminal.ReadKey(DrawMs), region);
                if (TimeProvider.System.GetElapsedTime(_start) > _quietTime)
                    Draw(region);
            }
            region.Erase();
        }
        finally
        {
            _terminal.EndKeys();
        }
        Finish(output);
    }

    bool IsOver()
    {
        lock (_lock)
            return _isOver;
    }

    void Handle(Key key, ScreenRegion region)
    {
        switch (key.Kind)
        {
            case KeyKind.Control when key.Text == "z":
                region.Erase();
                _terminal.Suspend();
                break;
            case KeyKind.Control when key.Text == "c":
            case KeyKind.Text when key.Text is "q" or "Q" && !_query.IsBounded:
            case KeyKind.End:
                _wasStopped = true;
                _stop.Cancel();
                break;
            case KeyKind.Text when key.Text == " ":
                _isPaused = !_isPaused;
                if (_isPaused)
                    _mayRead.Reset();
                else
                    _mayRead.Set();
                break;
            default:
                break;
        }
    }

    void Draw(ScreenRegion region)
    {
        region.Erase();
        WriteChanges(_terminal.Output);
        var layout = new ScreenLayout(_terminal.Size.Columns);
        if (!_isChangelog && !_query.IsBounded)
            AddTable(layout);
        layout.Add(_status.Line(Count(), _isPaused, _terminal.Size.Columns), _terminal.HasColours ? Style.Dim : Style.Plain);
        layout.MarkCursor();
        region.Draw(layout);
    }

    // As many rows as there is room for: of rows that only come the newest, of rows that change any.
    void AddTable(ScreenLayout layout)
    {
        const int framing = 7;
        var room = Math.Max(1, _terminal.Size.Rows - framing);
        IReadOnlyList<string?[]> shown;
        lock (_lock)
        {
            var (first, last) = _rows.Shown();
            shown = _query.IsUpdating ? [.. first.Concat(last).Take(room)] : [.. (last.Count > 0 ? last : first).TakeLast(room)];
        }
        using var box = new StringWriter { NewLine = "\n" };
        new TableBox([.. _query.Columns.Select(column => column.Name)], [.. _query.Columns.Select(column => column.Type)], shown,
            _shape with { WidthMax = _terminal.Size.Columns }).Write(box, shown, []);
        foreach (var line in box.ToString().TrimEnd('\n').Split('\n'))
        {
            layout.Add(line, Style.Plain);
            layout.NewRow();
        }
    }

    void WriteChanges(TextWriter output)
    {
        var newLine = _terminal.HasKeys ? "\r\n" : "\n";
        string changes;
        lock (_lock)
        {
            changes = _changes.ToString();
            _changes.Clear();
        }
        foreach (var line in changes.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            output.Write(ErrorPrinter.Printable(line) + newLine);
        if (!_isPaused)
            _mayRead.Set();
    }

    long Count()
    {
        lock (_lock)
            return _count;
    }

    void Finish(TextWriter output)
    {
        if (_error is not null and not OperationCanceledException)
            throw _error;
        // By a signal, too.
        _wasStopped |= _error is not null;
        if (_wasStopped && _query.IsBounded)
            throw new OperationCanceledException();
        if (_isChangelog)
        {
            WriteChanges(output);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_count} {(_count == 1 ? "change" : "changes")}"));
        }
        else
        {
            TableWriter.Write(output, _query.Columns, _rows, _shape);
        }
        if (_wasStopped)
            output.WriteLine(_status.Summary(_count));
        output.Flush();
        Check.That(_isOver);
    }
}
