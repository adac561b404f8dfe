using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Engine.Results;
using SqlStream.Engine.Sessions;

namespace SqlStream.Cli.Output;

/// <summary>A table of Markdown, as it is pasted into pages; an updating query has the kind of each row in a first column <c>op</c>.</summary>
sealed class MarkdownWriter(Session session, TextWriter output) : IResultWriter
{
    ResultText? _text;
    bool _isUpdating;

    public void Begin(Schema columns, bool isUpdating, bool isListing = false)
    {
        _text = session.TextOf(columns);
        _isUpdating = isUpdating;
        WriteLine(isUpdating ? columns.Fields.Select(column => (string?)column.Name).Prepend("op") : columns.Fields.Select(column => (string?)column.Name));
        var rule = columns.Fields.Select(column => column.Type.IsNumeric ? "---:" : "---");
        output.WriteLine($"|{string.Join('|', isUpdating ? rule.Prepend("---") : rule)}|");
    }

    public void Write(Batch batch)
    {
        foreach (var (kind, values) in _text!.Rows(batch))
            WriteLine(_isUpdating ? values.Prepend(kind.Symbol()) : values);
        output.Flush();
    }

    public void End() => output.Flush();

    void WriteLine(IEnumerable<string?> values) => output.WriteLine($"| {string.Join(" | ", values.Select(Escape))} |");

    static string Escape(string? value) => CellText.Of(value?.ReplaceLineEndings("<br>")).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal);
}
