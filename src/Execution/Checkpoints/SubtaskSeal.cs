using SqlStream.Core.Connect;
using SqlStream.Core.Time;
using SqlStream.Execution.Sinks;
using SqlStream.State.Checkpoints;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Checkpoints;

/// <summary>What one subtask hands over at a barrier.</summary>
sealed class SubtaskSeal(Epoch epoch, int vertex, int subtask)
{
    /// <summary>The epoch.</summary>
    public Epoch Epoch { get; } = epoch;

    /// <summary>The task.</summary>
    public int Vertex { get; } = vertex;

    /// <summary>The subtask.</summary>
    public int Subtask { get; } = subtask;

    /// <summary>Changed state; written out off the subtask.</summary>
    public List<SealedTable> Tables { get; } = [];

    /// <summary>Small operator state by operator id.</summary>
    public List<(string OperatorId, byte[] State)> OperatorState { get; } = [];

    /// <summary>Positions of the splits that the subtask reads or will read, by operator id.</summary>
    public List<(string OperatorId, ManifestSplit Split)> Splits { get; } = [];

    /// <summary>Number of splits that the subtask has read to the end since it began, and the greatest of their watermarks, by operator id.</summary>
    public List<(string OperatorId, long Splits, EventTime Watermark)> FinishedSplits { get; } = [];

    /// <summary>The splits that were read to the end since the last barrier, with their last positions, by operator id; only of sources that tell
    /// how far they were read.</summary>
    public List<(string OperatorId, SourceSplit Split, string? Position)> EndedSplits { get; } = [];

    /// <summary>Output of the epoch, by sink id.</summary>
    public List<(string SinkId, OutputSegment Segment)> Segments { get; } = [];

    /// <summary>All that sinks were given, where that is known, by sink id.</summary>
    public List<(string SinkId, SinkTally Tally)> Tallies { get; } = [];

    /// <summary>The watermark that a sink had reached, by sink id.</summary>
    public List<(string SinkId, EventTime Watermark)> SinkWatermarks { get; } = [];

    /// <summary>Rows on their way to a target. The epoch is committed when they are there: those that are required, and in a job's last epoch all.</summary>
    public List<(Task Delivered, bool IsRequired)> Deliveries { get; } = [];

    /// <summary>Something other than the watermark changed since the last barrier.</summary>
    public bool Changed { get; set; }

    /// <summary>Adds what has changed in a table, if something has.</summary>
    public void Add(SealedTable? changes)
    {
        if (changes is null)
            return;
        Tables.Add(changes);
        Changed = true;
    }

    /// <summary>Watermarks or idleness of splits changed since the last barrier.</summary>
    public bool TimeProgressed { get; set; }
}
