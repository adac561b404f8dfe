using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Execution.Guards;
using SqlStream.Execution.Messages;
using SqlStream.Execution.Operators;

namespace SqlStream.Execution.Runtime;

/// <summary>One operator of a chain, with the messages that wait for it. Emitting into the next link only queues, so that an
/// operator with pending output is never given more.</summary>
sealed class ChainLink(Operator op) : IOutput
{
    readonly ChainInbox _inbox = new(op.Gathers);
    StreamMessage? _deferred;

    /// <summary>The operator.</summary>
    public Operator Operator { get; } = op;

    /// <summary>The next link; null for the last.</summary>
    public ChainLink? Next { get; set; }

    /// <summary>Where the operator emits: the next link or the end of the chain.</summary>
    public required IOutput Output { get; init; }

    /// <summary>Checks what leaves the operator; null where guards are off.</summary>
    public EdgeGuard? Guard { get; init; }

    /// <summary>True if the link has something to do.</summary>
    public bool HasWork => Operator.HasPending || _deferred is not null || _inbox.HasNext;

    /// <summary>The operator before this one emits here.</summary>
    public void Emit(Batch batch) => _inbox.Enqueue(StreamMessage.Data(batch));

    /// <summary>Queues a message.</summary>
    public void Enqueue(StreamMessage message) => _inbox.Enqueue(message);

    /// <summary>Does one step. Returns a control message that has passed the operator and goes on, or null.</summary>
    public StreamMessage? Step(int drainBatches)
    {
        if (Operator.HasPending)
            Operator.Drain(Output, drainBatches);
        else if (_deferred is null)
            Take(_inbox.Dequeue());
        if (Operator.HasPending || _deferred is not { } passed)
            return null;
        _deferred = null;
        return passed;
    }

    /// <summary>Drops what waits.</summary>
    public void Clear() => _inbox.Clear();

    /// <summary>Nothing more comes at the moment. True if the link has something to do because of that.</summary>
    public bool Release() => _inbox.Release();

    void Take(StreamMessage message)
    {
        switch (message.Kind)
        {
            case MessageKind.Data:
                Operator.OnData(message.Input, message.Batch!, Output);
                break;
            case MessageKind.Watermark:
                _deferred = Operator.OnWatermark(message.Watermark, Output) is EventTime time ? StreamMessage.AtWatermark(time) : null;
                break;
            case MessageKind.Idle:
                _deferred = Operator.OnIdle(message.IsSilent) ? message : null;
                break;
            case MessageKind.End:
                Operator.OnEnd(Output);
                _deferred = message;
                break;
            case MessageKind.Barrier:
            case MessageKind.Halt:
                _deferred = message;
                break;
            default:
                throw new Core.Diagnostics.EngineBugException($"message {message.Kind} has no case");
        }
    }
}
