using SqlStream.Core.Diagnostics;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>A compiled pattern of LIKE: pieces of literal bytes and single characters between the %.</summary>
/// <remarks>% stands for any characters, _ for exactly one; the escape takes the meaning from the %, _ or escape that
/// follows it. Matching takes
/// the leftmost place for each piece, which is right because any later piece then has the most room left.</remarks>
sealed class LikePattern
{
    readonly byte[][] _pieces;
    readonly bool[][] _isAny;
    readonly bool _plain;
    readonly bool _anchoredStart;
    readonly bool _anchoredEnd;

    LikePattern(List<(List<byte> Bytes, List<bool> IsAny)> pieces, bool anchoredStart, bool anchoredEnd)
    {
        _pieces = [.. pieces.Select(piece => piece.Bytes.ToArray())];
        _isAny = [.. pieces.Select(piece => piece.IsAny.ToArray())];
        _plain = _isAny.All(piece => !piece.Contains(true));
        _anchoredStart = anchoredStart;
        _anchoredEnd = anchoredEnd;
    }

    /// <summary>Compiles a pattern; an escape of zero bytes is none.</summary>
    public static LikePattern Parse(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> escape, SourceSpan span)
    {
        if (!escape.IsEmpty && Utf8.Length(escape, 0) != escape.Length)
            throw FunctionErrors.EscapeTooLong(span);
        var pieces = new List<(List<byte> Bytes, List<bool> IsAny)>();
        (List<byte> Bytes, List<bool> IsAny) piece = ([], []);
        var anchoredStart = true;
        var anchoredEnd = true;
        for (var i = 0; i < pattern.Length;)
        {
            var character = pattern.Slice(i, Utf8.Length(pattern, i));
            i += character.Length;
            if (!escape.IsEmpty && character.SequenceEqual(escape))
            {
                if (i == pattern.Length)
                    throw FunctionErrors.InvalidEscape(span);
                character = pattern.Slice(i, Utf8.Length(pattern, i));
                i += character.Length;
                if (!(character[0] is (byte)'%' or (byte)'_') && !character.SequenceEqual(escape))
                    throw FunctionErrors.InvalidEscape(span);
                Add(piece, character, isAny: false);
            }
            else if (character[0] == '%')
            {
                anchoredStart &= pieces.Count > 0 || piece.Bytes.Count > 0;
                if (piece.Bytes.Count > 0)
                {
                    pieces.Add(piece);
                    piece = ([], []);
                }
                anchoredEnd = false;
                continue;
            }
            else
            {
                Add(piece, character, isAny: character[0] == '_');
            }
            anchoredEnd = true;
        }
        if (piece.Bytes.Count > 0)
            pieces.Add(piece);
        return new LikePattern(pieces, anchoredStart, anchoredEnd);
    }

    /// <summary>True if the whole text fits the pattern.</summary>
    public bool IsMatch(ReadOnlySpan<byte> text)
    {
        if (_pieces.Length == 0)
            return !_anchoredStart || text.IsEmpty;
        if (_plain && _pieces.Length == 1)
            return IsPlainMatch(text, _pieces[0]);
        var first = 0;
        var last = _pieces.Length;
        if (_anchoredStart)
        {
            var length = MatchAt(text, 0);
            if (length < 0)
                return false;
            text = text[length..];
            first++;
        }
        if (_anchoredEnd)
        {
            if (first == last)
                return text.IsEmpty;
            last--;
            var start = MatchEnd(text, last);
            if (start < 0)
                return false;
            text = text[..start];
        }
        for (var i = first; i < last; i++)
        {
            var end = Find(text, i);
            if (end < 0)
                return false;
            text = text[end..];
        }
        return true;
    }

    static void Add((List<byte> Bytes, List<bool> IsAny) piece, ReadOnlySpan<byte> character, bool isAny)
    {
        foreach (var b in character)
        {
            piece.Bytes.Add(b);
            piece.IsAny.Add(isAny);
        }
    }

    bool IsPlainMatch(ReadOnlySpan<byte> text, byte[] piece) => (_anchoredStart, _anchoredEnd) switch
    {
        (true, true) => text.SequenceEqual(piece),
        (true, false) => text.StartsWith(piece),
        (false, true) => text.EndsWith(piece),
        (false, false) => text.IndexOf(piece) >= 0,
    };

    // The end of the leftmost match of a piece, or -1.
    int Find(ReadOnlySpan<byte> text, int piece)
    {
        if (_plain)
        {
            var at = text.IndexOf(_pieces[piece]);
            return at < 0 ? -1 : at + _pieces[piece].Length;
        }
        for (var start = 0; start < text.Length; start += Utf8.Length(text, start))
        {
            var length = MatchAt(text[start..], piece);
            if (length >= 0)
                return start + length;
        }
        return -1;
    }

    // The length of the match of a piece at the start of the text, or -1.
    int MatchAt(ReadOnlySpan<byte> text, int piece)
    {
        var bytes = _pieces[piece];
        var isAny = _isAny[piece];
        var position = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (position >= text.Length)
                return -1;
            if (isAny[i])
                position += Utf8.Length(text, position);
            else if (text[position++] != bytes[i])
                return -1;
        }
        return position;
    }

    // The start of the match of a piece at the end of the text, or -1.
    int MatchEnd(ReadOnlySpan<byte> text, int piece)
    {
        var bytes = _pieces[piece];
        var isAny = _isAny[piece];
        var position = text.Length;
        for (var i = bytes.Length - 1; i >= 0; i--)
        {
            if (position == 0)
                return -1;
            if (isAny[i])
                position = Utf8.Before(text, position);
            else if (text[--position] != bytes[i])
                return -1;
        }
        return position;
    }
}
