using System.Text;

namespace SqlStream.Cli.Output;

/// <summary>Draws rows as a box that fits where it is shown.</summary>
sealed class TableBox
{
    const int CellWidthMin = 10;
    const char Gap = '…';

    readonly TableShape _shape;
    readonly bool _isListing;
    readonly IReadOnlyList<string> _names;
    readonly IReadOnlyList<string>? _types;
    readonly List<int> _columns;
    readonly int[] _widths;
    readonly bool[] _right;

    /// <summary>A box for columns and the rows that will be in it.</summary>
    /// <param name="names">Names of the columns.</param>
    /// <param name="types">Types of the columns; null to show none.</param>
    /// <param name="rows">All rows that will be shown.</param>
    /// <param name="shape">How much is shown.</param>
    /// <param name="isListing">Cells keep their lines, and nothing is cut off.</param>
    public TableBox(IReadOnlyList<string> names, IReadOnlyList<string>? types, IEnumerable<string?[]> rows, TableShape shape, bool isListing = false)
    {
        _shape = shape;
        _isListing = isListing;
        _names = [.. names.Select(name => CellText.Of(name))];
        _types = types is null ? null : [.. types.Select(type => CellText.Of(type))];
        _right = types?.Select(ResultColumn.IsNumber).ToArray() ?? new bool[names.Count];
        _widths = Measure(rows);
        _columns = [.. Enumerable.Range(0, names.Count)];
        if (shape.WidthMax > 0 && !isListing)
            Fit(shape.WidthMax);
    }

    /// <summary>Columns that are left out, for there is no room for them.</summary>
    public int ColumnsHidden => _names.Count - _columns.Count;

    /// <summary>Columns of the terminal that the box takes.</summary>
    public int Width => Total();

    /// <summary>The box; between the first rows and the last a line of dots.</summary>
    public void Write(TextWriter output, IReadOnlyList<string?[]> first, IReadOnlyList<string?[]> last)
    {
        Line(output, '┌', '┬', '┐');
        Cells(output, _names, isHead: true);
        if (_types is not null)
            Cells(output, _types, isHead: true);
        Line(output, '├', '┼', '┤');
        foreach (var row in first)
            Row(output, row);
        if (last.Count > 0)
            Cells(output, [.. _names.Select(_ => "·")], isHead: false);
        foreach (var row in last)
            Row(output, row);
        Line(output, '└', '┴', '┘');
    }

    int[] Measure(IEnumerable<string?[]> rows)
    {
        var max = _isListing || _shape.CellWidthMax == 0 ? int.MaxValue : _shape.CellWidthMax;
        var widths = new int[_names.Count];
        for (var i = 0; i < widths.Length; i++)
            widths[i] = Math.Max(CellText.Width(_names[i]), _types is null ? 0 : CellText.Width(_types[i]));
        // A type may be long; the names of fields are no reason for a column wider than its values can be.
        foreach (var row in rows)
        {
            for (var i = 0; i < widths.Length; i++)
                widths[i] = Math.Max(widths[i], Lines(row[i]).Max(CellText.Width));
        }
        return [.. widths.Select(width => Math.Min(width, max))];
    }

    // First the widest cells become narrower, then columns in the middle are left out.
    void Fit(int room)
    {
        while (Total() > room)
        {
            var widest = _columns.MaxBy(i => _widths[i]);
            var next = _columns.Where(i => _widths[i] < _widths[widest]).Select(i => _widths[i]).DefaultIfEmpty(CellWidthMin).Max();
            var target = Math.Max(CellWidthMin, Math.Max(next, _widths[widest] - (Total() - room)));
            if (_widths[widest] <= CellWidthMin)
                break;
            _widths[widest] = Math.Min(target, _widths[widest] - 1);
        }
        while (Total() > room && _columns.Count > 1)
            _columns.RemoveAt(_columns.Count / 2);
    }

    int Total() => _columns.Sum(i => _widths[i] + 3) + 1 + (ColumnsHidden > 0 ? 1 + 3 : 0);

    // What a statement tells, such as a path or a definition, is there to be read and copied as it is.
    IReadOnlyList<string> Lines(string? value) => _isListing ? CellText.Lines(value) : [CellText.Of(value, _shape.NullText)];

    void Row(TextWriter output, string?[] row)
    {
        var cells = row.Select(Lines).ToArray();
        for (var line = 0; line < cells.Max(cell => cell.Count); line++)
            Cells(output, [.. cells.Select(cell => line < cell.Count ? cell[line] : "")], isHead: false);
    }

    void Line(TextWriter output, char left, char middle, char end) =>
        output.WriteLine(left + string.Join(middle, Places().Select(i => new string('─', (i < 0 ? 1 : _widths[i]) + 2))) + end);

    void Cells(TextWriter output, IReadOnlyList<string> cells, bool isHead)
    {
        var line = new StringBuilder("│");
        foreach (var i in Places())
        {
            if (i < 0)
            {
                line.Append(' ').Append(Gap).Append(" │");
                continue;
            }
            var cell = CellText.Cut(cells[i], _widths[i]);
            var padding = new string(' ', _widths[i] - CellText.Width(cell));
            line.Append(' ').Append(_right[i] && !isHead ? padding + cell : cell + padding).Append(" │");
        }
        output.WriteLine(line);
    }

    // The columns that are shown, and -1 where some are left out.
    IEnumerable<int> Places()
    {
        if (ColumnsHidden == 0)
            return _columns;
        var half = Enumerable.Range(1, _columns.Count - 1).FirstOrDefault(i => _columns[i] != _columns[i - 1] + 1, _columns.Count);
        return [.. _columns.Take(half), -1, .. _columns.Skip(half)];
    }
}
