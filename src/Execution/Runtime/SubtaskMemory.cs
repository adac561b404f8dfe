using SqlStream.State;

namespace SqlStream.Execution.Runtime;

/// <summary>When changes that are not committed make a subtask ask for an epoch, and when they make it wait for one.</summary>
/// <param name="state">The memory of the job's state.</param>
/// <param name="subtasks">Subtasks that keep state.</param>
sealed class SubtaskMemory(StateMemory state, int subtasks)
{
    /// <summary>The changes of all subtasks since the last barrier are half of what may be uncommitted; the other half is for those that are sealed.</summary>
    public bool IsEpochDue => state.ActiveBytes >= state.DirtyBytesMax / 2;

    /// <summary>So are those of one subtask, output that waits for its checkpoint included.</summary>
    public bool IsEpochDueFor(long dirtyBytes) => dirtyBytes >= state.DirtyBytesMax / 2;

    /// <summary>A subtask that has sealed an epoch which is not committed takes no rows while all that is uncommitted, and its own part of it,
    /// has reached what it may.</summary>
    public bool MustWait(long dirtyBytes) => state.DirtyBytes >= state.DirtyBytesMax && dirtyBytes >= state.DirtyBytesMax / (2 * Math.Max(1, subtasks));
}
