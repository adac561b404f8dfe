using System.Text;

namespace SqlStream.Cli.Terminals;

/// <summary>Cuts styled text into the rows of a screen, and knows where the cursor is in them.</summary>
sealed class ScreenLayout(int columns)
{
    readonly List<StringBuilder> _rows = [new()];
    readonly List<int> _widths = [0];
    Style _style = Style.Plain;

    /// <summary>The rows, each with its styles ended.</summary>
    public IReadOnlyList<StringBuilder> Rows => _rows;

    /// <summary>The columns that each row takes.</summary>
    public IReadOnlyList<int> Widths => _widths;

    /// <summary>Row and column where the next character goes.</summary>
    public (int Row, int Column) Place => (_rows.Count - 1, _widths[^1]);

    /// <summary>Where the cursor is to be shown.</summary>
    public (int Row, int Column) Cursor { get; private set; }

    /// <summary>The cursor is to be shown here.</summary>
    public void MarkCursor()
    {
        if (_widths[^1] >= columns)
            NewRow();
        Cursor = Place;
    }

    public void Add(Rune rune, Style style)
    {
        var width = CellWidth.Of(rune);
        if (_widths[^1] + width > columns)
            NewRow();
        Switch(style);
        _rows[^1].Append(rune.ToString());
        _widths[^1] += width;
    }

    public void Add(string text, Style style)
    {
        foreach (var rune in text.EnumerateRunes())
            Add(rune, style);
    }

    public void NewRow()
    {
        Switch(Style.Plain);
        _rows.Add(new StringBuilder());
        _widths.Add(0);
    }

    /// <summary>Nothing more will come.</summary>
    public void End() => Switch(Style.Plain);

    void Switch(Style style)
    {
        if (style == _style)
            return;
        if (!string.IsNullOrEmpty(_style.Code))
            _rows[^1].Append("\u001b[0m");
        if (!string.IsNullOrEmpty(style.Code))
            _rows[^1].Append("\u001b[").Append(style.Code).Append('m');
        _style = style;
    }
}
