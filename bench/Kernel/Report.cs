using System.Globalization;

namespace SqlStream.Bench;

/// <summary>One line of the report: a figure and its floor.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The figure as text.</param>
/// <param name="Floor">What it must reach, as text.</param>
/// <param name="IsReached">Whether it did.</param>
sealed record Figure(string Name, string Value, string Floor, bool IsReached);

/// <summary>Collects figures, prints them as one table, and appends them to a file.</summary>
sealed class Report
{
    readonly List<Figure> _figures = [];

    public void Add(Figure figure)
    {
        _figures.Add(figure);
        Console.WriteLine(Line(figure));
    }

    public void Save(string directory)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, "kernel.tsv");
        var time = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        File.AppendAllLines(path, _figures.Select(figure => string.Join('\t', time, figure.Name, figure.Value, figure.Floor, figure.IsReached ? "reached" : "missed")));
        Console.WriteLine($"\n{_figures.Count(figure => figure.IsReached)} of {_figures.Count} floors reached");
    }

    static string Line(Figure figure) => $"{(figure.IsReached ? "  " : "! ")}{figure.Name,-58} {figure.Value,34}   floor {figure.Floor}";
}
