using System.Globalization;
using System.Text;

namespace SqlStream.EndToEnd.Tests.Rig;

/// <summary>What a terminal shows of what is written to it: moves of the cursor, erasing, line breaks at the edge; colours are ignored. What the program sends
/// beside that is kept in <see cref="Unknown"/>.</summary>
sealed class TerminalScreen(int columns)
{
    readonly List<Rune?[]> _lines = [];
    readonly StringBuilder _sequence = new();
    int _columns = columns;
    int _row;
    int _column;

    /// <summary>Sequences that it does not know.</summary>
    public List<string> Unknown { get; } = [];

    public void Resize(int newColumns) => _columns = newColumns;

    /// <summary>Forgets what is shown, but not where the cursor is in its line.</summary>
    public void Clear()
    {
        _lines.Clear();
        _row = 0;
    }

    public void Write(ReadOnlySpan<char> text)
    {
        foreach (var rune in text.EnumerateRunes())
            Write(rune);
    }

    public override string ToString()
    {
        var shown = new StringBuilder();
        foreach (var line in _lines)
        {
            var end = line.Length;
            while (end > 0 && (line[end - 1] is not { } last || last.Value == ' '))
                end--;
            for (var i = 0; i < end; i++)
            {
                // The second half of a wide character.
                if (line[i] is { Value: 0 })
                    continue;
                shown.Append(line[i]?.ToString() ?? " ");
            }
            shown.Append('\n');
        }
        return shown.ToString();
    }

    void Write(Rune rune)
    {
        if (_sequence.Length > 0)
        {
            _sequence.Append(rune.ToString());
            if (IsWhole(rune))
                Obey();
            return;
        }
        switch (rune.Value)
        {
            case 0x1b: _sequence.Append('\u001b'); break;
            case '\r': _column = 0; break;
            case '\n': _row++; break;
            default: Put(rune); break;
        }
    }

    bool IsWhole(Rune rune) => _sequence.Length == 2 ? rune.Value is not ('[' or ']') : rune.Value is >= 0x40 and < 0x7f;

    void Obey()
    {
        var sequence = _sequence.ToString();
        _sequence.Clear();
        var number = int.TryParse(sequence.AsSpan(2, Math.Max(0, sequence.Length - 3)), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 1;
        switch (sequence.Length > 2 ? sequence[^1] : ' ')
        {
            case 'A': _row = Math.Max(0, _row - number); break;
            case 'B': _row += number; break;
            case 'C': _column = Math.Min(_columns - 1, _column + number); break;
            case 'H': Clear(); _column = 0; break;
            case 'J': Erase(); break;
            case 'm' or 'h' or 'l': break;
            default:
                if (sequence is not ("\u001b=" or "\u001b>"))
                    Unknown.Add(sequence);
                break;
        }
    }

    void Erase()
    {
        if (_row < _lines.Count)
        {
            Array.Clear(_lines[_row], _column, _lines[_row].Length - _column);
            _lines.RemoveRange(_row + 1, _lines.Count - _row - 1);
        }
    }

    void Put(Rune rune)
    {
        var width = Width(rune);
        if (width == 0)
            return;
        if (_column + width > _columns)
        {
            _column = 0;
            _row++;
        }
        while (_lines.Count <= _row)
            _lines.Add(new Rune?[1000]);
        _lines[_row][_column] = rune;
        if (width == 2)
            _lines[_row][_column + 1] = new Rune(0);
        _column += width;
    }

    static int Width(Rune rune) => rune.Value switch
    {
        >= 0x300 and < 0x370 or 0x200d or 0xfe0f => 0,
        (>= 0x1100 and < 0x1160) or (>= 0x2e80 and < 0xa4d0) or (>= 0xac00 and < 0xd7a4) or (>= 0xff01 and < 0xff61) or (>= 0x1f300 and < 0x1fa00) => 2,
        _ => 1,
    };
}
