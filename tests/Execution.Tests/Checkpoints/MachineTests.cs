using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;
using SqlStream.Execution.Checkpoints;

namespace SqlStream.Execution.Tests.Checkpoints;

/// <summary>Every pair of phase and event: the transitions that there are, and that all others are refused.</summary>
public sealed class MachineTests
{
    static readonly Dictionary<(EpochPhase, EpochEvent), EpochPhase> _epochs = new()
    {
        [(EpochPhase.Idle, EpochEvent.Inject)] = EpochPhase.Injecting,
        [(EpochPhase.Injecting, EpochEvent.SourcesSealed)] = EpochPhase.Sealing,
        [(EpochPhase.Sealing, EpochEvent.AllSealed)] = EpochPhase.Committing,
        [(EpochPhase.Committing, EpochEvent.Committed)] = EpochPhase.Idle,
    };

    static readonly Dictionary<(CheckpointPhase, CheckpointEvent), CheckpointPhase> _checkpoints = new()
    {
        [(CheckpointPhase.Snapshotting, CheckpointEvent.Snapshotted)] = CheckpointPhase.Uploading,
        [(CheckpointPhase.Snapshotting, CheckpointEvent.Error)] = CheckpointPhase.Failed,
        [(CheckpointPhase.Uploading, CheckpointEvent.Published)] = CheckpointPhase.Notifying,
        [(CheckpointPhase.Uploading, CheckpointEvent.Error)] = CheckpointPhase.Failed,
        [(CheckpointPhase.Notifying, CheckpointEvent.Notified)] = CheckpointPhase.Completed,
    };

    [Fact]
    public void An_epoch_goes_round_in_one_way_only()
    {
        foreach (var phase in Enum.GetValues<EpochPhase>())
        {
            foreach (var happened in Enum.GetValues<EpochEvent>())
            {
                if (_epochs.TryGetValue((phase, happened), out var next))
                    Assert.Equal(next, EpochMachine.Next(phase, happened));
                else
                    Assert.Throws<EngineBugException>(() => EpochMachine.Next(phase, happened));
            }
        }
    }

    [Fact]
    public void A_checkpoint_may_fail_until_it_is_published_and_not_after()
    {
        foreach (var phase in Enum.GetValues<CheckpointPhase>())
        {
            foreach (var happened in Enum.GetValues<CheckpointEvent>())
            {
                if (_checkpoints.TryGetValue((phase, happened), out var next))
                    Assert.Equal(next, CheckpointMachine.Next(phase, happened));
                else
                    Assert.Throws<EngineBugException>(() => CheckpointMachine.Next(phase, happened));
            }
        }
    }

    [Fact]
    public void The_number_of_the_epoch_grows_when_its_barrier_is_injected()
    {
        var machine = new EpochMachine(new Epoch(7));
        machine.Apply(EpochEvent.Inject);
        Assert.Equal(new Epoch(8), machine.Current);
        machine.Apply(EpochEvent.SourcesSealed);
        machine.Apply(EpochEvent.AllSealed);
        machine.Apply(EpochEvent.Committed);
        Assert.Equal(new Epoch(8), machine.Current);
    }

    [Fact]
    public void An_event_that_is_refused_changes_nothing()
    {
        var machine = new EpochMachine(Epoch.Zero);
        machine.Apply(EpochEvent.Inject);
        Assert.Throws<EngineBugException>(() => machine.Apply(EpochEvent.Inject));
        Assert.Equal((EpochPhase.Injecting, new Epoch(1)), (machine.Phase, machine.Current));
    }
}
