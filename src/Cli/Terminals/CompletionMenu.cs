namespace SqlStream.Cli.Terminals;

/// <summary>What could stand at the cursor, as a list below the text of which one entry may be chosen.</summary>
sealed class CompletionMenu(int start, int length, IReadOnlyList<Completion> choices)
{
    const int RowsMax = 8;
    const int LabelMax = 48;

    int _chosen = -1;

    /// <summary>Where what is replaced begins.</summary>
    public int Start => start;

    /// <summary>How long it is now.</summary>
    public int Length { get; set; } = length;

    /// <summary>What was chosen; null while nothing is.</summary>
    public Completion? Chosen => _chosen < 0 ? null : choices[_chosen];

    public void Move(int by) => _chosen = _chosen < 0 && by < 0 ? choices.Count - 1 : (_chosen + by + choices.Count) % choices.Count;

    /// <summary>What all choices begin with.</summary>
    public static string CommonPrefix(IReadOnlyList<Completion> choices)
    {
        var common = choices[0].Text;
        foreach (var choice in choices)
        {
            var length = 0;
            while (length < Math.Min(common.Length, choice.Text.Length) && char.ToUpperInvariant(common[length]) == char.ToUpperInvariant(choice.Text[length]))
                length++;
            common = common[..length];
        }
        return common.Length > 0 && char.IsHighSurrogate(common[^1]) ? common[..^1] : common;
    }

    public void Draw(ScreenLayout layout, (int Columns, int Rows) size)
    {
        var rows = Math.Min(RowsMax, Math.Max(1, size.Rows - layout.Rows.Count - 2));
        var first = Math.Clamp(_chosen - rows + 1, 0, Math.Max(0, choices.Count - rows));
        var shown = choices.Skip(first).Take(rows).ToList();
        var width = Math.Min(LabelMax, shown.Max(choice => CellWidth.Of(choice.Text)));
        for (var i = 0; i < shown.Count; i++)
        {
            layout.NewRow();
            layout.Add("  ", Style.Plain);
            layout.Add(Output.CellText.Cut(shown[i].Text, width), first + i == _chosen ? Style.Selected : Style.Plain);
            var room = size.Columns - layout.Place.Column - 1;
            if (shown[i].Detail.Length == 0 || room < width)
                continue;
            layout.Add(new string(' ', width + 4 - layout.Place.Column), Style.Plain);
            layout.Add(Output.CellText.Cut(shown[i].Detail, size.Columns - layout.Place.Column - 1), Style.Dim);
        }
        if (choices.Count > rows)
        {
            layout.NewRow();
            layout.Add($"  {first + 1}-{first + shown.Count} of {choices.Count}", Style.Dim);
        }
    }
}
