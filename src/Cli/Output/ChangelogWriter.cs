using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Engine.Results;
using SqlStream.Engine.Sessions;

namespace SqlStream.Cli.Output;

/// <summary>One change a line: <c>+I[a, b]</c>.</summary>
sealed class ChangelogWriter(Session session, TextWriter output) : IResultWriter
{
    ResultText? _text;

    public void Begin(Schema columns, bool isUpdating, bool isListing = false) => _text = session.TextOf(columns);

    public void Write(Batch batch)
    {
        foreach (var (kind, values) in _text!.Rows(batch))
            output.WriteLine(Line(kind, values));
        output.Flush();
    }

    /// <summary>A change as a line.</summary>
    public static string Line(RowKind kind, string?[] values) => $"{kind.Symbol()}[{string.Join(", ", values.Select(value => value ?? "NULL"))}]";

    public void End() => output.Flush();
}
