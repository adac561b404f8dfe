using SqlStream.Cli.Terminals;
using SqlStream.Core.Diagnostics;
using SqlStream.Parser;

namespace SqlStream.Cli;

/// <summary>Shows errors on standard error, in the form of docs/errors.md.</summary>
static class ErrorPrinter
{
    /// <summary>A text of which nothing is SQL has an error a word.</summary>
    const int ErrorsMax = 20;

    /// <summary>Shows an error; a stack trace only where asked for.</summary>
    public static void Print(Exception error, SourceText? source, bool verbose)
    {
        if (!StandardStreams.HasLostReader || verbose)
            Print(error, source, verbose, Console.Error);
    }

    /// <summary>Shows an error somewhere else.</summary>
    public static void Print(Exception error, SourceText? source, bool verbose, TextWriter writer)
    {
        switch (error)
        {
            case SqlException sql:
                // What the excerpt of a line shows may end in a log.
                if (source is not null)
                    source = new SourceText(SqlTokens.MaskSecrets(source.Text, keepsPositions: true), source.Name);
                foreach (var diagnostic in sql.Diagnostics.Take(ErrorsMax))
                    writer.WriteLine(Printable(diagnostic.Render(source)));
                if (sql.Diagnostics.Count > ErrorsMax)
                    writer.WriteLine($"{sql.Diagnostics.Count - ErrorsMax} more errors are not shown");
                break;
            case ExternalException external:
                writer.WriteLine(Printable(external.ToDiagnostic().Render(null)));
                break;
            case OperationCanceledException:
                writer.WriteLine($"ERROR {SqlState.QueryCanceled}: canceled on request");
                break;
            default:
                writer.WriteLine($"ERROR {SqlState.InternalError}: {error.Message}");
                writer.WriteLine("HINT: This is a defect of the engine. Run with --verbose for the details that a report needs.");
                break;
        }
        if (verbose)
            writer.WriteLine(error);
    }

    /// <summary>A text without control sequences: what stands in a script or in a row must not reach a terminal as one.</summary>
    public static string Printable(string text) => text.Any(PrintableWriter.IsObeyed)
        ? string.Concat(text.Select(c => PrintableWriter.IsObeyed(c) ? '\uFFFD' : c))
        : text;
}
