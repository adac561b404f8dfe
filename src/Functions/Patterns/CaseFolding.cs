using System.Text;

namespace SqlStream.Functions.Patterns;

/// <summary>Sets of characters without regard to case, as Java's flags (?i) and (?iu) define it.</summary>
static class CaseFolding
{
    static readonly Lazy<int[]> s_cased = new(() =>
    {
        var cased = new List<int>();
        for (var codePoint = 0; codePoint < CodePointSet.Limit; codePoint++)
        {
            if (Rune.IsValid(codePoint) && (ToUpper(codePoint) != codePoint || ToLower(ToUpper(codePoint)) != codePoint))
                cased.Add(codePoint);
        }
        return [.. cased];
    });

    /// <summary>One character under (?i), or (?iu) where <paramref name="unicode"/>.</summary>
    public static CodePointSet Single(int codePoint, bool unicode)
    {
        if (!unicode)
            return codePoint < 0x80 ? Set(CodePointSet.Of(codePoint), unicode: false) : CodePointSet.Of(codePoint);
        var upper = ToUpper(codePoint);
        var folded = ToLower(upper);
        if (upper == folded)
            return CodePointSet.Of(codePoint);
        var set = CodePointSet.Of(folded);
        foreach (var other in s_cased.Value)
        {
            if (ToLower(ToUpper(other)) == folded)
                set = set.Union(CodePointSet.Of(other));
        }
        return set;
    }

    /// <summary>A range under (?i) or (?iu): with each character those whose other case lies in the range.</summary>
    public static CodePointSet Set(CodePointSet set, bool unicode)
    {
        if (!unicode)
            return set.Union(Shift(set, 'a', 'z', -32)).Union(Shift(set, 'A', 'Z', 32));
        var result = set;
        foreach (var other in s_cased.Value)
        {
            var upper = ToUpper(other);
            if (set.Contains(upper) || set.Contains(ToLower(upper)))
                result = result.Union(CodePointSet.Of(other));
        }
        return result;
    }

    static CodePointSet Shift(CodePointSet set, int first, int last, int by)
    {
        var part = set.Intersect(CodePointSet.Range(first, last));
        var shifted = CodePointSet.Empty;
        for (var i = 0; i < part.RangeCount; i++)
            shifted = shifted.Union(CodePointSet.Range(part[i].First + by, part[i].Last + by));
        return shifted;
    }

    // .NET leaves the dotted and the dotless i alone, Java maps them.
    static int ToUpper(int codePoint) =>
        codePoint == 0x131 ? 'I' : Rune.IsValid(codePoint) ? Rune.ToUpperInvariant(new Rune(codePoint)).Value : codePoint;

    static int ToLower(int codePoint) =>
        codePoint == 0x130 ? 'i' : Rune.IsValid(codePoint) ? Rune.ToLowerInvariant(new Rune(codePoint)).Value : codePoint;
}
