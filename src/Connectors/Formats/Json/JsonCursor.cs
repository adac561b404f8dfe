using System.Runtime.CompilerServices;

namespace SqlStream.Connectors.Formats.Json;

/// <summary>What a JSON value is.</summary>
enum JsonToken
{
    Malformed,
    String,
    EscapedString,
    Integer,
    Number,
    True,
    False,
    Null,
    Container,
}

/// <summary>Walks over one JSON text (RFC 8259), value by value, without looking at the same byte
/// more often than needed.</summary>
/// <remarks>The text is valid UTF-8; the caller has checked it. After a failure <see cref="Problem"/> says what is
/// wrong and where.</remarks>
ref struct JsonCursor
{
    /// <summary>Objects and arrays may be nested that deep.</summary>
    public const int DepthMax = 1000;

    readonly ReadOnlySpan<byte> _text;
    readonly bool _hasControls;

    public JsonCursor(ReadOnlySpan<byte> text, int position = 0)
    {
        _text = text;
        Position = position;
        // One vectorised look at the whole text spares the look at every string.
        _hasControls = text.IndexOfAnyInRange((byte)0, (byte)0x1F) >= 0;
    }

    /// <summary>The next byte.</summary>
    public int Position { get; set; }

    /// <summary>What is wrong, or null.</summary>
    public string? Problem { get; private set; }

    /// <summary>Passes white space and returns the byte that follows, or -1 at the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Peek()
    {
        var i = Position;
        while ((uint)i < (uint)_text.Length)
        {
            var octet = _text[i];
            if (octet > ' ' || (octet != ' ' && octet != '\n' && octet != '\r' && octet != '\t'))
            {
                Position = i;
                return octet;
            }
            i++;
        }
        Position = i;
        return -1;
    }

    /// <summary>Passes a punctuation character, white space before it included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake(char expected)
    {
        if (Peek() != expected)
            return false;
        Position++;
        return true;
    }

    /// <summary>Passes a punctuation character that must come.</summary>
    public bool Take(char expected) => TryTake(expected) || Fail($"'{expected}' expected");

    /// <summary>Passes a text that the caller expects exactly here.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake(ReadOnlySpan<byte> expected)
    {
        if (!_text[Position..].StartsWith(expected))
            return false;
        Position += expected.Length;
        return true;
    }

    /// <summary>Passes one value. <paramref name="content"/> is its text: of a string what
    /// is between the quotes.</summary>
    public JsonToken Read(out ReadOnlySpan<byte> content)
    {
        content = default;
        var first = Peek();
        var start = Position;
        switch (first)
        {
            case '"':
                return ReadString(out content);
            case '{' or '[':
                if (!SkipContainer())
                    return JsonToken.Malformed;
                content = _text[start..Position];
                return JsonToken.Container;
            case 't':
                content = "true"u8;
                return TakeLiteral("true"u8) ? JsonToken.True : JsonToken.Malformed;
            case 'f':
                content = "false"u8;
                return TakeLiteral("false"u8) ? JsonToken.False : JsonToken.Malformed;
            case 'n':
                return TakeLiteral("null"u8) ? JsonToken.Null : JsonToken.Malformed;
            case '-' or (>= '0' and <= '9'):
                var token = ReadNumber();
                content = _text[start..Position];
                return token;
            default:
                Fail("a value expected");
                return JsonToken.Malformed;
        }
    }

    /// <summary>True if nothing but white space is left.</summary>
    public bool AtEnd() => Peek() < 0 || Fail("text after the end of the value");

    /// <summary>Notes what is wrong at the current position and returns false.</summary>
    public bool Fail(string problem)
    {
        Problem = Position >= _text.Length
            ? $"JSON ends too early: {problem}"
            : $"JSON is malformed at byte {Position}: {problem}";
        return false;
    }

    JsonToken ReadString(out ReadOnlySpan<byte> content)
    {
        var start = ++Position;
        var escaped = false;
        while (true)
        {
            var length = _text[Position..].IndexOfAny((byte)'"', (byte)'\\');
            if (length < 0)
            {
                Position = _text.Length;
                content = default;
                Fail("the string does not end");
                return JsonToken.Malformed;
            }
            Position += length + 1;
            if (_text[Position - 1] == '"')
                break;
            escaped = true;
            Position = Math.Min(Position + 1, _text.Length);
        }
        content = _text[start..(Position - 1)];
        if (_hasControls && content.IndexOfAnyInRange((byte)0, (byte)0x1F) is >= 0 and var control)
        {
            Position = start + control;
            Fail("a control character must be escaped in a string");
            return JsonToken.Malformed;
        }
        return escaped ? JsonToken.EscapedString : JsonToken.String;
    }

    JsonToken ReadNumber()
    {
        var i = Position;
        if (_text[i] == '-')
            i++;
        var digits = i;
        i = SkipDigits(i);
        if (i == digits || (_text[digits] == '0' && i - digits > 1))
        {
            Position = digits;
            Fail(i == digits ? "a digit expected" : "a number begins with 0");
            return JsonToken.Malformed;
        }
        var token = JsonToken.Integer;
        if (i < _text.Length && _text[i] == '.')
        {
            token = JsonToken.Number;
            if (!TakeDigits(ref i))
                return JsonToken.Malformed;
        }
        if (i < _text.Length && (_text[i] | 0x20) == 'e')
        {
            token = JsonToken.Number;
            if (i + 1 < _text.Length && _text[i + 1] is (byte)'+' or (byte)'-')
                i++;
            if (!TakeDigits(ref i))
                return JsonToken.Malformed;
        }
        Position = i;
        return token;
    }

    // Passes the byte at i and the digits that must follow it.
    bool TakeDigits(ref int i)
    {
        var start = ++i;
        i = SkipDigits(i);
        Position = i;
        return i > start || Fail("a digit expected");
    }

    int SkipDigits(int i)
    {
        while (i < _text.Length && (uint)(_text[i] - '0') <= 9)
            i++;
        return i;
    }

    bool TakeLiteral(scoped ReadOnlySpan<byte> literal)
    {
        if (!_text[Position..].StartsWith(literal))
            return Fail("a value expected");
        Position += literal.Length;
        return true;
    }

    // The kinds of the open containers are bits of a small stack, so that depth costs no recursion.
    bool SkipContainer()
    {
        Span<ulong> objects = stackalloc ulong[(DepthMax / 64) + 1];
        var depth = 0;
        while (true)
        {
            var isObject = Peek() == '{';
            Position++;
            if (depth == DepthMax)
                return Fail($"more than {DepthMax} levels");
            Core.Columns.Bitmap.Put(objects, depth, isObject);
            depth++;
            if (TryTake(isObject ? '}' : ']'))
                depth--;
            else if (isObject && !SkipName())
                return false;
            else if (Peek() is '{' or '[')
                continue;
            else if (!SkipScalar())
                return false;
            while (true)
            {
                if (depth == 0)
                    return true;
                isObject = Core.Columns.Bitmap.Get(objects, depth - 1);
                if (TryTake(isObject ? '}' : ']'))
                {
                    depth--;
                    continue;
                }
                if (!TryTake(','))
                    return Fail(isObject ? "',' or '}' expected" : "',' or ']' expected");
                if (isObject && !SkipName())
                    return false;
                if (Peek() is '{' or '[')
                    break;
                if (!SkipScalar())
                    return false;
            }
        }
    }

    bool SkipName()
    {
        if (Peek() != '"')
            return Fail("a property name expected");
        return ReadString(out _) != JsonToken.Malformed && Take(':');
    }

    bool SkipScalar() => Read(out _) != JsonToken.Malformed;
}
