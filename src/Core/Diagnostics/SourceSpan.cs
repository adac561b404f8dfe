namespace SqlStream.Core.Diagnostics;

/// <summary>A piece of a SQL text: offset of its first character and its length, both in UTF-16 units.</summary>
/// <param name="Start">Offset of the first character, from 0.</param>
/// <param name="Length">Number of characters; 0 marks a position between two characters.</param>
public readonly record struct SourceSpan(int Start, int Length)
{
    /// <summary>No position: for what the user did not write.</summary>
    public static SourceSpan None { get; } = new(-1, 0);

    /// <summary>Offset after the last character.</summary>
    public int End => Start + Length;

    /// <summary>True for <see cref="None"/>.</summary>
    public bool IsNone => Start < 0;

    /// <summary>The smallest span that holds both.</summary>
    public static SourceSpan Union(SourceSpan left, SourceSpan right)
    {
        if (left.IsNone)
            return right;
        if (right.IsNone)
            return left;
        var start = Math.Min(left.Start, right.Start);
        return new SourceSpan(start, Math.Max(left.End, right.End) - start);
    }
}
