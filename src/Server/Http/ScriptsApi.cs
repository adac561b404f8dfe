using Microsoft.AspNetCore.Http;
using SqlStream.Client;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Files;
using SqlStream.Engine;
using SqlStream.Engine.Jobs;
using SqlStream.Engine.Results;
using SqlStream.Engine.Sessions;
using SqlStream.Parser;
using SqlStream.Parser.Syntax;
using SqlStream.Server.Jobs;

namespace SqlStream.Server.Http;

/// <summary>Scripts: planned whole, then executed in order in a session of their own; each INSERT becomes a job. Where a statement fails all the same, the jobs of those before it are taken back.</summary>
sealed class ScriptsApi(SqlStreamEngine engine, JobStore store, ServerLimits limits, FileRoots files, JobViews views)
{
    const int NameCharactersMax = 200;

    public async Task SubmitAsync(HttpContext context)
    {
        var request = await Wire.ReadAsync(context, ApiJson.Wire.ScriptRequest).ConfigureAwait(false);
        var source = Wire.Sql(request.Sql, limits);
        Check(request);
        var jobs = new List<ServedJob>();
        try
        {
            var result = await RunAsync(request, source, jobs, context.RequestAborted).ConfigureAwait(false);
            await Wire.WriteAsync(context, result, ApiJson.Wire.ScriptResult, StatusCodes.Status201Created).ConfigureAwait(false);
        }
        catch (SqlException e)
        {
            await TakeBackAsync(jobs).ConfigureAwait(false);
            var (status, problem) = Problems.Of(e, source);
            await Problems.WriteAsync(context, status, problem).ConfigureAwait(false);
        }
        catch
        {
            await TakeBackAsync(jobs).ConfigureAwait(false);
            throw;
        }
    }

    void Check(ScriptRequest request)
    {
        if (request.Catalog is not (null or "own" or "server"))
            throw ServerErrors.WrongBody("Its 'catalog' must be 'own' or 'server'.");
        if (request.Name is { } name && (name.Length is 0 or > NameCharactersMax || name.Any(char.IsControl)))
            throw ServerErrors.WrongBody($"Its 'name' must have 1 to {NameCharactersMax} characters, and none that control terminals.");
        if (request is { AllowQueries: true, Check: false })
            throw ServerErrors.WrongBody("Its 'allowQueries' needs 'check'.");
        if (request.RestorePath is { } path)
            files.Check(path, SourceSpan.None);
    }

    async Task<ScriptResult> RunAsync(ScriptRequest request, SourceText source, List<ServedJob> jobs, CancellationToken cancellation)
    {
        var statements = Session.Parse(source);
        var session = engine.OpenSession();
        if (request.Catalog == "server")
            session.KeepCatalog();
        session.Set(request.Settings ?? new Dictionary<string, string>());
        if (request.Name is { } name)
            session.Set(new Dictionary<string, string> { ["pipeline.name"] = name });
        // An error in the last statement is told before the first one has done anything.
        var found = session.Check(statements, source, request.AllowQueries ? null : RefuseQuery);
        if (request.Check)
            return new ScriptResult([], [], [.. found.Select(warning => Problems.ErrorOf(warning, source))]);
        session.Run = store.Ledger(request.RestorePath, request.Name is not null, jobs.Add);
        var notices = new List<string>();
        var warnings = new List<ProblemError>();
        foreach (var statement in statements)
        {
            // Nobody waits here for what may run for ever.
            session.Set(new Dictionary<string, string> { ["table.dml-sync"] = "false" });
            var result = await session.ExecuteAsync(statement, source, cancellation).ConfigureAwait(false);
            warnings.AddRange(result.Warnings.Select(warning => Problems.ErrorOf(warning, source)));
            if (result is DoneResult done)
                notices.AddRange(done.Notices);
            else if (result is JobResult job)
                notices.Add(job.Notice);
            else if (result is TextResult text)
                notices.Add(text.Text);
        }
        return new ScriptResult([.. jobs.Select(views.Info)], notices, warnings);
    }

    static Diagnostic? RefuseQuery(ParsedStatement statement) => statement.Syntax is QueryStatement ? ServerErrors.QueryInScript(statement.Span) : null;

    async Task TakeBackAsync(List<ServedJob> jobs)
    {
        foreach (var job in jobs.Where(store.All.Contains))
        {
            if (job.IsActive)
                await store.CancelAsync(job, CancellationToken.None).ConfigureAwait(false);
            store.Delete(job, keepsCheckpoints: false);
        }
    }
}
