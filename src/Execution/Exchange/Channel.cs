using SqlStream.Execution.Messages;

namespace SqlStream.Execution.Exchange;

/// <summary>A bounded FIFO from one producer subtask to one input of one consumer subtask. Data needs credit; all other
/// messages do not. A producer that finds no credit is not scheduled until the consumer has taken something.</summary>
sealed class Channel
{
    readonly Lock _lock = new();
    readonly Queue<StreamMessage> _messages = new();
    readonly int _capacity;
    int _data;
    long _bytesSent;
    long _bytesTaken;
    bool _producerWaits;
    bool _closed;

    public Channel(int capacity) => _capacity = capacity;

    /// <summary>Schedules the consumer; set when the graph is wired.</summary>
    public Action WakeConsumer { get; set; } = static () => { };

    /// <summary>Schedules the producer; set when the graph is wired.</summary>
    public Action WakeProducer { get; set; } = static () => { };

    /// <summary>Data messages waiting.</summary>
    public int Depth
    {
        get
        {
            lock (_lock)
                return _data;
        }
    }

    /// <summary>Bytes of the data that was sent. Any thread.</summary>
    public long BytesSent => Interlocked.Read(ref _bytesSent);

    /// <summary>Bytes of the data that was taken. Any thread.</summary>
    public long BytesTaken => Interlocked.Read(ref _bytesTaken);

    /// <summary>True if a data message may be sent. If not, the producer is woken when that changes.</summary>
    public bool HasCredit()
    {
        lock (_lock)
        {
            if (_data < _capacity || _closed)
                return true;
            _producerWaits = true;
            return false;
        }
    }

    /// <summary>Appends a message. Data is taken even without credit: a step may emit a little more than was free when it began.</summary>
    public void Send(StreamMessage message)
    {
        var bytes = message.Batch?.ByteSize ?? 0;
        lock (_lock)
        {
            if (_closed)
            {
                message.Batch?.Release();
                return;
            }
            _messages.Enqueue(message);
            if (message.Kind == MessageKind.Data)
            {
                _data++;
                _bytesSent += bytes;
            }
        }
        WakeConsumer();
    }

    /// <summary>Takes the first message.</summary>
    public bool TryTake(out StreamMessage message)
    {
        var wake = false;
        lock (_lock)
        {
            if (!_messages.TryDequeue(out message))
                return false;
            if (message.Kind == MessageKind.Data)
            {
                _data--;
                _bytesTaken += message.Batch!.ByteSize;
                wake = _producerWaits;
                _producerWaits = false;
            }
        }
        if (wake)
            WakeProducer();
        return true;
    }

    /// <summary>Drops what is waiting and everything sent from now on.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            while (_messages.TryDequeue(out var message))
                message.Batch?.Release();
            _data = 0;
        }
    }
}
