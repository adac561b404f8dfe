using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;
using SqlStream.Execution.Messages;
using SqlStream.State;

namespace SqlStream.Execution.Exchange;

/// <summary>Merges the inputs of a subtask: takes messages in turn, aligns barriers, and merges watermarks.</summary>
/// <remarks>Alignment: an input on which the barrier of the current epoch has come is not read until it has come on all
/// others or they have ended. Watermark: the minimum over inputs that are not idle; it never goes back. If all inputs are
/// idle the gate is, after it has sent the greatest of their watermarks: no input is left that it would wait for.</remarks>
sealed class InputGate
{
    readonly Input[] _inputs;
    EventTime _watermark = EventTime.MinusInfinity;
    EventTime _forwarded = EventTime.MinusInfinity;
    bool _idle;
    bool _mergePending;
    Epoch _aligning;
    bool _isAligning;
    int _next;

    /// <param name="channels">The channels of all inputs.</param>
    /// <param name="exactlyOnce">Barriers are aligned.</param>
    /// <param name="numbers">To which input of the first operator each channel belongs; none if it has one.</param>
    public InputGate(IReadOnlyList<Channel> channels, bool exactlyOnce, IReadOnlyList<int>? numbers = null)
    {
        _inputs = [.. channels.Select((channel, i) => new Input(channel, numbers?[i] ?? 0))];
        _exactlyOnce = exactlyOnce && !Mutant.Is(Mutant.SkipAlignment);
    }

    readonly bool _exactlyOnce;

    /// <summary>The channels, in order.</summary>
    public IEnumerable<Channel> Channels => _inputs.Select(input => input.Channel);

    /// <summary>Bytes that were taken from all inputs. Any thread.</summary>
    public long BytesTaken => _inputs.Sum(input => input.Channel.BytesTaken);

    /// <summary>True once every input has ended.</summary>
    public bool HasEnded => Array.TrueForAll(_inputs, input => input.Ended);

    /// <summary>True while a barrier has come on some inputs only.</summary>
    public bool IsAligning => _isAligning;

    /// <summary>The watermark of one input of the first operator, for which those of its channels count that are idle, too.</summary>
    public EventTime WatermarkOf(int number)
    {
        var minimum = EventTime.PlusInfinity;
        foreach (var input in _inputs)
        {
            if (input.Number == number && !input.Ended)
                minimum = EventTime.Min(minimum, input.Watermark);
        }
        return minimum;
    }

    /// <summary>The next message for the subtask; false if there is nothing to do now.</summary>
    public bool TryTake(out StreamMessage message)
    {
        if (_mergePending && MergeWatermark(out message))
            return true;
        for (var tried = 0; tried < _inputs.Length; tried++)
        {
            var index = _next;
            _next = (_next + 1) % _inputs.Length;
            var input = _inputs[index];
            // Several messages may have to be taken before one concerns the subtask: a watermark that does not raise the minimum does not.
            while (!input.Ended && !(input.Blocked && _exactlyOnce) && input.Channel.TryTake(out var taken))
            {
                if (Merge(input, taken, out message))
                    return true;
            }
        }
        message = default;
        return false;
    }

    bool Merge(Input input, StreamMessage taken, out StreamMessage message)
    {
        message = taken;
        switch (taken.Kind)
        {
            case MessageKind.Data:
                input.Idle = false;
                message = StreamMessage.Data(taken.Batch!, input.Number);
                return true;
            case MessageKind.Watermark:
                input.Idle = false;
                input.Watermark = EventTime.Max(input.Watermark, taken.Watermark);
                return MergeWatermark(out message);
            case MessageKind.Idle:
                input.Idle = true;
                input.Silent = taken.IsSilent;
                return MergeWatermark(out message);
            case MessageKind.Barrier:
                return Align(input, taken.Epoch, out message);
            case MessageKind.End:
                return End(input, out message);
            case MessageKind.Halt:
                input.Ended = true;
                input.Halted = true;
                message = StreamMessage.Halt;
                return HasEnded;
            default:
                throw new EngineBugException($"message {taken.Kind} has no case");
        }
    }

    bool MergeWatermark(out StreamMessage message)
    {
        var minimum = EventTime.PlusInfinity;
        var holds = false;
        _mergePending = false;
        foreach (var input in _inputs)
        {
            if (input.Idle || input.Ended)
                continue;
            holds = true;
            minimum = EventTime.Min(minimum, input.Watermark);
        }
        if (!holds)
        {
            if (HeldBack() is { } heldBack && heldBack > _watermark)
            {
                _watermark = _forwarded = heldBack;
                message = StreamMessage.AtWatermark(heldBack);
                // That all are idle follows behind it.
                _mergePending = true;
                _idle = false;
                return true;
            }
            message = Array.Exists(_inputs, input => input.Idle && input.Silent) ? StreamMessage.Silent : StreamMessage.Idle;
            var becameIdle = !_idle;
            _idle = true;
            return becameIdle;
        }
        var wasIdle = _idle;
        _idle = false;
        _watermark = EventTime.Max(_watermark, minimum);
        message = StreamMessage.AtWatermark(_watermark);
        // An input that comes back from idleness says so downstream by repeating the watermark.
        var raised = _watermark > _forwarded;
        _forwarded = _watermark;
        return raised || wasIdle;
    }

    // What only slower inputs kept from counting: when those are idle too, nothing is left to wait for.
    EventTime? HeldBack()
    {
        EventTime? greatest = null;
        foreach (var input in _inputs)
        {
            if (!input.Ended)
                greatest = greatest is { } known ? EventTime.Max(known, input.Watermark) : input.Watermark;
        }
        return greatest;
    }

    bool Align(Input input, Epoch epoch, out StreamMessage message)
    {
        message = StreamMessage.AtBarrier(epoch);
        if (_isAligning)
            Check.That(epoch == _aligning);
        _isAligning = true;
        _aligning = epoch;
        input.Blocked = true;
        return FinishAlignment();
    }

    bool FinishAlignment()
    {
        foreach (var input in _inputs)
        {
            if (!input.Blocked && !input.Ended)
                return false;
        }
        foreach (var input in _inputs)
            input.Blocked = false;
        _isAligning = false;
        return true;
    }

    bool End(Input input, out StreamMessage message)
    {
        input.Ended = true;
        input.Idle = false;
        // The end of one input may be what an alignment waited for; the end itself follows from the state of the gate.
        if (_isAligning && FinishAlignment())
        {
            message = StreamMessage.AtBarrier(_aligning);
            _endPending = HasEnded;
            // An input that ended does not hold back the watermark any more.
            _mergePending = !HasEnded;
            return true;
        }
        if (HasEnded)
        {
            message = Array.Exists(_inputs, one => one.Halted) ? StreamMessage.Halt : StreamMessage.End;
            return true;
        }
        return MergeWatermark(out message);
    }

    bool _endPending;

    /// <summary>True, once, if the gate ended together with the barrier that it returned last.</summary>
    public bool TakePendingEnd()
    {
        var pending = _endPending;
        _endPending = false;
        return pending;
    }

    sealed class Input(Channel channel, int number)
    {
        public int Number => number;
        public Channel Channel { get; } = channel;
        public EventTime Watermark { get; set; } = EventTime.MinusInfinity;
        public bool Idle { get; set; }
        public bool Silent { get; set; }
        public bool Blocked { get; set; }
        public bool Ended { get; set; }
        public bool Halted { get; set; }
    }
}
