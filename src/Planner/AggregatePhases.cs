namespace SqlStream.Planner;

/// <summary>In how many phases groups are aggregated (<c>table.optimizer.agg-phase-strategy</c>).</summary>
public enum AggregatePhases
{
    /// <summary>In two where the rows of all subtasks meet in one group.</summary>
    Automatic,

    /// <summary>Rows are sent to the subtask that keeps their group.</summary>
    One,

    /// <summary>Rows are folded by group before they are sent, wherever the calls allow it.</summary>
    Two,
}
