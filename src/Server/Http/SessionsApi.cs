using Microsoft.AspNetCore.Http;
using SqlStream.Client;
using SqlStream.Server.Sessions;

namespace SqlStream.Server.Http;

/// <summary>Sessions: opened, listed, shown, closed.</summary>
sealed class SessionsApi(SessionTable sessions)
{
    const int NameCharactersMax = 200;

    public async Task OpenAsync(HttpContext context)
    {
        var request = await Wire.ReadAsync(context, ApiJson.Wire.OpenSessionRequest, new OpenSessionRequest()).ConfigureAwait(false);
        if (request.Name is { Length: > NameCharactersMax })
            throw ServerErrors.WrongBody($"Its 'name' is longer than {NameCharactersMax} characters.");
        if (request.Name is { } name && name.Any(char.IsControl))
            throw ServerErrors.WrongBody("Its 'name' has characters that control terminals.");
        var session = sessions.Open(request.Name ?? "", request.Settings ?? new Dictionary<string, string>());
        await Wire.WriteAsync(context, session.Info(), ApiJson.Wire.SessionInfo, StatusCodes.Status201Created).ConfigureAwait(false);
    }

    public Task ListAsync(HttpContext context) =>
        Wire.WriteAsync(context, new SessionList([.. sessions.All.Select(session => session.Info())]), ApiJson.Wire.SessionList);

    public Task ShowAsync(HttpContext context) => Wire.WriteAsync(context, Find(context).Info(), ApiJson.Wire.SessionInfo);

    public async Task VocabularyAsync(HttpContext context) =>
        await Wire.WriteAsync(context, await Find(context).VocabularyAsync(context.RequestAborted).ConfigureAwait(false), ApiJson.Wire.VocabularyInfo).ConfigureAwait(false);

    public async Task CloseAsync(HttpContext context)
    {
        await sessions.CloseAsync(Find(context)).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    ServedSession Find(HttpContext context) => sessions.Find(Wire.Part(context, "session"));
}
