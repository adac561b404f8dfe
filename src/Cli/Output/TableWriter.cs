using System.Text;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Engine.Results;
using SqlStream.Engine.Sessions;

namespace SqlStream.Cli.Output;

/// <summary>A box with the columns' names and types. The result of an updating query is folded into its final rows first;
/// rows beyond a limit are counted, not kept.</summary>
sealed class TableWriter(Session session, TextWriter output) : IResultWriter
{
    const int RowsShownMax = 10_000;
    const int WidthMax = 60;

    readonly List<string?[]> _rows = [];
    readonly Dictionary<string, int> _live = [];
    Schema _columns = Schema.Empty;
    ResultText? _text;
    bool _isUpdating;
    bool _isListing;
    long _total;

    int CellWidthMax => _isListing ? int.MaxValue : WidthMax;

    public void Begin(Schema columns, bool isUpdating, bool isListing = false)
    {
        _isListing = isListing;
        _columns = columns;
        _text = session.TextOf(columns);
        _isUpdating = isUpdating;
        _rows.Clear();
        _live.Clear();
        _total = 0;
    }

    public void Write(Batch batch)
    {
        foreach (var (kind, values) in _text!.Rows(batch))
        {
            if (_isUpdating)
                Fold(kind, values);
            else if (_total++ < RowsShownMax)
                _rows.Add(values);
        }
    }

    public void End()
    {
        var rows = _isUpdating ? [.. _live.SelectMany(entry => Enumerable.Repeat(Unkey(entry.Key), entry.Value))] : _rows;
        if (_isUpdating)
            _total = rows.Count;
        Print([.. _columns.Fields.Select(column => column.Name)], [.. _columns.Fields.Select(column => column.Type.WithNullability(true).ToString())], rows);
        var shown = Math.Min(rows.Count, RowsShownMax);
        output.WriteLine(_total > shown
            ? $"{_total} rows ({shown} shown; --output csv or ndjson gives all)"
            : _total == 1 ? "1 row" : $"{_total} rows");
        output.Flush();
    }

    /// <summary>Prints a box without cutting anything off.</summary>
    public void PrintListing(IReadOnlyList<string> names, IReadOnlyList<string?[]> rows)
    {
        _isListing = true;
        Print(names, null, rows);
    }

    void Print(IReadOnlyList<string> names, IReadOnlyList<string>? types, IReadOnlyList<string?[]> rows)
    {
        var widths = new int[names.Count];
        for (var i = 0; i < widths.Length; i++)
        {
            widths[i] = Math.Max(CellText.Width(names[i]), types is null ? 0 : CellText.Width(types[i]));
            foreach (var row in rows.Take(RowsShownMax))
                widths[i] = Math.Min(CellWidthMax, Math.Max(widths[i], Lines(row[i]).Max(CellText.Width)));
        }
        var right = types?.Select(IsNumber).ToArray() ?? new bool[names.Count];
        Line('┌', '┬', '┐', widths);
        Cells(names, widths, new bool[names.Count]);
        if (types is not null)
            Cells(types, widths, new bool[names.Count]);
        Line('├', '┼', '┤', widths);
        foreach (var row in rows.Take(RowsShownMax))
            Row([.. row.Select(Lines)], widths, right);
        Line('└', '┴', '┘', widths);
    }

    // What a statement tells, such as a path or a definition, is there to be read and copied as it is.
    IReadOnlyList<string> Lines(string? value) => _isListing ? CellText.Lines(value) : [CellText.Of(value)];

    void Row(IReadOnlyList<string>[] cells, int[] widths, bool[] right)
    {
        for (var line = 0; line < cells.Max(cell => cell.Count); line++)
            Cells([.. cells.Select(cell => line < cell.Count ? cell[line] : "")], widths, right);
    }

    static bool IsNumber(string type) =>
        type is "TINYINT" or "SMALLINT" or "INT" or "BIGINT" or "FLOAT" or "DOUBLE" || type.StartsWith("DECIMAL", StringComparison.Ordinal);

    void Line(char left, char middle, char end, int[] widths) =>
        output.WriteLine(left + string.Join(middle, widths.Select(width => new string('─', width + 2))) + end);

    void Cells(IReadOnlyList<string> cells, int[] widths, bool[] right)
    {
        var line = new StringBuilder("│");
        for (var i = 0; i < widths.Length; i++)
        {
            var cell = CellText.Cut(cells[i], widths[i]);
            var padding = new string(' ', widths[i] - CellText.Width(cell));
            line.Append(' ').Append(right[i] ? padding + cell : cell + padding).Append(" │");
        }
        output.WriteLine(line);
    }

    void Fold(RowKind kind, string?[] values)
    {
        var key = Key(values);
        var count = _live.GetValueOrDefault(key) + kind.Sign();
        if (count == 0)
            _live.Remove(key);
        else
            _live[key] = count;
    }

    static string Key(string?[] values) => string.Join('\u0001', values.Select(value => value ?? "\u0002"));

    static string?[] Unkey(string key) => [.. key.Split('\u0001').Select(value => value == "\u0002" ? null : value)];
}
