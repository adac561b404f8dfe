using System.Globalization;

namespace SqlStream.Cli.Terminals;

/// <summary>Ctrl-R: looks for a text in the history while it is being typed.</summary>
/// <param name="history">Where it looks.</param>
/// <param name="before">What was being edited.</param>
sealed class HistorySearch(LineHistory history, string before)
{
    int _place = history.Entries.Count;

    /// <summary>What was being edited.</summary>
    public string Before => before;

    /// <summary>What is looked for.</summary>
    public string Wanted { get; private set; } = "";

    /// <summary>The entry that has it; null if none does.</summary>
    public string? Found { get; private set; }

    public void Add(string text)
    {
        Wanted += text.ReplaceLineEndings(" ");
        // The entry that is shown may still be the one.
        Look(_place + 1);
    }

    public void RemoveLast()
    {
        var starts = StringInfo.ParseCombiningCharacters(Wanted);
        Wanted = starts.Length == 0 ? "" : Wanted[..starts[^1]];
        Look(history.Entries.Count);
    }

    public void Older() => Look(_place);

    void Look(int before)
    {
        if (Wanted.Length == 0)
        {
            (Found, _place) = (null, history.Entries.Count);
            return;
        }
        var found = history.FindBefore(before, Wanted);
        if (found >= 0)
            (Found, _place) = (history.Entries[found], found);
        else if (Found?.Contains(Wanted, StringComparison.OrdinalIgnoreCase) != true)
            (Found, _place) = (null, history.Entries.Count);
    }
}
