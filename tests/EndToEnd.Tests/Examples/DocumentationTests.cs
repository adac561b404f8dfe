using System.Text;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.EndToEnd.Tests.Rig;
using SqlStream.Engine;
using SqlStream.Engine.Results;
using SqlStream.Engine.Sessions;
using SqlStream.Execution;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Examples;

/// <summary>Every page of docs/sql, docs/connectors/memory.md and nexmark.md, and docs/postgres.md where there can be a server: its <c>sql</c> blocks are executed one after the other, and where a <c>text</c>
/// block follows, it is what the last statement gives. <c>${DIR}</c> is a directory for the example, <c>${POSTGRES}</c> the address of a server. SQLSTREAM_REWRITE=1 writes the text blocks
/// anew.</summary>
public sealed class DocumentationTests
{
    const string Sql = "```sql";
    const string Text = "```text";
    const string End = "```";

    public static TheoryData<string> Pages() =>
    [
        .. Directory.GetFiles(Path.Combine(SqlStreamProgram.Root, "docs", "sql"), "*.md")
            .Append(Path.Combine(SqlStreamProgram.Root, "docs", "connectors", "memory.md"))
            .Append(Path.Combine(SqlStreamProgram.Root, "docs", "connectors", "nexmark.md"))
            .Concat(PostgresServer.Missing() is null ? [Path.Combine(SqlStreamProgram.Root, "docs", "postgres.md")] : [])
            .Select(path => Path.GetRelativePath(SqlStreamProgram.Root, path)).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Examples_give_what_the_page_says(string page)
    {
        var path = Path.Combine(SqlStreamProgram.Root, page);
        var lines = (await File.ReadAllLinesAsync(path)).ToList();
        using var work = new WorkDirectory();
        using var server = page.EndsWith("postgres.md", StringComparison.Ordinal) ? new PostgresServer() : null;
        await using var engine = SqlStreamEngine.Open(new EngineOptions
        {
            DataDirectory = work["data"],
            Settings = new Dictionary<string, string> { ["table.dml-sync"] = "true", ["parallelism.default"] = "1" },
        });
        var session = engine.OpenSession();
        var given = "";
        for (var at = 0; at < lines.Count; at++)
        {
            if (lines[at] is not (Sql or Text))
                continue;
            var end = lines.IndexOf(End, at);
            var block = string.Join('\n', lines[(at + 1)..end]);
            if (lines[at] == Sql)
            {
                given = await RunAsync(session, block.Replace("${DIR}", work.Path, StringComparison.Ordinal).Replace("${POSTGRES}", server?.Url, StringComparison.Ordinal));
                given = given.Replace(work.Path, "${DIR}", StringComparison.Ordinal);
                if (server is not null)
                    given = given.Replace(server.Url, "${POSTGRES}", StringComparison.Ordinal);
            }
            else if (Environment.GetEnvironmentVariable("SQLSTREAM_REWRITE") == "1")
            {
                lines.RemoveRange(at + 1, end - at - 1);
                lines.InsertRange(at + 1, given.Split('\n'));
                end = lines.IndexOf(End, at);
                await File.WriteAllTextAsync(path, string.Join('\n', lines) + "\n");
            }
            else
            {
                Assert.Equal($"{page}:{at + 2}\n{block}", $"{page}:{at + 2}\n{given}");
            }
            at = end;
        }
    }

    // A page may show what is refused, and how.
    static async Task<string> RunAsync(Session session, string sql)
    {
        var source = new SourceText(sql);
        var last = "";
        try
        {
            foreach (var statement in Session.Parse(source))
                last = await RunAsync(session, await session.ExecuteAsync(statement, source, CancellationToken.None));
        }
        catch (SqlException exception)
        {
            return string.Join('\n', exception.Diagnostics.Select(error => "ERROR " + error.RenderShort(source)));
        }
        return last;
    }

    static async Task<string> RunAsync(Session session, StatementResult result)
    {
        switch (result)
        {
            case TableResult table:
                return Lines(table.Columns, table.Rows.Select(row => row.Select(value => value is bool flag ? flag ? "TRUE" : "FALSE" : value?.ToString())));
            case QueryResult query:
                return await RowsAsync(session, query);
            case TextResult text:
                return text.Text;
            case DoneResult done:
                return string.Join('\n', done.Notices.Select(notice => "NOTICE: " + notice));
            case JobResult { Job: { Status: JobStatus.Failed } job }:
                throw job.Error!;
            default:
                return "";
        }
    }

    static async Task<string> RowsAsync(Session session, QueryResult query)
    {
        var rows = new List<IEnumerable<string?>>();
        var schema = query.Job.Results!.Schema;
        while (query.Job.Results.Next(CancellationToken.None) is { } batch)
        {
            foreach (var (kind, values) in session.TextOf(schema).Rows(batch))
                rows.Add(query.IsUpdating ? values.Prepend(BatchKind(kind)) : values);
            batch.Release();
        }
        await session.CloseAsync(query);
        if (query.Job.Error is { } error)
            throw error;
        return Lines(query.IsUpdating ? new Schema([new Field("op", SqlType.String), .. schema.Fields]) : schema, rows);
    }

    static string BatchKind(Core.Rows.RowKind kind) => kind switch
    {
        Core.Rows.RowKind.Insert => "+I",
        Core.Rows.RowKind.UpdateBefore => "-U",
        Core.Rows.RowKind.UpdateAfter => "+U",
        _ => "-D",
    };

    static string Lines(Schema schema, IEnumerable<IEnumerable<string?>> rows)
    {
        var text = new StringBuilder(string.Join(" | ", schema.Fields.Select(field => field.Name)));
        foreach (var row in rows)
            text.Append('\n').AppendJoin(" | ", row.Select(value => value ?? "NULL"));
        return text.ToString();
    }
}
