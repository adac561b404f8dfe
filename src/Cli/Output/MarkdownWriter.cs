using SqlStream.Core.Rows;

namespace SqlStream.Cli.Output;

/// <summary>A table of Markdown, as it is pasted into pages; an updating query has the kind of each row in a first column <c>op</c>.</summary>
sealed class MarkdownWriter(TextWriter output) : IResultWriter
{
    bool _isUpdating;

    public void Begin(IReadOnlyList<ResultColumn> columns, bool isUpdating, bool isListing = false)
    {
        _isUpdating = isUpdating;
        WriteLine(isUpdating ? columns.Select(column => (string?)column.Name).Prepend("op") : columns.Select(column => (string?)column.Name));
        var rule = columns.Select(column => column.IsNumeric ? "---:" : "---");
        output.WriteLine($"|{string.Join('|', isUpdating ? rule.Prepend("---") : rule)}|");
    }

    public void Write(IResultBatch batch)
    {
        foreach (var (kind, values) in batch.Texts())
            WriteLine(_isUpdating ? values.Prepend(kind.Symbol()) : values);
        output.Flush();
    }

    public void End() => output.Flush();

    void WriteLine(IEnumerable<string?> values) => output.WriteLine($"| {string.Join(" | ", values.Select(Escape))} |");

    static string Escape(string? value) => CellText.Of(value?.ReplaceLineEndings("<br>")).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal);
}
