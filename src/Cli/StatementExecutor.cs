using SqlStream.Cli.Output;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Engine.Results;
using SqlStream.Engine.Sessions;
using SqlStream.Execution;
using SqlStream.Parser;

namespace SqlStream.Cli;

/// <summary>Executes statements one after the other and shows what they give.</summary>
/// <param name="session">The session.</param>
/// <param name="writer">Writes results.</param>
/// <param name="output">Where they go.</param>
/// <param name="messages">Where warnings, notices and the ids of jobs go.</param>
/// <param name="view">Shows the rows of queries instead of the writer; null for none.</param>
sealed class StatementExecutor(Session session, IResultWriter writer, TextWriter output, TextWriter messages, Action<QueryResult, CancellationToken>? view = null)
{
    /// <summary>Executes one statement; returns the job that it started, if it did.</summary>
    public async Task<Job?> ExecuteAsync(ParsedStatement statement, SourceText source, CancellationToken cancellation)
    {
        var result = await session.ExecuteAsync(statement, source, cancellation).ConfigureAwait(false);
        foreach (var warning in result.Warnings)
            await messages.WriteLineAsync(ErrorPrinter.Printable(warning.Render(source))).ConfigureAwait(false);
        switch (result)
        {
            case DoneResult done:
                foreach (var notice in done.Notices)
                    await messages.WriteLineAsync("NOTICE: " + notice).ConfigureAwait(false);
                return null;
            case TextResult text:
                await output.WriteLineAsync(text.Text).ConfigureAwait(false);
                await output.FlushAsync(cancellation).ConfigureAwait(false);
                return null;
            case TableResult table:
                Show(table);
                return null;
            case QueryResult query:
                await ShowAsync(query, cancellation).ConfigureAwait(false);
                return null;
            case JobResult job:
                await messages.WriteLineAsync(job.Notice).ConfigureAwait(false);
                return job.Job;
            default:
                throw new EngineBugException($"result {result.GetType().Name} has no case");
        }
    }

    async Task ShowAsync(QueryResult query, CancellationToken cancellation)
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
            await session.CloseAsync(query).ConfigureAwait(false);
        }
    }

    void Stream(QueryResult query, CancellationToken cancellation)
    {
        var results = query.Job.Results!;
        writer.Begin(results.Schema, query.IsUpdating);
        while (results.Next(cancellation) is { } batch)
        {
            try
            {
                writer.Write(batch);
            }
            finally
            {
                batch.Release();
            }
        }
        writer.End();
    }

    void Show(TableResult table)
    {
        using var rows = new BatchBuilder(table.Columns, new ColumnPool());
        foreach (var row in table.Rows)
        {
            for (var i = 0; i < row.Count; i++)
                PlanValue.Append(rows[i], row[i]);
            rows.EndRow();
        }
        writer.Begin(new Schema([.. table.Columns.Fields]), isUpdating: false, isListing: true);
        var batch = rows.Build();
        writer.Write(batch);
        batch.Release();
        writer.End();
    }
}
