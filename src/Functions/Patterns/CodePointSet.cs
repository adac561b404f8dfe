using System.Globalization;

namespace SqlStream.Functions.Patterns;

/// <summary>A set of code points, immutable: the ends of its ranges in ascending order, each start inclusive and each end
/// exclusive.</summary>
sealed class CodePointSet
{
    /// <summary>One more than the greatest code point.</summary>
    public const int Limit = 0x110000;

    readonly int[] _ends;

    CodePointSet(int[] ends) => _ends = ends;

    /// <summary>The empty set.</summary>
    public static CodePointSet Empty { get; } = new([]);

    /// <summary>All code points.</summary>
    public static CodePointSet All { get; } = new([0, Limit]);

    /// <summary>The ASCII characters.</summary>
    public static CodePointSet Ascii { get; } = Range(0, 0x7F);

    /// <summary>True if nothing is in it.</summary>
    public bool IsEmpty => _ends.Length == 0;

    /// <summary>Number of ranges.</summary>
    public int RangeCount => _ends.Length / 2;

    /// <summary>First and last code point of a range.</summary>
    public (int First, int Last) this[int range] => (_ends[2 * range], _ends[(2 * range) + 1] - 1);

    /// <summary>The only code point in the set, or -1 if there are none or several.</summary>
    public int Single => _ends is [var first, var end] && end == first + 1 ? first : -1;

    /// <summary>A set of one.</summary>
    public static CodePointSet Of(int codePoint) => Range(codePoint, codePoint);

    /// <summary>All from the first to the last, both inclusive.</summary>
    public static CodePointSet Range(int first, int last) => new([first, last + 1]);

    /// <summary>All that pass a test, over all code points.</summary>
    public static CodePointSet Where(Func<int, bool> test)
    {
        var ends = new List<int>();
        var inside = false;
        for (var codePoint = 0; codePoint < Limit; codePoint++)
        {
            if (test(codePoint) == inside)
                continue;
            ends.Add(codePoint);
            inside = !inside;
        }
        if (inside)
            ends.Add(Limit);
        return new CodePointSet([.. ends]);
    }

    /// <summary>Reads ranges in hexadecimal digits: <c>41-5A 61-7A AA</c>.</summary>
    public static CodePointSet Parse(string ranges)
    {
        var ends = new List<int>();
        foreach (var range in ranges.Split(' '))
        {
            var dash = range.IndexOf('-', StringComparison.Ordinal);
            ends.Add(Hex(dash < 0 ? range : range[..dash]));
            ends.Add(Hex(dash < 0 ? range : range[(dash + 1)..]) + 1);
        }
        return new CodePointSet([.. ends]);
    }

    /// <summary>True if the code point is in the set.</summary>
    public bool Contains(int codePoint)
    {
        var at = Array.BinarySearch(_ends, codePoint);
        return ((at >= 0 ? at : ~at - 1) & 1) == 0;
    }

    /// <summary>What is not in the set.</summary>
    public CodePointSet Complement()
    {
        var ends = new List<int>(_ends);
        if (ends.Count > 0 && ends[0] == 0)
            ends.RemoveAt(0);
        else
            ends.Insert(0, 0);
        if (ends[^1] == Limit)
            ends.RemoveAt(ends.Count - 1);
        else
            ends.Add(Limit);
        return new CodePointSet([.. ends]);
    }

    /// <summary>What is in either.</summary>
    public CodePointSet Union(CodePointSet other) => Combine(other, static (left, right) => left || right);

    /// <summary>What is in both.</summary>
    public CodePointSet Intersect(CodePointSet other) => Combine(other, static (left, right) => left && right);

    /// <summary>What is in this and not in the other.</summary>
    public CodePointSet Except(CodePointSet other) => Combine(other, static (left, right) => left && !right);

    CodePointSet Combine(CodePointSet other, Func<bool, bool, bool> holds)
    {
        var ends = new List<int>();
        var (i, j, inside) = (0, 0, false);
        while (i < _ends.Length || j < other._ends.Length)
        {
            var left = i < _ends.Length ? _ends[i] : int.MaxValue;
            var right = j < other._ends.Length ? other._ends[j] : int.MaxValue;
            var at = Math.Min(left, right);
            if (left == at)
                i++;
            if (right == at)
                j++;
            // After an odd number of ends the point lies inside.
            if (holds((i & 1) != 0, (j & 1) != 0) == inside)
                continue;
            ends.Add(at);
            inside = !inside;
        }
        return new CodePointSet([.. ends]);
    }

    static int Hex(string digits) => int.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
