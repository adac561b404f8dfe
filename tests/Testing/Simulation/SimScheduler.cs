using SqlStream.Core.Connect;
using SqlStream.Execution.Runtime;

namespace SqlStream.Testing.Simulation;

/// <summary>Runs actors, edge work and timers of one process on the calling thread, in an order drawn from a seed.</summary>
/// <remarks>Blocking work calls <see cref="Yield"/> where it would wait for the outside; other steps run inside that call, as
/// on other threads. After <see cref="Kill"/> nothing runs any more: what the process held in memory is gone.</remarks>
public sealed class SimScheduler(Random random, SimClock clock) : IScheduler, IEdgeScheduler
{
    const int DepthMax = 3;

    readonly List<Actor> _actors = [];
    readonly List<(string Name, Action<CancellationToken> Work)> _edge = [];
    int _depth;

    /// <summary>How much likelier an actor is to be picked than a piece of edge work.</summary>
    public int ActorWeight { get; init; } = 4;

    /// <summary>Chance in percent that time passes although something could run.</summary>
    public int TimePercent { get; init; } = 5;

    /// <summary>Chance in percent that a blocking call lets others run.</summary>
    public int YieldPercent { get; init; } = 30;

    /// <summary>The process dies before this step; 0: never.</summary>
    public int KillAtStep { get; set; }

    /// <summary>Steps so far.</summary>
    public int Steps { get; private set; }

    /// <summary>False once the process is dead.</summary>
    public bool IsAlive { get; private set; } = true;

    /// <summary>What could run now, for messages.</summary>
    public string Waiting =>
        $"actors [{string.Join(", ", _actors.Select(actor => actor.Name))}], edge [{string.Join(", ", _edge.Select(work => work.Name))}], {clock.Timers} timers";

    public void Enqueue(Actor actor)
    {
        if (IsAlive)
            _actors.Add(actor);
    }

    public void Run(string name, Action<CancellationToken> work)
    {
        if (IsAlive)
            _edge.Add((name, work));
    }

    /// <summary>The process dies.</summary>
    public void Kill()
    {
        IsAlive = false;
        _actors.Clear();
        _edge.Clear();
    }

    /// <summary>Ends the calling work if the process is dead.</summary>
    public void RequireAlive()
    {
        if (!IsAlive)
            throw new SimulatedCrashException();
    }

    /// <summary>Does one thing; false if there is nothing that could ever be done.</summary>
    public bool Step()
    {
        if (!IsAlive)
            return false;
        if (++Steps == KillAtStep)
        {
            Kill();
            return false;
        }
        var weight = (_actors.Count * ActorWeight) + _edge.Count;
        if (weight == 0 || random.Next(100) < TimePercent)
            return clock.AdvanceToNext() || weight > 0;
        var choice = random.Next(weight);
        if (choice < _actors.Count * ActorWeight)
            Take(_actors, choice / ActorWeight).Run();
        else
            Take(_edge, choice - (_actors.Count * ActorWeight)).Work(CancellationToken.None);
        return true;
    }

    /// <summary>The calling work waits for the outside: others may run, time may pass, the process may die.</summary>
    public void Yield()
    {
        RequireAlive();
        if (_depth == DepthMax || random.Next(100) >= YieldPercent)
            return;
        _depth++;
        for (var i = random.Next(20); i >= 0 && IsAlive; i--)
            Step();
        _depth--;
        RequireAlive();
    }

    static T Take<T>(List<T> list, int index)
    {
        var taken = list[index];
        list[index] = list[^1];
        list.RemoveAt(list.Count - 1);
        return taken;
    }
}
