namespace SqlStream.Core.Diagnostics;

/// <summary>Finds the name that a user probably meant (Levenshtein distance with transpositions, case ignored).</summary>
public static class NearestName
{
    /// <summary>The nearest candidate within a third of the length of <paramref name="name"/> (at least 1), or null.</summary>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        string? best = null;
        var limit = Math.Max(1, name.Length / 3);
        var bestDistance = limit + 1;
        foreach (var candidate in candidates)
        {
            if (Math.Abs(candidate.Length - name.Length) >= bestDistance)
                continue;
            var distance = Distance(name, candidate);
            if (distance < bestDistance)
            {
                bestDistance = distance;
                best = candidate;
            }
        }
        return best;
    }

    /// <summary>The hint <c>Did you mean "x"?</c>, or null where nothing is near.</summary>
    public static string? Hint(string name, IEnumerable<string> candidates) =>
        Find(name, candidates) is { } nearest ? $"Did you mean \"{nearest}\"?" : null;

    static int Distance(string left, string right)
    {
        var before = new int[right.Length + 1];
        var previous = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++)
            previous[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var same = Same(left[i - 1], right[j - 1]);
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]))
                    current[j] = Math.Min(current[j], before[j - 2] + 1);
            }
            (before, previous, current) = (previous, current, before);
        }
        return previous[right.Length];
    }

    static bool Same(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);
}
