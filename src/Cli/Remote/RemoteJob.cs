using System.Globalization;
using SqlStream.Cli.Hosts;
using SqlStream.Cli.Shell;
using SqlStream.Client;

namespace SqlStream.Cli.Remote;

/// <summary>A job of a server, which is looked at until it has ended.</summary>
sealed class RemoteJob : IHostJob
{
    static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(500);

    readonly SqlStreamClient _client;
    JobInfo _last;

    RemoteJob(SqlStreamClient client, JobInfo first)
    {
        _client = client;
        _last = first;
        Completion = FollowAsync();
    }

    public string Id => _last.Id;

    public string Name => _last.Name;

    public Task Completion { get; }

    public Exception? Error => _last is { Status: "FAILED", Error: { } error }
        ? RemoteErrors.Of(new Problem { Title = error.Message, SqlState = error.SqlState, Detail = error.Detail, Hint = error.Hint }, 0)
        : null;

    /// <summary>The job of that id.</summary>
    public static async Task<RemoteJob> FollowAsync(SqlStreamClient client, string id) => new(client, await client.JobAsync(id).ConfigureAwait(false));

    public string EndText(TimeSpan time)
    {
        var name = $"job {Id[..JobTexts.IdLength]} ({Name})";
        return _last.Status switch
        {
            "FAILED" => $"{name} failed: {_last.Error?.SqlState}: {_last.Error?.Message}\n" + JobTexts.HintLine(_last.Error?.Hint),
            "FINISHED" => string.Create(CultureInfo.InvariantCulture, $"{name} finished: {_last.Progress?.RowsIn ?? 0:N0} rows in, {_last.Progress?.RowsOut ?? 0:N0} out in {LiveStatus.Duration(time)}\n"),
            _ => $"{name} ended: {_last.Status}\n",
        };
    }

    // What happens meanwhile is told by the server itself.
    public void Listen(Action<string> notice)
    {
    }

    async Task FollowAsync()
    {
        using var tick = new PeriodicTimer(_tick);
        while (_last.IsActive)
        {
            await tick.WaitForNextTickAsync().ConfigureAwait(false);
            try
            {
                _last = await _client.JobAsync(_last.Id).ConfigureAwait(false);
            }
            catch (Exception e) when (e is ApiException or ObjectDisposedException)
            {
                // The server is away, or this program ends. The job goes on without being looked at.
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System).ConfigureAwait(false);
            }
        }
    }
}
