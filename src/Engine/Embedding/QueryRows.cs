using System.Runtime.CompilerServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Engine.Results;
using SqlStream.Engine.Rows;
using SqlStream.Engine.Values;
using SqlStream.Execution;

namespace SqlStream.Engine.Embedding;

/// <summary>Runs a statement and gives its rows as they come. The end of the enumeration, whichever way, ends the job.</summary>
sealed class QueryRows(SqlStreamEngine engine, ProgramSession session)
{
    /// <summary>The changes of the result as values of a type.</summary>
    /// <param name="sql">A statement that gives rows.</param>
    /// <param name="allowsUpdates">False: a result whose rows change is refused.</param>
    /// <param name="cancellation">Ends the query.</param>
    public async IAsyncEnumerable<Change<T>> ReadAsync<T>(string sql, bool allowsUpdates, [EnumeratorCancellation] CancellationToken cancellation)
    {
        switch (await session.SingleAsync(sql, cancellation).ConfigureAwait(false))
        {
            case QueryResult query:
                try
                {
                    if (query.IsUpdating && !allowsUpdates)
                        throw EmbeddingErrors.ResultUpdates();
                    var reader = RowReaders.Create<T>(query.Job.Results!.Schema);
                    while (await query.Job.Results.NextAsync(cancellation).ConfigureAwait(false) is { } batch)
                    {
                        var changes = Values(batch, reader);
                        foreach (var change in changes)
                            yield return change;
                    }
                    // Rows that will not come are not the end of the result.
                    if (query.Job.Status == JobStatus.Canceled)
                    {
                        session.EnsureOpen();
                        throw EmbeddingErrors.QueryCanceled(query.Job.Id);
                    }
                }
                finally
                {
                    await session.CloseAsync(query).ConfigureAwait(false);
                }
                break;
            case TableResult table:
                foreach (var change in Values(Build(table), RowReaders.Create<T>(table.Columns)))
                    yield return change;
                break;
            case JobResult or DoneResult or TextResult:
                throw EmbeddingErrors.NoRows(SourceSpan.None);
            case var other:
                throw new EngineBugException($"result {other.GetType().Name} has no case");
        }
    }

    // The batch is read to its end at once: what it lies in belongs to the engine, and the reader may never come back.
    static Change<T>[] Values<T>(Batch batch, RowReader<T> reader)
    {
        try
        {
            var columns = batch.Columns.ToArray();
            var values = new Change<T>[batch.Rows];
            for (var i = 0; i < values.Length; i++)
            {
                var row = batch.StoredRow(i);
                var kind = batch.Kind(row);
                var value = reader(columns, row);
                if (value is Row untyped && kind != RowKind.Insert)
                    value = (T)(object)untyped.WithKind(kind);
                values[i] = new Change<T>(kind, value);
            }
            return values;
        }
        finally
        {
            batch.Release();
        }
    }

    Batch Build(TableResult table)
    {
        using var builder = new BatchBuilder(table.Columns, engine.Root.Pool);
        foreach (var row in table.Rows)
        {
            for (var i = 0; i < row.Count; i++)
                PlanValue.Append(builder[i], row[i]);
            builder.EndRow();
        }
        return builder.Build();
    }
}
