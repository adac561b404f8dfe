using System.Globalization;

namespace SqlStream.Cli.Terminals;

/// <summary>A text of one or more lines that is being edited, and the place in it. Moves go over whole user-perceived characters.</summary>
sealed class EditBuffer
{
    const int UndoMax = 1000;
    const int UndoCharactersMax = 1 << 22;

    readonly LinkedList<(string Text, int Cursor)> _undo = [];
    long _undoCharacters;
    string _killed = "";

    /// <summary>The text; lines end with a line feed.</summary>
    public string Text { get; private set; } = "";

    /// <summary>Where the next character goes, in UTF-16 units.</summary>
    public int Cursor { get; private set; }

    public bool IsEmpty => Text.Length == 0;

    public bool IsOnFirstLine => Text.LastIndexOf('\n', Math.Max(0, Cursor - 1), Cursor) < 0;

    public bool IsOnLastLine => Text.IndexOf('\n', Cursor) < 0;

    /// <summary>Another text in the place of all that was there.</summary>
    public void Set(string text, int? cursor = null)
    {
        Remember();
        Text = Clean(text);
        Cursor = Math.Min(cursor ?? Text.Length, Text.Length);
    }

    public void Insert(string text)
    {
        Remember();
        text = Clean(text);
        Text = Text.Insert(Cursor, text);
        Cursor += text.Length;
    }

    /// <summary>Another text in the place of a part.</summary>
    public void Replace(int start, int length, string text)
    {
        Remember();
        Text = string.Concat(Text.AsSpan(0, start), text, Text.AsSpan(start + length));
        Cursor = start + text.Length;
    }

    public void MoveTo(int place) => Cursor = Math.Clamp(place, 0, Text.Length);

    public void Left() => Cursor = Before(Cursor);

    public void Right() => Cursor = After(Cursor);

    public void WordLeft() => Cursor = WordStart(Cursor);

    public void WordRight()
    {
        while (Cursor < Text.Length && !IsWord(Text[Cursor]))
            Cursor++;
        while (Cursor < Text.Length && IsWord(Text[Cursor]))
            Cursor++;
    }

    public void Home() => Cursor = LineStart(Cursor);

    public void End() => Cursor = LineEnd(Cursor);

    public void Up() => Vertical(LineStart(Cursor) - 1);

    public void Down() => Vertical(LineEnd(Cursor) + 1);

    public void Backspace() => Remove(Before(Cursor), Cursor);

    public void Delete() => Remove(Cursor, After(Cursor));

    public void KillToEnd() => Kill(Cursor, LineEnd(Cursor) is var end && end == Cursor ? Math.Min(end + 1, Text.Length) : end);

    public void KillToStart() => Kill(LineStart(Cursor), Cursor);

    public void KillWordLeft() => Kill(WordStart(Cursor), Cursor);

    public void KillWordRight()
    {
        var start = Cursor;
        WordRight();
        Kill(start, Cursor);
    }

    public void Yank() => Insert(_killed);

    public void Transpose()
    {
        if (Cursor == 0 || Text.Length < 2)
            return;
        if (Cursor == Text.Length)
            Left();
        var (left, right) = (Before(Cursor), After(Cursor));
        if (left == Cursor)
            return;
        var swapped = Text[Cursor..right] + Text[left..Cursor];
        Replace(left, right - left, swapped);
    }

    public void Undo()
    {
        if (_undo.Last is not { } earlier)
            return;
        (Text, Cursor) = earlier.Value;
        _undoCharacters -= Text.Length;
        _undo.RemoveLast();
    }

    void Remember()
    {
        if (_undo.Last is { } last && last.Value.Text == Text)
            return;
        _undo.AddLast((Text, Cursor));
        _undoCharacters += Text.Length;
        while (_undo.Count > UndoMax || (_undoCharacters > UndoCharactersMax && _undo.Count > 1))
        {
            _undoCharacters -= _undo.First!.Value.Text.Length;
            _undo.RemoveFirst();
        }
    }

    void Kill(int from, int to)
    {
        if (from == to)
            return;
        _killed = Text[from..to];
        Remove(from, to);
    }

    void Remove(int from, int to)
    {
        if (from == to)
            return;
        Remember();
        Text = Text.Remove(from, to - from);
        Cursor = from;
    }

    void Vertical(int inLine)
    {
        if (inLine < 0 || inLine > Text.Length)
            return;
        var column = CellWidth.Of(Text.AsSpan(LineStart(Cursor)..Cursor));
        var (start, end) = (LineStart(inLine), LineEnd(inLine));
        var at = start;
        while (at < end && CellWidth.Of(Text.AsSpan(start..After(at))) <= column)
            at = After(at);
        Cursor = at;
    }

    int LineStart(int place) => place == 0 ? 0 : Text.LastIndexOf('\n', place - 1) + 1;

    int LineEnd(int place) => Text.IndexOf('\n', place) is >= 0 and var end ? end : Text.Length;

    int Before(int place)
    {
        var at = LineStart(place);
        if (at == place)
            return Math.Max(0, place - 1);
        while (true)
        {
            var next = at + StringInfo.GetNextTextElementLength(Text.AsSpan(at));
            if (next >= place)
                return at;
            at = next;
        }
    }

    int After(int place) => place >= Text.Length ? Text.Length : place + StringInfo.GetNextTextElementLength(Text.AsSpan(place));

    int WordStart(int place)
    {
        while (place > 0 && !IsWord(Text[place - 1]))
            place--;
        while (place > 0 && IsWord(Text[place - 1]))
            place--;
        return place;
    }

    static bool IsWord(char c) => char.IsLetterOrDigit(c) || c is '_' or '$' || char.IsSurrogate(c);

    // A tab is typed as spaces; what a terminal would obey has no place in a statement.
    static string Clean(string text)
    {
        text = text.ReplaceLineEndings("\n").Replace("\t", "  ", StringComparison.Ordinal);
        return text.Any(c => char.IsControl(c) && c != '\n') ? string.Concat(text.Where(c => !char.IsControl(c) || c == '\n')) : text;
    }
}
