using SqlStream.Cli.Hosts;
using SqlStream.Cli.Output;
using SqlStream.Core.Diagnostics;
using SqlStream.Parser;

namespace SqlStream.Cli;

/// <summary>Executes statements one after the other and shows what they give.</summary>
/// <param name="host">Where they are executed.</param>
/// <param name="mode">How results are written: one of <see cref="ResultWriters.Names"/>.</param>
/// <param name="writer">Writes results.</param>
/// <param name="output">Where they go.</param>
/// <param name="messages">Where warnings, notices and the ids of jobs go.</param>
/// <param name="view">Shows the rows of queries instead of the writer; null for none.</param>
/// <param name="wait">Tells how far a statement is until it has ended; null to tell nothing.</param>
sealed class StatementExecutor(
    IStatementHost host, string mode, IResultWriter writer, TextWriter output, TextWriter messages, Action<IHostQuery, CancellationToken>? view = null,
    Func<Task, Task>? wait = null)
{
    /// <summary>Executes one statement; returns the job that it started, if it did.</summary>
    public async Task<IHostJob?> ExecuteAsync(ParsedStatement statement, SourceText source, CancellationToken cancellation)
    {
        var executing = host.ExecuteAsync(statement, source, ResultWriters.TakeJson(mode), cancellation);
        if (wait is not null)
            await wait(executing).ConfigureAwait(false);
        var result = await executing.ConfigureAwait(false);
        foreach (var warning in result.Warnings)
            await messages.WriteLineAsync(ErrorPrinter.Printable(warning.Render(source))).ConfigureAwait(false);
        switch (result)
        {
            case HostDone done:
                foreach (var notice in done.Notices)
                    await messages.WriteLineAsync("NOTICE: " + notice).ConfigureAwait(false);
                return null;
            case HostText text:
                await output.WriteLineAsync(text.Text).ConfigureAwait(false);
                await output.FlushAsync(cancellation).ConfigureAwait(false);
                return null;
            case HostListing listing:
                Show(listing);
                return null;
            case HostQueryResult query:
                await ShowAsync(query.Query, cancellation).ConfigureAwait(false);
                return null;
            case HostJobResult job:
                await messages.WriteLineAsync(job.Notice).ConfigureAwait(false);
                return job.Job;
            default:
                throw new EngineBugException($"result {result.GetType().Name} has no case");
        }
    }

    async Task ShowAsync(IHostQuery query, CancellationToken cancellation)
    {
        try
        {
            if (view is null)
                Stream(query, cancellation);
            else
                view(query, cancellation);
        }
        finally
        {
            await query.CloseAsync().ConfigureAwait(false);
        }
    }

    void Stream(IHostQuery query, CancellationToken cancellation)
    {
        writer.Begin(query.Columns, query.IsUpdating);
        while (query.Next(cancellation) is { } batch)
        {
            using (batch)
                writer.Write(batch);
        }
        writer.End();
    }

    void Show(HostListing listing)
    {
        using var rows = listing.Rows;
        writer.Begin(listing.Columns, isUpdating: false, isListing: true);
        writer.Write(rows);
        writer.End();
    }
}
