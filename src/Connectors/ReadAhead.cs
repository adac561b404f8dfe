using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors;

/// <summary>Reads block by block on edge threads, a little ahead of the decoder.</summary>
/// <remarks>One action runs at a time, and each reads one block. Dispose may come while one runs: the action then returns its buffer and closes what it reads
/// itself. Works the same when the scheduler runs actions at once, within <c>Run</c>, or much later.</remarks>
/// <typeparam name="TBlock">A block in a buffer of the pool; whoever takes it returns the buffer.</typeparam>
abstract class ReadAhead<TBlock> : IDisposable
    where TBlock : struct
{
    const int BlocksMax = 2;

    readonly Lock _lock = new();
    readonly Queue<TBlock> _blocks = new();
    readonly string _work;
    readonly SplitReaderContext _context;
    readonly Action<CancellationToken> _read;
    Exception? _failure;
    bool _running;
    bool _ended;
    bool _disposed;

    /// <param name="work">What the actions do, for people.</param>
    /// <param name="context">Scheduler, pool, and what is woken when a block has come.</param>
    protected ReadAhead(string work, SplitReaderContext context) => (_work, _context, _read) = (work, context, Read);

    /// <summary>The next block if it is there; asks for more. A failure of the reading is raised here, on the worker thread.</summary>
    public bool TryTake(out TBlock block)
    {
        Request();
        bool taken;
        lock (_lock)
        {
            taken = _blocks.TryDequeue(out block);
            if (!taken && _failure is not null)
                throw _failure;
        }
        if (taken)
            Request();
        return taken;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            while (_blocks.TryDequeue(out var block))
                _context.Pool.Return(BufferOf(block));
            if (_running)
            {
                Interrupt();
                return;
            }
        }
        Close();
    }

    /// <summary>Reads one block, into a buffer of the pool; opens what is read at the first call. On an edge thread.</summary>
    protected abstract TBlock ReadBlock(CancellationToken cancellation);

    /// <summary>The buffer of a block.</summary>
    protected abstract byte[] BufferOf(TBlock block);

    /// <summary>Nothing comes after the block.</summary>
    protected abstract bool IsLast(TBlock block);

    /// <summary>Closes what is read, if it was opened. No action runs then.</summary>
    protected abstract void Close();

    /// <summary>Ends the action that runs, as soon as that can be done: nobody wants its block. Does not wait.</summary>
    protected virtual void Interrupt()
    {
    }

    void Request()
    {
        lock (_lock)
        {
            if (_running || _ended || _disposed || _blocks.Count >= BlocksMax)
                return;
            _running = true;
        }
        _context.Edge.Run(_work, _read);
    }

    void Read(CancellationToken cancellation)
    {
        TBlock? block = null;
        Exception? failure = null;
        try
        {
            if (!IsDisposed)
                block = ReadBlock(cancellation);
        }
        catch (Exception e) when (e is SqlException or ExternalException or OperationCanceledException)
        {
            failure = e;
        }
        if (!Deliver(block, failure))
            return;
        Request();
        _context.Wake();
    }

    bool IsDisposed
    {
        get
        {
            lock (_lock)
                return _disposed;
        }
    }

    // False if nobody wants the block any more.
    bool Deliver(TBlock? block, Exception? failure)
    {
        lock (_lock)
        {
            _running = false;
            if (!_disposed)
            {
                _failure = failure;
                _ended = failure is not null || block is null || IsLast(block.Value);
                if (block is { } filled)
                    _blocks.Enqueue(filled);
                return true;
            }
        }
        if (block is { } unwanted)
            _context.Pool.Return(BufferOf(unwanted));
        Close();
        return false;
    }
}
