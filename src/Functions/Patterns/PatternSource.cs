using System.Text;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Functions.Patterns;

/// <summary>The characters of a pattern, with what stands between \Q and \E marked as literal.</summary>
sealed class PatternSource
{
    /// <summary>What <see cref="Peek"/> and <see cref="PeekRaw()"/> give at the end.</summary>
    public const int End = -1;

    /// <summary>What they give for a character that means itself; <see cref="Literal"/> is its code.</summary>
    public const int Quoted = -2;

    readonly string _pattern;
    readonly SourceSpan _span;
    readonly List<(int CodePoint, bool IsQuoted, int Position)> _characters = [];
    int _at;

    public PatternSource(string pattern, SourceSpan span)
    {
        _pattern = pattern;
        _span = span;
        Read(pattern);
    }

    /// <summary>The error that was raised is one of Java too, not a construct that is missing here.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>White space and comments are passed over.</summary>
    public bool SkipsComments { get; set; }

    /// <summary>Only \n ends a comment.</summary>
    public bool UnixLines { get; set; }

    /// <summary>The code of the character that is next, quoted or not.</summary>
    public int Literal => _characters[_at].CodePoint;

    /// <summary>The position of what is next in the pattern as written, from 1.</summary>
    public int Position => (_at < _characters.Count ? _characters[_at].Position : _pattern.Length) + 1;

    /// <summary>The character that is next.</summary>
    public int Peek()
    {
        if (SkipsComments)
            SkipComments();
        return PeekRaw();
    }

    /// <summary>The character that is next, white space too.</summary>
    public int PeekRaw() => PeekRaw(0);

    /// <summary>A character further on, white space too.</summary>
    public int PeekRaw(int ahead) =>
        _at + ahead >= _characters.Count ? End : _characters[_at + ahead].IsQuoted ? Quoted : _characters[_at + ahead].CodePoint;

    /// <summary>Passes over a character and returns its code.</summary>
    public int Take() => _characters[_at++].CodePoint;

    /// <summary>Passes over a character if it is that one and not quoted.</summary>
    public bool TryTake(int codePoint)
    {
        if (Peek() != codePoint)
            return false;
        _at++;
        return true;
    }

    /// <summary>Passes over a character if it comes right now, with no white space before it.</summary>
    public bool TryTakeRaw(int codePoint)
    {
        if (PeekRaw() != codePoint)
            return false;
        _at++;
        return true;
    }

    /// <summary>The pattern is none of Java.</summary>
    public SqlException Malformed(string reason, int? position = null)
    {
        IsMalformed = true;
        return FunctionErrors.InvalidPattern(_span, _pattern, position ?? Position, reason);
    }

    /// <summary>The pattern may be one of Java, and is not supported.</summary>
    public SqlException Unsupported(string construct, int position) =>
        FunctionErrors.PatternNotSupported(_span, _pattern, position, construct);

    void SkipComments()
    {
        while (PeekRaw() is var next && next != End)
        {
            if (next is ' ' or (>= '\t' and <= '\r'))
            {
                _at++;
            }
            else if (next == '#')
            {
                while (PeekRaw() != End && !EndsComment(Literal))
                    _at++;
            }
            else
            {
                break;
            }
        }
    }

    bool EndsComment(int codePoint) => UnixLines ? codePoint == '\n' : CharacterProperties.LineTerminators.Contains(codePoint);

    void Read(string pattern)
    {
        var isQuoted = false;
        for (var i = 0; i < pattern.Length;)
        {
            if (pattern[i] == '\\' && i + 1 < pattern.Length && (isQuoted ? pattern[i + 1] == 'E' : pattern[i + 1] == 'Q'))
            {
                isQuoted = !isQuoted;
                i += 2;
                continue;
            }
            var escapes = !isQuoted && pattern[i] == '\\';
            i += Add(pattern, i, isQuoted);
            if (escapes && i < pattern.Length)
                i += Add(pattern, i, isQuoted: false);
        }
    }

    int Add(string pattern, int at, bool isQuoted)
    {
        if (!Rune.TryGetRuneAt(pattern, at, out var rune))
            throw Malformed("half of a surrogate pair", at + 1);
        _characters.Add((rune.Value, isQuoted, at));
        return rune.Utf16SequenceLength;
    }
}
