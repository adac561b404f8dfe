using SqlStream.Core.Rows;

namespace SqlStream.Cli.Output;

/// <summary>CSV by RFC 4180 with a header; NULL is empty. An updating query has the kind of each row in a first column <c>op</c>.</summary>
sealed class CsvWriter(TextWriter output) : IResultWriter
{
    bool _isUpdating;

    public void Begin(IReadOnlyList<ResultColumn> columns, bool isUpdating, bool isListing = false)
    {
        _isUpdating = isUpdating;
        var names = columns.Select(column => (string?)column.Name);
        WriteLine(isUpdating ? names.Prepend("op") : names);
    }

    public void Write(IResultBatch batch)
    {
        foreach (var (kind, values) in batch.Texts())
            WriteLine(_isUpdating ? values.Prepend(kind.Symbol()) : values);
        output.Flush();
    }

    public void End() => output.Flush();

    void WriteLine(IEnumerable<string?> values) => output.WriteLine(string.Join(',', values.Select(Quote)));

    static string Quote(string? value)
    {
        if (value is null)
            return "";
        return value.Length == 0 || value.AsSpan().IndexOfAny("\",\r\n") >= 0 ? $"\"{value.Replace("\"", "\"\"")}\"" : value;
    }
}
