using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.FileSystem;

/// <summary>A piece of a file in a pooled buffer; whoever takes it returns the buffer.</summary>
/// <param name="Buffer">The buffer.</param>
/// <param name="Start">Where the bytes begin; before them there is room.</param>
/// <param name="Length">How many there are.</param>
/// <param name="IsLast">The file ends with them.</param>
readonly record struct FileBlock(byte[] Buffer, int Start, int Length, bool IsLast);

/// <summary>Reads a file block by block on edge threads, a little ahead of the decoder.</summary>
/// <remarks>One action runs at a time, and each reads one block. Dispose may come while one runs: the action then
/// returns its buffer and closes the file itself. Works the same when the scheduler runs actions at once, within
/// <c>Run</c>, or much later.</remarks>
sealed class FileReadAhead : IDisposable
{
    /// <summary>Bytes of a buffer.</summary>
    public const int BufferBytes = 1 << 20;

    /// <summary>Room that a block leaves before its bytes, for the rest of the block before.</summary>
    public const int HeadroomBytes = 64 << 10;

    const int BlocksMax = 2;

    readonly Lock _lock = new();
    readonly Queue<FileBlock> _blocks = new();
    readonly string _path;
    readonly string _work;
    readonly Action<CancellationToken> _read;
    readonly long _offset;
    readonly FilePosition? _position;
    readonly ColumnPool _pool;
    readonly IEdgeScheduler _edge;
    readonly Action _wake;
    FileContent? _content;
    Exception? _failure;
    OpenedFile? _opened;
    bool _running;
    bool _ended;
    bool _disposed;

    public FileReadAhead(string path, long offset, FilePosition? position, SplitReaderContext context)
    {
        _path = path;
        _work = "read " + path;
        _read = Read;
        _offset = offset;
        _position = position;
        _pool = context.Pool;
        _edge = context.Edge;
        _wake = context.Wake;
    }

    /// <summary>What was found when the file was opened; null before the first block has come.</summary>
    public OpenedFile? Opened
    {
        get
        {
            lock (_lock)
                return _opened;
        }
    }

    /// <summary>The next block if it is there; asks for more. A failure of the reading is raised here,
    /// on the worker thread.</summary>
    public bool TryTake(out FileBlock block)
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
                _pool.Return(block.Buffer);
            if (_running)
                return;
        }
        _content?.Dispose();
    }

    void Request()
    {
        lock (_lock)
        {
            if (_running || _ended || _disposed || _blocks.Count >= BlocksMax)
                return;
            _running = true;
        }
        _edge.Run(_work, _read);
    }

    void Read(CancellationToken cancellation)
    {
        FileBlock? block = null;
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
        _wake();
    }

    bool IsDisposed
    {
        get
        {
            lock (_lock)
                return _disposed;
        }
    }

    FileBlock ReadBlock(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        _content ??= FileContent.Open(_path, _offset, _position, cancellation);
        var buffer = _pool.Rent(BufferBytes);
        try
        {
            var room = buffer.AsSpan(HeadroomBytes, BufferBytes - HeadroomBytes);
            var length = _content.Read(room);
            return new FileBlock(buffer, HeadroomBytes, length, length < room.Length);
        }
        catch (Exception e) when (FileErrors.IsFailure(e))
        {
            _pool.Return(buffer);
            throw FileErrors.Translate(_path, e);
        }
    }

    // False if nobody wants the block any more.
    bool Deliver(FileBlock? block, Exception? failure)
    {
        lock (_lock)
        {
            _running = false;
            if (!_disposed)
            {
                _failure = failure;
                _opened ??= _content?.Opened;
                _ended = failure is not null || block is null or { IsLast: true };
                if (block is { } filled)
                    _blocks.Enqueue(filled);
                return true;
            }
        }
        if (block is { } unwanted)
            _pool.Return(unwanted.Buffer);
        _content?.Dispose();
        return false;
    }
}
