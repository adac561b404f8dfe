using System.Text;

namespace SqlStream.Cli.Terminals;

/// <summary>The lowest part of what is on the screen, which is drawn anew whenever it changes. What does not fit the screen is left out around the cursor.</summary>
sealed class ScreenRegion(Terminal terminal)
{
    IReadOnlyList<int> _widths = [];
    int _cursorRow;
    int _columns;

    /// <summary>Draws a layout in the place of the last one.</summary>
    public void Draw(ScreenLayout layout)
    {
        layout.End();
        var rowsMax = Math.Max(1, terminal.Size.Rows - 1);
        var count = Math.Min(layout.Rows.Count, rowsMax);
        var first = Math.Clamp(layout.Cursor.Row - count + 1, 0, layout.Rows.Count - count);
        if (layout.Cursor.Row < count)
            first = 0;
        var text = new StringBuilder("\u001b[?25l");
        AppendErase(text);
        for (var row = 0; row < count; row++)
        {
            if (row > 0)
                text.Append("\r\n");
            text.Append(layout.Rows[first + row]);
        }
        _cursorRow = layout.Cursor.Row - first;
        _widths = [.. layout.Widths.Skip(first).Take(count)];
        _columns = terminal.Size.Columns;
        if (count - 1 - _cursorRow is > 0 and var up)
            text.Append("\u001b[").Append(up).Append('A');
        text.Append('\r');
        if (layout.Cursor.Column > 0)
            text.Append("\u001b[").Append(layout.Cursor.Column).Append('C');
        terminal.Output.Write(text.Append("\u001b[?25h"));
        terminal.Output.Flush();
    }

    /// <summary>Takes it off the screen; what is written next stands where it began.</summary>
    public void Erase()
    {
        var text = new StringBuilder();
        AppendErase(text);
        terminal.Output.Write(text);
        Forget();
    }

    /// <summary>Leaves it as it is; what is written next stands below it.</summary>
    public void Leave()
    {
        var text = new StringBuilder();
        if (_widths.Count - 1 - _cursorRow is > 0 and var down)
            text.Append("\u001b[").Append(down).Append('B');
        terminal.Output.Write(text.Append("\r\n"));
        terminal.Output.Flush();
        Forget();
    }

    /// <summary>Nothing of it is on the screen any more.</summary>
    public void Forget()
    {
        _widths = [];
        _cursorRow = 0;
    }

    void AppendErase(StringBuilder text)
    {
        if (_widths.Count == 0)
            return;
        text.Append('\r');
        if (RowsAbove() is > 0 and var up)
            text.Append("\u001b[").Append(up).Append('A');
        text.Append("\u001b[J");
    }

    // A terminal that became narrower has broken the rows that do not fit any more.
    int RowsAbove()
    {
        var columns = terminal.Size.Columns;
        return columns >= _columns ? _cursorRow : _widths.Take(_cursorRow).Sum(width => Math.Max(1, (width + columns - 1) / columns));
    }
}
