using SqlStream.Core.Rows;
using SqlStream.Core.Time;

namespace SqlStream.Execution.Messages;

/// <summary>What a stream carries.</summary>
enum MessageKind : byte
{
    /// <summary>Rows.</summary>
    Data,

    /// <summary>No later row is earlier than this time.</summary>
    Watermark,

    /// <summary>The rows before belong to this epoch or an earlier one.</summary>
    Barrier,

    /// <summary>This input does not hold back the watermark until something else comes.</summary>
    Idle,

    /// <summary>Nothing will ever come; counts as all later barriers and as watermark plus infinity.</summary>
    End,

    /// <summary>The job stops here: no End, no firing.</summary>
    Halt,
}

/// <summary>One message. A data message owns a reference to its batch.</summary>
readonly struct StreamMessage
{
    StreamMessage(MessageKind kind, Batch? batch, long value)
    {
        Kind = kind;
        Batch = batch;
        _value = value;
    }

    readonly long _value;

    public MessageKind Kind { get; }

    public Batch? Batch { get; }

    public EventTime Watermark => new(_value);

    public Epoch Epoch => new(_value);

    public static StreamMessage End => new(MessageKind.End, null, 0);

    public static StreamMessage Idle => new(MessageKind.Idle, null, 0);

    /// <summary>Idle, because all that is being read has been silent for the idle timeout, and not because nothing is being read.</summary>
    public static StreamMessage Silent => new(MessageKind.Idle, null, 1);

    /// <summary>True for <see cref="Silent"/>.</summary>
    public bool IsSilent => Kind == MessageKind.Idle && _value != 0;

    public static StreamMessage Halt => new(MessageKind.Halt, null, 0);

    /// <summary>Rows that came on an input of an operator.</summary>
    public static StreamMessage Data(Batch batch, int input = 0) => new(MessageKind.Data, batch, input);

    /// <summary>Which input of the operator data is for.</summary>
    public int Input => (int)_value;

    public static StreamMessage AtWatermark(EventTime time) => new(MessageKind.Watermark, null, time.Micros);

    public static StreamMessage AtBarrier(Epoch epoch) => new(MessageKind.Barrier, null, epoch.Value);
}
