using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using SqlStream.Client;
using SqlStream.Core.Rows;
using SqlStream.Server.Sessions;

namespace SqlStream.Server.Http;

/// <summary>Statements of a session: submitted, looked at, canceled; their rows by pages and as events.</summary>
sealed class StatementsApi(SessionTable sessions, ServerLimits limits, TimeProvider clock, CancellationToken stopping)
{
    const int WaitMsDefault = 1000;
    const int PageRowsDefault = 1000;
    static readonly TimeSpan _keepAlive = TimeSpan.FromSeconds(15);
    static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public async Task SubmitAsync(HttpContext context)
    {
        var session = Session(context);
        var request = await Wire.ReadAsync(context, ApiJson.Wire.StatementRequest).ConfigureAwait(false);
        var source = Wire.Sql(request.Sql, limits);
        if (request.Format is not (null or "json" or "text"))
            throw ServerErrors.WrongBody("Its 'format' must be 'json' or 'text'.");
        if (request.WaitMs is < 0 || request.WaitMs > limits.WaitMax.TotalMilliseconds)
            throw ServerErrors.WrongBody($"Its 'waitMs' must be a number from 0 to {limits.WaitMax.TotalMilliseconds}.");
        if (request.MaxRows is < 1 || request.MaxRows > limits.PageRowsMax)
            throw ServerErrors.WrongBody($"Its 'maxRows' must be a number from 1 to {limits.PageRowsMax}.");
        ServedStatement statement;
        try
        {
            statement = session.Begin(source, request.Format == "text");
        }
        catch (Core.Diagnostics.SqlException e)
        {
            var (status, problem) = Problems.Of(e, source);
            await Problems.WriteAsync(context, status, problem).ConfigureAwait(false);
            return;
        }
        await AnswerAsync(context, session, statement, request).ConfigureAwait(false);
    }

    public async Task ShowAsync(HttpContext context)
    {
        var statement = Statement(context);
        await WaitAsync(statement.Ended, WaitOf(context), context.RequestAborted).ConfigureAwait(false);
        await Wire.WriteAsync(context, statement.Info, ApiJson.Wire.StatementInfo).ConfigureAwait(false);
    }

    public async Task ResultsAsync(HttpContext context)
    {
        var statement = Statement(context);
        var cursor = Wire.Number(context, "cursor", 0, 0, long.MaxValue);
        var rowsMax = (int)Wire.Number(context, "maxRows", PageRowsDefault, 1, limits.PageRowsMax);
        var wait = WaitOf(context);
        await WaitAsync(statement.Answered, wait, context.RequestAborted).ConfigureAwait(false);
        var page = await statement.Buffer.ReadAsync(cursor, false, rowsMax, RowsMin(statement, rowsMax), wait, clock, context.RequestAborted).ConfigureAwait(false);
        if (page is { IsComplete: true, Rows.Count: 0 })
        {
            await statement.Ended.ConfigureAwait(false);
            if (statement.Info.Error is { } error)
            {
                await Problems.WriteAsync(context, error.Status, error).ConfigureAwait(false);
                return;
            }
        }
        await WriteAsync(context, StatusCodes.Status200OK, json => WritePage(json, statement, page)).ConfigureAwait(false);
    }

    public async Task EventsAsync(HttpContext context)
    {
        var statement = Statement(context);
        var cursor = Wire.Number(context, "cursor", LastEvent(context), 0, long.MaxValue);
        await statement.Answered.WaitAsync(context.RequestAborted).ConfigureAwait(false);
        var buffer = statement.Buffer;
        // A reader that has lost its connection may be here still; the new one takes its place.
        using var reader = statement.TakeOver();
        // A wrong cursor is told as any error.
        await buffer.ReadAsync(cursor, true, 1, 0, TimeSpan.Zero, clock, context.RequestAborted).ConfigureAwait(false);
        context.Response.ContentType = "text/event-stream";
        // What stands between must not wait for more.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping, reader.Token);
        await context.Response.StartAsync(cancellation.Token).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(cancellation.Token).ConfigureAwait(false);
        while (true)
        {
            var page = await buffer.ReadAsync(cursor, true, PageRowsDefault, 1, _keepAlive, clock, cancellation.Token).ConfigureAwait(false);
            if (page.Rows.Count > 0)
                await SendAsync(context, "rows", page.Next, json => WritePage(json, statement, page), cancellation.Token).ConfigureAwait(false);
            else if (!page.IsComplete)
                await context.Response.WriteAsync(": nothing new\n\n", cancellation.Token).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(cancellation.Token).ConfigureAwait(false);
            cursor = page.Next;
            Session(context);
            if (page.IsComplete)
                break;
        }
        await statement.Ended.ConfigureAwait(false);
        var info = statement.Info;
        if (info.Error is { } error)
            await SendAsync(context, "error", cursor, json => JsonSerializer.Serialize(json, error, ApiJson.Wire.Problem), cancellation.Token).ConfigureAwait(false);
        else
            await SendAsync(context, "end", cursor, json => JsonSerializer.Serialize(json, info, ApiJson.Wire.StatementInfo), cancellation.Token).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(cancellation.Token).ConfigureAwait(false);
    }

    public async Task CancelAsync(HttpContext context)
    {
        var statement = Statement(context);
        statement.Cancel();
        await WaitAsync(statement.Ended, limits.WaitMax, context.RequestAborted).ConfigureAwait(false);
        await Wire.WriteAsync(context, statement.Info, ApiJson.Wire.StatementInfo).ConfigureAwait(false);
    }

    public async Task CloseAsync(HttpContext context)
    {
        var session = Session(context);
        await session.RemoveAsync(session.Statement(Wire.Part(context, "statement"))).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    // What is known within the time that the client wants to wait comes with the answer, be it an error or rows.
    async Task AnswerAsync(HttpContext context, ServedSession session, ServedStatement statement, StatementRequest request)
    {
        var wait = TimeSpan.FromMilliseconds(request.WaitMs ?? WaitMsDefault);
        await WaitAsync(statement.Answered, wait, context.RequestAborted).ConfigureAwait(false);
        WirePage? page = null;
        if (statement.HasRows)
            page = await statement.Buffer.ReadAsync(0, false, request.MaxRows ?? PageRowsDefault, RowsMin(statement, request.MaxRows ?? PageRowsDefault), wait, clock, context.RequestAborted).ConfigureAwait(false);
        if (page is { IsComplete: true })
            await statement.Ended.ConfigureAwait(false);
        if (statement.Info.Error is { } error && page is not { Rows.Count: > 0 })
        {
            await session.RemoveAsync(statement).ConfigureAwait(false);
            await Problems.WriteAsync(context, error.Status, error).ConfigureAwait(false);
            return;
        }
        await WriteAsync(context, StatusCodes.Status201Created, json => WriteStatement(json, statement, page)).ConfigureAwait(false);
    }

    // What ends by itself is worth waiting for.
    static int RowsMin(ServedStatement statement, int rowsMax) => statement.Info.IsBounded ? rowsMax : 1;

    static void WriteStatement(Utf8JsonWriter json, ServedStatement statement, WirePage? page)
    {
        using var info = JsonSerializer.SerializeToDocument(statement.Info, ApiJson.Wire.StatementInfo);
        json.WriteStartObject();
        foreach (var property in info.RootElement.EnumerateObject())
            property.WriteTo(json);
        if (page is { } rows)
        {
            json.WritePropertyName("results");
            WritePage(json, statement, rows);
        }
        json.WriteEndObject();
    }

    // As ResultPage; the rows are JSON already.
    static void WritePage(Utf8JsonWriter json, ServedStatement statement, WirePage page)
    {
        json.WriteStartObject();
        json.WriteNumber("cursor", page.Cursor);
        json.WriteNumber("next", page.Next);
        json.WriteBoolean("isComplete", page.IsComplete);
        if (statement.Info.IsUpdating)
        {
            json.WriteStartArray("ops");
            foreach (var row in page.Rows)
                json.WriteStringValue(row.Kind.Symbol());
            json.WriteEndArray();
        }
        json.WriteStartArray("rows");
        foreach (var row in page.Rows)
            json.WriteRawValue(row.Json, skipInputValidation: true);
        json.WriteEndArray();
        if (statement.Progress is { } progress)
        {
            json.WritePropertyName("progress");
            JsonSerializer.Serialize(json, progress, ApiJson.Wire.ProgressInfo);
        }
        json.WriteEndObject();
    }

    static async Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        var buffer = Written(write);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = buffer.WrittenCount;
        await Sending.WriteAsync(context, buffer.WrittenMemory).ConfigureAwait(false);
    }

    static async Task SendAsync(HttpContext context, string name, long id, Action<Utf8JsonWriter> write, CancellationToken cancellation)
    {
        await context.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"event: {name}\nid: {id}\ndata: "), cancellation).ConfigureAwait(false);
        await Sending.WriteAsync(context, Written(write).WrittenMemory, cancellation).ConfigureAwait(false);
        await context.Response.WriteAsync("\n\n", cancellation).ConfigureAwait(false);
    }

    static ArrayBufferWriter<byte> Written(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, _options);
        write(json);
        json.Flush();
        return buffer;
    }

    static async Task WaitAsync(Task task, TimeSpan wait, CancellationToken cancellation)
    {
        if (wait > TimeSpan.Zero)
            await Task.WhenAny(task, Task.Delay(wait, TimeProvider.System, cancellation)).ConfigureAwait(false);
    }

    TimeSpan WaitOf(HttpContext context) => TimeSpan.FromMilliseconds(Wire.Number(context, "waitMs", 0, 0, (long)limits.WaitMax.TotalMilliseconds));

    static long LastEvent(HttpContext context) =>
        long.TryParse(context.Request.Headers["Last-Event-ID"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;

    ServedSession Session(HttpContext context) => sessions.Find(Wire.Part(context, "session"));

    ServedStatement Statement(HttpContext context) => Session(context).Statement(Wire.Part(context, "statement"));
}
