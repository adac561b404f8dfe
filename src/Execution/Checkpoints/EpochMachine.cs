using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;

namespace SqlStream.Execution.Checkpoints;

/// <summary>Where the current epoch is.</summary>
enum EpochPhase
{
    /// <summary>No barrier is on its way.</summary>
    Idle,

    /// <summary>The barrier has been given to the sources, and not all of them have sealed.</summary>
    Injecting,

    /// <summary>All sources have sealed, and the barrier travels on.</summary>
    Sealing,

    /// <summary>Everybody has sealed; the changes go to the backend.</summary>
    Committing,
}

/// <summary>What happens to an epoch.</summary>
enum EpochEvent
{
    /// <summary>A barrier is injected.</summary>
    Inject,

    /// <summary>The last source has sealed.</summary>
    SourcesSealed,

    /// <summary>The last subtask has sealed.</summary>
    AllSealed,

    /// <summary>The changes are in the backend, or there were none.</summary>
    Committed,
}

/// <summary>The state machine of epochs. Once injected an epoch cannot fail or be skipped: there is no way from an injected
/// epoch but through its commit (or the end of the attempt), since a subtask that has sealed has handed its changes over.</summary>
sealed class EpochMachine(Epoch last)
{
    /// <summary>The current phase.</summary>
    public EpochPhase Phase { get; private set; }

    /// <summary>The epoch that is on its way, or the last one that was.</summary>
    public Epoch Current { get; private set; } = last;

    /// <summary>The phase after an event.</summary>
    public static EpochPhase Next(EpochPhase phase, EpochEvent happened) => (phase, happened) switch
    {
        (EpochPhase.Idle, EpochEvent.Inject) => EpochPhase.Injecting,
        (EpochPhase.Injecting, EpochEvent.SourcesSealed) => EpochPhase.Sealing,
        (EpochPhase.Sealing, EpochEvent.AllSealed) => EpochPhase.Committing,
        (EpochPhase.Committing, EpochEvent.Committed) => EpochPhase.Idle,
        _ => throw new EngineBugException($"epoch: {happened} in phase {phase}"),
    };

    /// <summary>Carries an event out.</summary>
    public void Apply(EpochEvent happened)
    {
        Phase = Next(Phase, happened);
        if (happened == EpochEvent.Inject)
            Current = Current.Next;
    }
}
