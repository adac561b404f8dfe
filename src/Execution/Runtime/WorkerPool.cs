namespace SqlStream.Execution.Runtime;

/// <summary>A fixed number of threads that run actors first come, first served. What is enqueued after the end is not run: a
/// timer may still fire then.</summary>
public sealed class WorkerPool : IScheduler, IDisposable
{
    readonly Lock _lock = new();
    readonly Queue<Actor> _queue = new();
    readonly SemaphoreSlim _ready = new(0);
    readonly Thread[] _threads;
    volatile bool _stopping;

    /// <summary>Starts the threads.</summary>
    public WorkerPool(int workers)
    {
        Workers = workers;
        _threads = new Thread[workers];
        for (var i = 0; i < workers; i++)
        {
            _threads[i] = new Thread(Work) { IsBackground = true, Name = $"sqlstream-worker-{i}" };
            _threads[i].Start();
        }
    }

    /// <summary>Number of threads.</summary>
    public int Workers { get; }

    /// <inheritdoc/>
    public void Enqueue(Actor actor)
    {
        lock (_lock)
            _queue.Enqueue(actor);
        _ready.Release();
    }

    /// <summary>Ends the threads after their current turn.</summary>
    public void Dispose()
    {
        _stopping = true;
        _ready.Release(_threads.Length);
        foreach (var thread in _threads)
            thread.Join();
    }

    void Work()
    {
        while (true)
        {
            _ready.Wait();
            if (_stopping)
                return;
            Actor actor;
            lock (_lock)
                actor = _queue.Dequeue();
            actor.Run();
        }
    }
}
