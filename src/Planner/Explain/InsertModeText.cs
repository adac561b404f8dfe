using SqlStream.Core.Connect;

namespace SqlStream.Planner.Explain;

/// <summary>How EXPLAIN shows in which way a sink inserts.</summary>
static class InsertModeText
{
    /// <summary>What differs from INSERT INTO.</summary>
    public static IEnumerable<string> Words(this InsertMode mode)
    {
        if (mode.Overwrites)
            yield return "overwrites";
        if (mode.OnConflict == KeyConflict.Keep)
            yield return "keeps rows of the same key";
        if (mode.OnConflict == KeyConflict.Fail)
            yield return "fails on rows of the same key";
        if (mode.Deduplicates)
            yield return "deduplicates";
    }
}
