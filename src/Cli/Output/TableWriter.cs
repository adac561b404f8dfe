using System.Globalization;

namespace SqlStream.Cli.Output;

/// <summary>A box with the columns' names and types. The result of an updating query is folded into its final rows first;
/// rows beyond a limit are counted, not kept.</summary>
sealed class TableWriter(TextWriter output, TableShape? shape = null) : IResultWriter
{
    readonly TableShape _shape = shape ?? TableShape.Default;
    IReadOnlyList<ResultColumn> _columns = [];
    ResultRows _rows = new(false, 0, 0);
    bool _isListing;

    public void Begin(IReadOnlyList<ResultColumn> columns, bool isUpdating, bool isListing = false)
    {
        _isListing = isListing;
        _columns = columns;
        _rows = new ResultRows(isUpdating, isListing ? int.MaxValue : _shape.FirstMax, isListing ? 0 : _shape.LastMax);
    }

    public void Write(IResultBatch batch)
    {
        var skipped = _rows.Skippable(batch.Rows);
        _rows.Skip(skipped);
        if (skipped == batch.Rows)
            return;
        foreach (var (kind, values) in batch.Texts(skipped))
            _rows.Add(kind, values);
    }

    public void End()
    {
        Write(output, _columns, _rows, _shape, _isListing);
        output.Flush();
    }

    /// <summary>Prints a box without cutting anything off; lines of names and values where it would be wider than there is room.</summary>
    public static void PrintListing(TextWriter output, IReadOnlyList<string> names, IReadOnlyList<string?[]> rows, int widthMax = 0)
    {
        var box = new TableBox(names, null, rows, TableShape.Default, isListing: true);
        if (widthMax > 0 && box.Width > widthMax)
            WriteLines(output, names, rows);
        else
            box.Write(output, rows, []);
    }

    /// <summary>A box with a line below it that says what is not in it.</summary>
    public static void Write(TextWriter output, IReadOnlyList<ResultColumn> columns, ResultRows rows, TableShape shape, bool isListing = false)
    {
        var (first, last) = rows.Shown();
        string[] names = [.. columns.Select(column => column.Name)];
        string[] types = [.. columns.Select(column => column.Type)];
        var box = new TableBox(names, types, first.Concat(last), shape, isListing);
        if (isListing && shape.WidthMax > 0 && box.Width > shape.WidthMax)
            WriteLines(output, names, first);
        else
            box.Write(output, first, last);
        output.WriteLine(Footer(rows.Total, first.Count + last.Count, names.Length, box.ColumnsHidden, shape));
    }

    // What is there to be copied must not be broken by the edge of the screen.
    static void WriteLines(TextWriter output, IReadOnlyList<string> names, IReadOnlyList<string?[]> rows)
    {
        var width = names.Max(CellText.Width);
        foreach (var row in rows)
        {
            for (var i = 0; i < names.Count; i++)
            {
                var lines = CellText.Lines(row[i]);
                output.WriteLine($"{new string(' ', width - CellText.Width(names[i]))}{names[i]} = {lines[0]}");
                foreach (var line in lines.Skip(1))
                    output.WriteLine(new string(' ', width + 3) + line);
            }
            output.WriteLine();
        }
    }

    static string Footer(long total, int shown, int columns, int hidden, TableShape shape)
    {
        var line = total == 1 ? "1 row" : string.Create(CultureInfo.InvariantCulture, $"{total} rows");
        if (total > shown)
            line += $" ({shown} shown; {shape.RowsHint})";
        if (hidden > 0)
            line += $", {columns} columns ({columns - hidden} shown; {shape.ColumnsHint})";
        return line;
    }
}
