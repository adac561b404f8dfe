using System.Collections.Concurrent;

namespace SqlStream.Cli.Terminals;

/// <summary>How an edit ended.</summary>
enum EditEnd
{
    /// <summary>The text was entered.</summary>
    Submitted,

    /// <summary>Ctrl-C: the text was given up.</summary>
    Interrupted,

    /// <summary>Ctrl-D, or the terminal has gone.</summary>
    Left,
}

/// <summary>Edits texts of several lines in the lowest part of a terminal: history with search, completion, styles. One thread edits; <see cref="Say"/> is
/// for any.</summary>
sealed class LineEditor(Terminal terminal, LineHistory history, ICompletions completions, ITextRules rules)
{
    const int NoCursor = -1;

    readonly ConcurrentQueue<string> _said = [];
    readonly ScreenRegion _region = new(terminal);
    EditBuffer _buffer = new();
    HistorySearch? _search;
    CompletionMenu? _menu;
    string _prompt = "";
    string _draft = "";
    int _place;

    /// <summary>Shows lines above what is being edited, or before the next edit.</summary>
    public void Say(string text)
    {
        _said.Enqueue(text);
        terminal.Wake();
    }

    /// <summary>Writes what was said and not shown yet.</summary>
    public void Flush()
    {
        while (_said.TryDequeue(out var text))
            terminal.Output.Write(text.ReplaceLineEndings(terminal.HasKeys ? "\r\n" : "\n"));
        terminal.Output.Flush();
    }

    /// <summary>Lets a text be edited.</summary>
    public (EditEnd End, string Text) Read(string prompt, string initial = "")
    {
        _prompt = prompt;
        _buffer = new EditBuffer();
        if (initial.Length > 0)
            _buffer.Set(initial);
        _place = history.Entries.Count;
        _search = null;
        _menu = null;
        terminal.BeginKeys();
        try
        {
            Flush();
            while (true)
            {
                // What comes at once is shown at once.
                if (!terminal.IsKeyWaiting)
                    Draw();
                var key = terminal.ReadKey();
                if (!_said.IsEmpty)
                {
                    _region.Erase();
                    Flush();
                }
                if (Handle(key) is { } end)
                    return (end, Finish(end));
            }
        }
        finally
        {
            terminal.EndKeys();
        }
    }

    string Finish(EditEnd end)
    {
        _search = null;
        _menu = null;
        _buffer.MoveTo(_buffer.Text.Length);
        Draw();
        if (end == EditEnd.Interrupted)
            terminal.Output.Write("^C");
        _region.Leave();
        return _buffer.Text;
    }

    EditEnd? Handle(Key key)
    {
        if (key.Kind == KeyKind.Wake)
            return null;
        if (_search is not null && HandleSearch(_search, key, out var handled) is var end && handled)
            return end;
        if (_menu is not null && HandleMenu(_menu, key))
            return null;
        return key.Kind switch
        {
            KeyKind.End => EditEnd.Left,
            KeyKind.Control => HandleControl(key.Text),
            KeyKind.Enter => Enter(),
            _ => Edit(key),
        };
    }

    EditEnd? Enter()
    {
        if (rules.IsComplete(_buffer.Text))
            return EditEnd.Submitted;
        _buffer.Insert("\n");
        return null;
    }

    EditEnd? Edit(Key key)
    {
        switch (key.Kind)
        {
            case KeyKind.Text or KeyKind.Paste: _buffer.Insert(key.Text); break;
            case KeyKind.Tab: Complete(); break;
            case KeyKind.Backspace: _buffer.Backspace(); break;
            case KeyKind.Delete: _buffer.Delete(); break;
            case KeyKind.Left: _buffer.Left(); break;
            case KeyKind.Right: _buffer.Right(); break;
            case KeyKind.WordLeft: _buffer.WordLeft(); break;
            case KeyKind.WordRight: _buffer.WordRight(); break;
            case KeyKind.Home: _buffer.Home(); break;
            case KeyKind.End_: _buffer.End(); break;
            case KeyKind.Up: Up(); break;
            case KeyKind.Down: Down(); break;
            case KeyKind.PageUp: Recall(_place - 1); break;
            case KeyKind.PageDown: Recall(_place + 1); break;
            case KeyKind.Alt: HandleAlt(key.Text); break;
            default: break;
        }
        return null;
    }

    EditEnd? HandleControl(string letter)
    {
        switch (letter)
        {
            case "c": return EditEnd.Interrupted;
            case "d" when _buffer.IsEmpty: return EditEnd.Left;
            case "d": _buffer.Delete(); break;
            case "a": _buffer.Home(); break;
            case "e": _buffer.End(); break;
            case "b": _buffer.Left(); break;
            case "f": _buffer.Right(); break;
            case "p": Up(); break;
            case "n": Down(); break;
            case "k": _buffer.KillToEnd(); break;
            case "u": _buffer.KillToStart(); break;
            case "w": _buffer.KillWordLeft(); break;
            case "y": _buffer.Yank(); break;
            case "t": _buffer.Transpose(); break;
            case "_" or "\u007f": _buffer.Undo(); break;
            case "r": _search = new HistorySearch(history, _buffer.Text); break;
            case "l":
                terminal.Output.Write("\u001b[H\u001b[2J");
                _region.Forget();
                break;
            case "z":
                _region.Leave();
                terminal.Suspend();
                break;
            default: break;
        }
        return null;
    }

    void HandleAlt(string letter)
    {
        switch (letter)
        {
            case "\n": _buffer.Insert("\n"); break;
            case "\b": _buffer.KillWordLeft(); break;
            case "d": _buffer.KillWordRight(); break;
            case "<": Recall(0); break;
            case ">": Recall(history.Entries.Count); break;
            default: break;
        }
    }

    void Up()
    {
        if (_buffer.IsOnFirstLine)
            Recall(_place - 1);
        else
            _buffer.Up();
    }

    void Down()
    {
        if (_buffer.IsOnLastLine)
            Recall(_place + 1);
        else
            _buffer.Down();
    }

    // The place after the last entry is what was being written before history was looked at.
    void Recall(int place)
    {
        if (place < 0 || place > history.Entries.Count || place == _place)
            return;
        if (_place == history.Entries.Count)
            _draft = _buffer.Text;
        _place = place;
        _buffer.Set(place == history.Entries.Count ? _draft : history.Entries[place]);
    }

    EditEnd? HandleSearch(HistorySearch search, Key key, out bool handled)
    {
        handled = true;
        switch (key.Kind)
        {
            case KeyKind.Text or KeyKind.Paste: search.Add(key.Text); break;
            case KeyKind.Backspace: search.RemoveLast(); break;
            case KeyKind.Control when key.Text == "r": search.Older(); break;
            case KeyKind.Control when key.Text is "c" or "g":
                _buffer.Set(search.Before);
                _search = null;
                return null;
            default:
                // Whatever else was pressed is done with what was found.
                if (search.Found is { } found)
                    _buffer.Set(found);
                _search = null;
                handled = key.Kind == KeyKind.Escape;
                return null;
        }
        return null;
    }

    bool HandleMenu(CompletionMenu menu, Key key)
    {
        switch (key.Kind)
        {
            case KeyKind.Tab or KeyKind.Down: menu.Move(1); break;
            case KeyKind.BackTab or KeyKind.Up: menu.Move(-1); break;
            case KeyKind.Escape or KeyKind.Control when key.Kind == KeyKind.Escape || key.Text == "g":
                _menu = null;
                return true;
            default:
                _menu = null;
                return key.Kind == KeyKind.Enter && menu.Chosen is not null;
        }
        if (menu.Chosen is { } chosen)
            menu.Length = Insert(menu.Start, menu.Length, chosen.Text);
        return true;
    }

    void Complete()
    {
        var text = _buffer.Text;
        var line = text.LastIndexOf('\n', Math.Max(0, _buffer.Cursor - 1), _buffer.Cursor) + 1;
        if (line > 0 && string.IsNullOrWhiteSpace(text[line.._buffer.Cursor]))
        {
            _buffer.Insert("  ");
            return;
        }
        var (start, choices) = completions.At(text, _buffer.Cursor);
        if (choices.Count == 0)
            return;
        var length = _buffer.Cursor - start;
        if (choices.Count == 1)
        {
            Insert(start, length, choices[0].Text);
            return;
        }
        var common = CompletionMenu.CommonPrefix(choices);
        if (common.Length > length && common.StartsWith(text.AsSpan(start, length), StringComparison.OrdinalIgnoreCase))
            length = Insert(start, length, common);
        _menu = new CompletionMenu(start, length, choices);
    }

    int Insert(int start, int length, string text)
    {
        _buffer.Replace(start, length, text);
        return text.Length;
    }

    void Draw()
    {
        var layout = new ScreenLayout(terminal.Size.Columns);
        if (_search is not null)
            DrawSearch(layout, _search);
        else
            DrawText(layout, _prompt, _buffer.Text, _buffer.Cursor);
        _menu?.Draw(layout, terminal.Size);
        _region.Draw(layout);
    }

    void DrawSearch(ScreenLayout layout, HistorySearch search)
    {
        layout.Add(search.Found is null && search.Wanted.Length > 0 ? "(nothing like '" : "(history: '", Style.Dim);
        layout.Add(search.Wanted, Style.Plain);
        layout.MarkCursor();
        layout.Add("') ", Style.Dim);
        DrawText(layout, "", search.Found ?? search.Before, NoCursor);
    }

    void DrawText(ScreenLayout layout, string prompt, string text, int cursor)
    {
        layout.Add(prompt, StyleOf(Style.Prompt));
        var styles = terminal.HasColours ? rules.Styles(text) : [];
        var prompts = prompt.Length > 0 && text.Contains('\n', StringComparison.Ordinal) ? rules.ContinuationPrompts(text) : [];
        var line = 0;
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (at == cursor)
                layout.MarkCursor();
            if (rune.Value == '\n')
            {
                layout.NewRow();
                if (line < prompts.Count)
                    layout.Add(prompts[line++], StyleOf(Style.Dim));
            }
            else
            {
                layout.Add(rune, at < styles.Length ? styles[at] : Style.Plain);
            }
            at += rune.Utf16SequenceLength;
        }
        if (cursor == text.Length)
            layout.MarkCursor();
    }

    Style StyleOf(Style style) => terminal.HasColours ? style : Style.Plain;
}
