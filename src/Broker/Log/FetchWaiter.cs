namespace SqlStream.Broker.Log;

/// <summary>A fetch that waits for data; woken by any change of a partition that it reads.</summary>
sealed class FetchWaiter
{
    readonly TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Woken => _woken.Task;

    public void Wake() => _woken.TrySetResult();
}
