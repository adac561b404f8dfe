using Microsoft.AspNetCore.Http;
using SqlStream.Client;
using SqlStream.Engine.Metrics;

namespace SqlStream.Server.Http;

/// <summary>All routes: the one table from which they are served, described and tested.</summary>
static class ApiRoutes
{
    /// <summary>The path of the description.</summary>
    public const string OpenApiPath = "/v1/openapi.json";

    static readonly (string, string, string) _wait = ("waitMs", "integer", "how long the answer may wait, in milliseconds");
    static readonly (string, string, string) _cursor = ("cursor", "integer", "the number of the first row; the rows before it are forgotten");

    /// <summary>What every process has.</summary>
    public static IReadOnlyList<ApiRoute> Process(ProcessApi api) =>
    [
        new("GET", "/health/live", "whether the process lives", api.LiveAsync) { Response = ApiJson.Wire.HealthInfo, IsAlwaysReady = true },
        new("GET", "/health/ready", "whether it takes requests", api.ReadyAsync) { Response = ApiJson.Wire.HealthInfo, IsAlwaysReady = true },
        new("GET", "/v1/info", "what it is: versions, data directory, limits", api.InfoAsync) { Response = ApiJson.Wire.ServerInfo, IsAlwaysReady = true },
        new("GET", "/metrics", "metrics in the text format of Prometheus, or as OpenMetrics", api.MetricsAsync) { ContentType = PrometheusText.ContentType(PrometheusFormat.Text) },
    ];

    /// <summary>Jobs.</summary>
    public static IReadOnlyList<ApiRoute> Jobs(JobsApi api) =>
    [
        new("GET", "/v1/jobs", "all jobs, those that have ended too", api.ListAsync) { Response = ApiJson.Wire.JobList },
        new("GET", "/v1/jobs/{job}", "a job, by its id, the beginning of one, or its name", api.ShowAsync) { Response = ApiJson.Wire.JobInfo },
        new("DELETE", "/v1/jobs/{job}", "forgets a job that has ended, and its checkpoints", api.DeleteAsync)
        {
            Status = StatusCodes.Status204NoContent,
            Parameters = [("keepCheckpoints", "boolean", "its checkpoints stay")],
        },
        new("GET", "/v1/jobs/{job}/plan", "its tasks and operators, with rows a second", api.PlanAsync) { Response = ApiJson.Wire.PlanInfo },
        new("GET", "/v1/jobs/{job}/checkpoints", "its last checkpoints, with durations and sizes", api.CheckpointsAsync) { Response = ApiJson.Wire.CheckpointList },
        new("GET", "/v1/jobs/{job}/checkpoints/{checkpoint}", "a checkpoint, with what it holds of each operator", api.ShowCheckpointAsync) { Response = ApiJson.Wire.CheckpointInfo },
        new("POST", "/v1/jobs/{job}/checkpoint", "takes a checkpoint", api.CheckpointAsync) { Response = ApiJson.Wire.CheckpointInfo },
        new("POST", "/v1/jobs/{job}/savepoint", "takes a savepoint", api.SavepointAsync)
        {
            Request = ApiJson.Wire.SavepointRequest, IsBodyOptional = true, Response = ApiJson.Wire.CheckpointInfo,
        },
        new("POST", "/v1/jobs/{job}/stop", "stops it with a final checkpoint", api.StopAsync)
        {
            Request = ApiJson.Wire.StopRequest, IsBodyOptional = true, Response = ApiJson.Wire.StopResult,
        },
        new("POST", "/v1/jobs/{job}/cancel", "ends it without a checkpoint", api.CancelAsync) { Response = ApiJson.Wire.JobInfo },
        new("POST", "/v1/jobs/{job}/restart", "starts it again from its last checkpoint", api.RestartAsync) { Response = ApiJson.Wire.JobInfo },
    ];

    /// <summary>What only a server has: sessions, statements, scripts.</summary>
    public static IReadOnlyList<ApiRoute> Sessions(SessionsApi sessions, StatementsApi statements, ScriptsApi scripts) =>
    [
        new("POST", "/v1/sessions", "opens a session", sessions.OpenAsync)
        {
            Request = ApiJson.Wire.OpenSessionRequest, IsBodyOptional = true, Response = ApiJson.Wire.SessionInfo, Status = StatusCodes.Status201Created,
        },
        new("GET", "/v1/sessions", "all sessions", sessions.ListAsync) { Response = ApiJson.Wire.SessionList },
        new("GET", "/v1/sessions/{session}", "a session; it counts as used", sessions.ShowAsync) { Response = ApiJson.Wire.SessionInfo },
        new("GET", "/v1/sessions/{session}/vocabulary", "the names that its statements may use", sessions.VocabularyAsync) { Response = ApiJson.Wire.VocabularyInfo },
        new("DELETE", "/v1/sessions/{session}", "closes it: its queries end, its jobs go on", sessions.CloseAsync) { Status = StatusCodes.Status204NoContent },
        new("POST", "/v1/sessions/{session}/statements", "executes a statement", statements.SubmitAsync)
        {
            Request = ApiJson.Wire.StatementRequest, Response = ApiJson.Wire.StatementInfo, Status = StatusCodes.Status201Created,
        },
        new("GET", "/v1/sessions/{session}/statements/{statement}", "where a statement is", statements.ShowAsync)
        {
            Response = ApiJson.Wire.StatementInfo, Parameters = [_wait],
        },
        new("GET", "/v1/sessions/{session}/statements/{statement}/results", "a page of its rows", statements.ResultsAsync)
        {
            Response = ApiJson.Wire.ResultPage, Parameters = [_cursor, ("maxRows", "integer", "rows of the page at the most"), _wait],
        },
        new("GET", "/v1/sessions/{session}/statements/{statement}/events", "its rows as they come: events 'rows', then 'end' or 'error'", statements.EventsAsync)
        {
            ContentType = "text/event-stream", Parameters = [_cursor],
        },
        new("POST", "/v1/sessions/{session}/statements/{statement}/cancel", "cancels it", statements.CancelAsync) { Response = ApiJson.Wire.StatementInfo },
        new("DELETE", "/v1/sessions/{session}/statements/{statement}", "forgets it; one that runs is canceled", statements.CloseAsync) { Status = StatusCodes.Status204NoContent },
        new("POST", "/v1/scripts", "executes a script; each INSERT becomes a job", scripts.SubmitAsync)
        {
            Request = ApiJson.Wire.ScriptRequest, Response = ApiJson.Wire.ScriptResult, Status = StatusCodes.Status201Created,
        },
    ];
}
