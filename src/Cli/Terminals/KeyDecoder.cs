using System.Buffers;
using System.Text;

namespace SqlStream.Cli.Terminals;

/// <summary>Turns the bytes that a terminal sends into keys. Never fails: what it does not know is a key that means nothing, wrong bytes are U+FFFD.</summary>
sealed class KeyDecoder
{
    /// <summary>How long the rest of an escape sequence may be on its way; later an Escape was an Escape.</summary>
    const int SequenceMs = 50;

    // The end of what was pasted may have been lost.
    const int PasteMs = 1000;

    const byte Escape = 0x1b;
    const int SequenceMax = 64;
    static readonly byte[] _pasteEnd = "\u001b[201~"u8.ToArray();

    readonly Queue<Key> _keys = [];
    readonly List<byte> _bytes = [];
    bool _isPaste;

    /// <summary>Bytes are waiting for those that end their sequence.</summary>
    public bool IsInSequence => _bytes.Count > 0 || _isPaste;

    /// <summary>How long to wait for them.</summary>
    public int WaitMs => _isPaste ? PasteMs : SequenceMs;

    /// <summary>A key has come.</summary>
    public bool IsKeyWaiting => _keys.Count > 0;

    public bool TryTake(out Key key) => _keys.TryDequeue(out key);

    public void Add(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        while (_bytes.Count > 0 && Take())
        {
            // One key after the other.
        }
    }

    /// <summary>No more of the sequence will come: it was single keys.</summary>
    public void EndSequence()
    {
        if (_isPaste)
        {
            _isPaste = false;
            _keys.Enqueue(new Key(KeyKind.Paste, Encoding.UTF8.GetString([.. _bytes])));
            _bytes.Clear();
            return;
        }
        if (_bytes.Count > 0 && _bytes[0] == Escape)
            _keys.Enqueue(new Key(KeyKind.Escape));
        else
            _keys.Enqueue(new Key(KeyKind.Text, "\uFFFD"));
        var rest = _bytes.Skip(1).ToArray();
        _bytes.Clear();
        Add(rest);
    }

    bool Take()
    {
        if (_isPaste)
            return TakePaste();
        var first = _bytes[0];
        if (first == Escape)
            return TakeSequence();
        if (first is < 0x20 or 0x7f)
        {
            _bytes.RemoveAt(0);
            _keys.Enqueue(ControlKey(first));
            return true;
        }
        return TakeText();
    }

    static Key ControlKey(byte code) => code switch
    {
        (byte)'\r' or (byte)'\n' => new Key(KeyKind.Enter),
        (byte)'\t' => new Key(KeyKind.Tab),
        0x08 or 0x7f => new Key(KeyKind.Backspace),
        0 => new Key(KeyKind.Unknown),
        _ => new Key(KeyKind.Control, ((char)(code | 0x60)).ToString()),
    };

    bool TakeText()
    {
        var span = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_bytes);
        var status = Rune.DecodeFromUtf8(span, out var rune, out var length);
        if (status == OperationStatus.NeedMoreData && _bytes.Count < 4)
            return false;
        _bytes.RemoveRange(0, length);
        // The C1 controls would be obeyed by some terminals if they were shown.
        _keys.Enqueue(Rune.IsControl(rune) ? new Key(KeyKind.Unknown) : new Key(KeyKind.Text, rune.ToString()));
        return true;
    }

    bool TakePaste()
    {
        var span = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_bytes);
        var end = span.IndexOf(_pasteEnd);
        if (end < 0)
            return false;
        _isPaste = false;
        _keys.Enqueue(new Key(KeyKind.Paste, Encoding.UTF8.GetString(span[..end])));
        _bytes.RemoveRange(0, end + _pasteEnd.Length);
        return true;
    }

    bool TakeSequence()
    {
        if (_bytes.Count == 1)
            return false;
        if (_bytes[1] is not ((byte)'[' or (byte)'O'))
            return TakeAlt();
        // Parameters and intermediates, then one final byte.
        var end = 2;
        while (end < _bytes.Count && _bytes[end] is >= 0x20 and < 0x40)
            end++;
        if (end == _bytes.Count && end < SequenceMax)
            return false;
        end = Math.Min(end, _bytes.Count - 1);
        var text = Encoding.ASCII.GetString([.. _bytes[2..(end + 1)]]);
        _bytes.RemoveRange(0, end + 1);
        if (text == "200~")
            _isPaste = true;
        else
            _keys.Enqueue(new Key(Named(text)));
        return true;
    }

    bool TakeAlt()
    {
        var code = _bytes[1];
        if (code == Escape)
        {
            _bytes.RemoveAt(0);
            _keys.Enqueue(new Key(KeyKind.Escape));
            return true;
        }
        _bytes.RemoveRange(0, 2);
        _keys.Enqueue(code switch
        {
            (byte)'b' => new Key(KeyKind.WordLeft),
            (byte)'f' => new Key(KeyKind.WordRight),
            (byte)'\r' or (byte)'\n' => new Key(KeyKind.Alt, "\n"),
            0x7f or 0x08 => new Key(KeyKind.Alt, "\b"),
            > 0x20 and < 0x7f => new Key(KeyKind.Alt, ((char)code).ToString().ToLowerInvariant()),
            _ => new Key(KeyKind.Unknown),
        });
        return true;
    }

    // With a modifier a sequence has parameters, such as 1;5C for Ctrl-Right.
    static KeyKind Named(string sequence)
    {
        var isWord = sequence.Contains(";5", StringComparison.Ordinal) || sequence.Contains(";3", StringComparison.Ordinal);
        return sequence[^1] switch
        {
            'A' => KeyKind.Up,
            'B' => KeyKind.Down,
            'C' => isWord ? KeyKind.WordRight : KeyKind.Right,
            'D' => isWord ? KeyKind.WordLeft : KeyKind.Left,
            'H' => KeyKind.Home,
            'F' => KeyKind.End_,
            'Z' => KeyKind.BackTab,
            '~' => sequence.TrimEnd('~').Split(';')[0] switch
            {
                "1" or "7" => KeyKind.Home,
                "3" => KeyKind.Delete,
                "4" or "8" => KeyKind.End_,
                "5" => KeyKind.PageUp,
                "6" => KeyKind.PageDown,
                _ => KeyKind.Unknown,
            },
            _ => KeyKind.Unknown,
        };
    }
}
