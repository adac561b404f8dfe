namespace SqlStream.Execution.Runtime;

/// <summary>Decides when actors run. The worker pool does it on threads; a simulation does it on one thread from a seed.</summary>
public interface IScheduler
{
    /// <summary>Puts an actor into the queue; called once per scheduling.</summary>
    void Enqueue(Actor actor);
}
