using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Execution.Messages;
using SqlStream.Execution.Operators;
using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Guards;

/// <summary>Stands behind one operator and checks that everything it sends agrees with what the plan says of its output.</summary>
/// <remarks>A violation is an <see cref="EngineBugException"/> with the operator's name. On in tests (<see cref="JobServices.Guards"/>);
/// otherwise not there at all. Mailbox thread only.</remarks>
sealed class EdgeGuard : IOutput
{
    readonly string _name;
    readonly IOutput _output;
    readonly SchemaGuard _schema;
    readonly ChangelogGuard _changelog;
    readonly WatermarkGuard _watermark;
    Epoch? _epoch;
    bool _ended;

    /// <param name="name">The operator and its subtask, for messages.</param>
    /// <param name="node">What the plan says of it.</param>
    /// <param name="output">Where its rows go.</param>
    public EdgeGuard(string name, PhysicalNode node, IOutput output)
    {
        _name = name;
        _output = output;
        _schema = new SchemaGuard(node.Schema);
        _changelog = new ChangelogGuard(node);
        _watermark = new WatermarkGuard(node);
    }

    public void Emit(Batch batch)
    {
        var violation = _ended ? "rows come after the end" : _schema.Check(batch) ?? _changelog.Check(batch) ?? _watermark.Check(batch);
        if (violation is not null)
        {
            batch.Release();
            throw Violated(violation);
        }
        _output.Emit(batch);
    }

    /// <summary>Checks a control message that leaves the operator.</summary>
    public void Check(StreamMessage message)
    {
        var violation = _ended ? $"{message.Kind} comes after the end" : CheckOpen(message);
        if (violation is not null)
            throw Violated(violation);
    }

    string? CheckOpen(StreamMessage message)
    {
        switch (message.Kind)
        {
            case MessageKind.Watermark:
                return _watermark.Advance(message.Watermark);
            case MessageKind.Barrier:
                var before = _epoch;
                _epoch = message.Epoch;
                return before is { } last && message.Epoch != last.Next ? $"barrier {message.Epoch} comes after barrier {last}" : null;
            case MessageKind.End or MessageKind.Halt:
                _ended = true;
                return null;
            case MessageKind.Idle:
                return null;
            default:
                return $"message {message.Kind} is no control message";
        }
    }

    EngineBugException Violated(string what) => new($"guard behind {_name}: {what}");
}
