using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Execution.Checkpoints;

namespace SqlStream.Execution.Operators;

/// <summary>Where an operator sends its rows.</summary>
interface IOutput
{
    /// <summary>Gives a batch away.</summary>
    void Emit(Batch batch);
}

/// <summary>One step of a chain. All members run on the mailbox of one subtask.</summary>
/// <remarks>An operator never blocks and never emits much at once: what does not fit into one or two batches it leaves
/// behind a cursor (<see cref="HasPending"/>), and the runner calls <see cref="Drain"/> while there is credit, delivering
/// nothing else, barriers included, until it is done.</remarks>
abstract class Operator : IDisposable
{
    /// <summary>The operator's name for messages, its stem.</summary>
    public abstract string Name { get; }

    /// <summary>True while output is pending.</summary>
    public virtual bool HasPending => false;

    /// <summary>Puts rows together that come close after each other, for an operator whose work grows with the number of batches more than with that of
    /// rows; null if they come as they are. One that is given here has one input.</summary>
    public virtual BatchBuilder? Gathers => null;

    /// <summary>Sees to what has come from the outside, at the beginning of each turn and between batches. False while the operator can take
    /// nothing: it then wakes its subtask. Called of the last operator of a chain.</summary>
    public virtual bool Serve() => true;

    /// <summary>Looks at the clock, in every turn before something is read. Called while nothing waits in the chain.</summary>
    public virtual void OnClock()
    {
    }

    /// <summary>True if <see cref="OnClock"/> does something.</summary>
    public virtual bool WatchesClock => false;

    /// <summary>Goes on with what is pending; false while that waits for something from the outside, which then wakes the subtask. Called before
    /// <see cref="Drain"/>.</summary>
    public virtual bool TryProceed() => true;

    /// <summary>Takes a batch; the operator owns its reference.</summary>
    public abstract void OnData(Batch batch, IOutput output);

    /// <summary>Takes a batch of one of several inputs, by its number from 0.</summary>
    public virtual void OnData(int input, Batch batch, IOutput output) => OnData(batch, output);

    /// <summary>Time has passed. Returns the watermark to send on, once pending output is drained, or null.</summary>
    public virtual EventTime? OnWatermark(EventTime watermark, IOutput output) => watermark;

    /// <summary>The input, by its number, whose own watermark counts beside that of all; null for none. Asked of the first operator of a chain.</summary>
    public virtual int? WatchedInput => null;

    /// <summary>The watermark of <see cref="WatchedInput"/>, which waits for what is idle, too. Comes before a watermark of all inputs.</summary>
    public virtual void OnInputWatermark(EventTime watermark)
    {
    }

    /// <summary>The input is idle. Returns true to send that on.</summary>
    /// <param name="isSilent">By the idle timeout that the user set, and not because there is nothing to read.</param>
    public virtual bool OnIdle(bool isSilent) => true;

    /// <summary>Emits up to some batches of the pending output.</summary>
    public virtual void Drain(IOutput output, int maxBatches)
    {
    }

    /// <summary>A barrier of an epoch is on its way, or has passed already.</summary>
    public virtual void OnAnnounced(Epoch epoch)
    {
    }

    /// <summary>Hands over everything that changed since the last barrier. O(1) in the amount of state.</summary>
    public virtual void OnBarrier(Epoch epoch, SubtaskSeal seal)
    {
    }

    /// <summary>What was handed over with an epoch is in the backend.</summary>
    public virtual void OnCommitted(Epoch epoch)
    {
    }

    /// <summary>The input has ended; may leave pending output.</summary>
    public virtual void OnEnd(IOutput output)
    {
    }

    /// <summary>Bytes of changes that no barrier has handed over: what makes a subtask ask for an early epoch.</summary>
    public virtual long DirtyBytes => 0;

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}

/// <summary>What a source answers when it is polled.</summary>
enum PollResult
{
    /// <summary>It emitted something or made progress otherwise.</summary>
    Progress,

    /// <summary>Nothing now; the subtask is woken when there is.</summary>
    Waiting,

    /// <summary>Nothing will ever come.</summary>
    Finished,
}

/// <summary>An operator without inputs.</summary>
abstract class SourceOperator : Operator
{
    /// <summary>Rows emitted so far.</summary>
    public abstract long RowsRead { get; }

    /// <summary>Emits at most one batch.</summary>
    public abstract PollResult Poll(IOutput output);

    /// <summary>A control message from the coordinator, such as new splits.</summary>
    public virtual void OnControl(object message)
    {
    }

    /// <inheritdoc/>
    public sealed override void OnData(Batch batch, IOutput output) =>
        throw new Core.Diagnostics.EngineBugException("a source has no input");
}
