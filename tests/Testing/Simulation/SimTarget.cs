using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Testing.Simulation;

/// <summary>What an exactly-once sink holds outside of the process: rows and the marker, changed together or not at all.</summary>
public sealed class SimTarget(string name)
{
    readonly List<string> _rows = [];

    /// <summary>The rows delivered, in order.</summary>
    public IReadOnlyList<string> Rows => _rows;

    /// <summary>The marker.</summary>
    public SinkMarker? Marker { get; private set; }

    /// <summary>The newest incarnation; older ones are shut out.</summary>
    public long Incarnation { get; private set; }

    /// <summary>What was wrong with deliveries.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>Called after each delivery.</summary>
    public Action? OnDelivered { get; set; }

    public void Fence(long incarnation)
    {
        if (incarnation < Incarnation)
            throw Fenced(incarnation);
        Incarnation = incarnation;
    }

    public void Deliver(IReadOnlyList<string> rows, SinkPosition from, SinkMarker marker)
    {
        if (marker.Incarnation < Incarnation)
            throw Fenced(marker.Incarnation);
        if (marker.Incarnation != Incarnation)
            Violations.Add($"{name}: incarnation {marker.Incarnation} wrote without shutting out {Incarnation}");
        if (Marker is { } before)
        {
            var continues = before.Epoch == marker.Epoch && !before.IsWholeEpoch && before.Position == from;
            if (before.Epoch > marker.Epoch || (before.Epoch == marker.Epoch && !continues))
                Violations.Add($"{name}: epoch {marker.Epoch} from {from} delivered after epoch {before.Epoch}, {before.Position}, whole: {before.IsWholeEpoch}");
        }
        else if (from != SinkPosition.Start)
        {
            Violations.Add($"{name}: delivery began at {from}");
        }
        _rows.AddRange(rows);
        Marker = marker;
        OnDelivered?.Invoke();
    }

    ExternalException Fenced(long incarnation) => new($"incarnation {incarnation} of sink \"{name}\" is shut out by {Incarnation}", Retry.Never);
}
