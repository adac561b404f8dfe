using SqlStream.Core.Rows;

namespace SqlStream.Cli.Output;

/// <summary>One change a line: <c>+I[a, b]</c>.</summary>
sealed class ChangelogWriter(TextWriter output) : IResultWriter
{

    public void Begin(IReadOnlyList<ResultColumn> columns, bool isUpdating, bool isListing = false)
    {
    }

    public void Write(IResultBatch batch)
    {
        foreach (var (kind, values) in batch.Texts())
            output.WriteLine(Line(kind, values));
        output.Flush();
    }

    /// <summary>A change as a line.</summary>
    public static string Line(RowKind kind, string?[] values) => $"{kind.Symbol()}[{string.Join(", ", values.Select(value => value ?? "NULL"))}]";

    public void End() => output.Flush();
}
