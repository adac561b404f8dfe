using System.Globalization;
using SqlStream.Core.Rows;

namespace SqlStream.Cli.Output;

/// <summary>A line for each value, <c>name = value</c>, and an empty one after each row: for rows that are wider than the screen. Nothing is cut off.</summary>
sealed class LineWriter(TextWriter output, TableShape shape) : IResultWriter
{
    string[] _names = [];
    bool _isUpdating;
    long _rows;

    public void Begin(IReadOnlyList<ResultColumn> columns, bool isUpdating, bool isListing = false)
    {
        _isUpdating = isUpdating;
        _rows = 0;
        var names = columns.Select(column => CellText.Of(column.Name)).ToList();
        var width = names.Append("").Max(CellText.Width);
        _names = [.. names.Select(name => new string(' ', width - CellText.Width(name)) + name)];
    }

    public void Write(IResultBatch batch)
    {
        foreach (var (kind, values) in batch.Texts())
        {
            if (_rows++ > 0)
                output.WriteLine();
            if (_isUpdating)
                output.WriteLine(kind.Symbol());
            for (var i = 0; i < values.Length; i++)
                WriteValue(_names[i], values[i]);
        }
        output.Flush();
    }

    public void End()
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(_rows > 0 ? "\n" : "")}{_rows} {(_rows == 1 ? "row" : "rows")}"));
        output.Flush();
    }

    void WriteValue(string name, string? value)
    {
        var lines = value is null ? [shape.NullText] : CellText.Lines(value);
        output.WriteLine($"{name} = {lines[0]}");
        foreach (var line in lines.Skip(1))
            output.WriteLine(new string(' ', CellText.Width(name) + 3) + line);
    }
}
