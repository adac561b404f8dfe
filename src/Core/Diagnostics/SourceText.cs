namespace SqlStream.Core.Diagnostics;

/// <summary>A SQL text with a name, able to turn offsets into lines and columns.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed class SourceText
{
    readonly int[] _lineStarts;

    /// <summary>Wraps a text. <paramref name="name"/> is what messages call it, usually a file name.</summary>
    public SourceText(string text, string name = "")
    {
        Text = text;
        Name = name;
        _lineStarts = FindLineStarts(text);
    }

    /// <summary>The whole text.</summary>
    public string Text { get; }

    /// <summary>The file name, or empty where the text was typed.</summary>
    public string Name { get; }

    /// <summary>Line and column of an offset, both from 1; the column counts UTF-16 units.</summary>
    public (int Line, int Column) LineColumn(int offset)
    {
        offset = Math.Clamp(offset, 0, Text.Length);
        var found = Array.BinarySearch(_lineStarts, offset);
        var line = found >= 0 ? found : ~found - 1;
        return (line + 1, offset - _lineStarts[line] + 1);
    }

    /// <summary>The text of a line (from 1) without its line end.</summary>
    public string Line(int line)
    {
        var start = _lineStarts[line - 1];
        var end = line < _lineStarts.Length ? _lineStarts[line] : Text.Length;
        return Text[start..end].TrimEnd('\r', '\n');
    }

    /// <summary>The characters of a span.</summary>
    public string Slice(SourceSpan span) => span.IsNone ? "" : Text.Substring(span.Start, span.Length);

    static int[] FindLineStarts(string text)
    {
        var starts = new List<int> { 0 };
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n')
                starts.Add(i + 1);
        }
        return [.. starts];
    }
}
