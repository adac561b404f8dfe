using SqlStream.Core.Diagnostics;

namespace SqlStream.Cli;

/// <summary>Shows errors on standard error, in the form of docs/errors.md.</summary>
static class ErrorPrinter
{
    /// <summary>Shows an error; a stack trace only where asked for.</summary>
    public static void Print(Exception error, SourceText? source, bool verbose)
    {
        var writer = Console.Error;
        switch (error)
        {
            case SqlException sql:
                foreach (var diagnostic in sql.Diagnostics)
                    writer.WriteLine(diagnostic.Render(source));
                break;
            case ExternalException external:
                writer.WriteLine(external.ToDiagnostic().Render(null));
                break;
            default:
                writer.WriteLine($"ERROR {SqlState.InternalError}: {error.Message}");
                writer.WriteLine("HINT: This is a defect of the engine. Run with --verbose for the details that a report needs.");
                break;
        }
        if (verbose)
            writer.WriteLine(error);
    }
}
