using SqlStream.Core.Connect;

namespace SqlStream.Execution.Runtime;

/// <summary>Runs blocking work on threads of its own, at most a few at once; the rest waits in order.</summary>
public sealed class EdgePool : IEdgeScheduler, IDisposable
{
    readonly Lock _lock = new();
    readonly Queue<Action<CancellationToken>> _queue = new();
    readonly CancellationTokenSource _cancellation = new();
    readonly SemaphoreSlim _ready = new(0);
    readonly List<Thread> _threads = [];

    /// <summary>Starts the threads.</summary>
    /// <param name="threads">How many.</param>
    /// <param name="name">Name of the threads.</param>
    /// <param name="lowPriority">For work that must not compete with the workers, such as sorting and hashing state.</param>
    public EdgePool(int threads, string name, bool lowPriority = false)
    {
        for (var i = 0; i < threads; i++)
        {
            var thread = new Thread(Work)
            {
                IsBackground = true,
                Name = $"sqlstream-{name}-{i}",
                Priority = lowPriority ? ThreadPriority.BelowNormal : ThreadPriority.Normal,
            };
            _threads.Add(thread);
            thread.Start();
        }
    }

    /// <inheritdoc/>
    public void Run(string name, Action<CancellationToken> work)
    {
        lock (_lock)
            _queue.Enqueue(work);
        _ready.Release();
    }

    /// <summary>Cancels what runs and ends the threads.</summary>
    public void Dispose()
    {
        _cancellation.Cancel();
        _ready.Release(_threads.Count);
        foreach (var thread in _threads)
            thread.Join(TimeSpan.FromSeconds(5));
    }

    void Work()
    {
        while (true)
        {
            _ready.Wait();
            Action<CancellationToken>? work;
            lock (_lock)
                _queue.TryDequeue(out work);
            if (work is not null)
                work(_cancellation.Token);
            else if (_cancellation.IsCancellationRequested)
                return;
        }
    }
}
