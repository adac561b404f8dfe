using SqlStream.Core.Time;
using SqlStream.Execution.Sinks;
using SqlStream.State.Checkpoints;

namespace SqlStream.Execution.Checkpoints;

/// <summary>Gathers what a checkpoint holds beside the state: plan, positions of the sources, output that is not delivered.</summary>
sealed class CheckpointContents(
    JobOptions options, ManifestPlan plan, JobState state, IReadOnlyList<SplitSource> sources, OutputDelivery delivery, long incarnation)
{
    /// <summary>The trigger of the checkpoint that follows the end of all input.</summary>
    public const string FinalTrigger = "end of input";

    /// <summary>The checkpoint of an epoch, as of its barrier.</summary>
    public CheckpointDraft Draft(EpochRound round)
    {
        var operatorState = round.Seals.OrderBy(seal => seal.Subtask).SelectMany(seal => seal.OperatorState).ToLookup(entry => entry.OperatorId, entry => entry.State);
        var splits = round.Seals.SelectMany(seal => seal.Splits).ToLookup(entry => entry.OperatorId, entry => entry.Split);
        var finished = round.Seals.SelectMany(seal => seal.FinishedSplits).ToLookup(entry => entry.OperatorId);
        return new CheckpointDraft
        {
            // Finding a free number asks the store, which may take long or fail: that is done with the writing.
            CheckpointId = 0,
            Epoch = round.Epoch,
            Time = round.Time,
            StartTimestamp = round.StartTimestamp,
            Trigger = Trigger(round),
            EngineVersion = typeof(CheckpointContents).Assembly.GetName().Version!.ToString(3),
            JobId = options.JobId,
            JobName = options.Name,
            Sql = options.Sql,
            Plan = options.PlanText,
            PlanGraph = plan,
            MaxParallelism = options.MaxParallelism,
            Parallelism = options.Parallelism,
            Operators = state.ToManifest(operatorState),
            Sources = [.. sources.Select(source => Source(source, round, splits[source.OperatorId], [.. finished[source.OperatorId]]))],
            Sinks = delivery.ToManifest(round.Epoch, incarnation),
            State = round.Snapshot!,
            Segments = delivery.Files(round.Epoch),
        };
    }

    /// <summary>The operators of a draft with the sizes of their tables: in all, and what has changed since another checkpoint of the same attempt.</summary>
    public static IReadOnlyList<ManifestOperator> WithSizes(
        IReadOnlyList<ManifestOperator> operators, EpochRound round, IReadOnlyDictionary<int, (long Bytes, long Changed)>? before) =>
        [.. operators.Select(one => one with { Tables = [.. one.Tables.Select(table => WithSize(table, round.TableSizes, before))] })];

    /// <summary>What is told of a checkpoint that is durable.</summary>
    public CheckpointResult Result(CheckpointInfo info, string? savepointPath)
    {
        var manifest = info.Manifest!;
        return new CheckpointResult(
            info.CheckpointId, manifest.Epoch, savepointPath ?? info.Path, manifest.Trigger, manifest.TimeUtc, manifest.BytesWritten, manifest.BytesTotal,
            TimeSpan.FromMilliseconds(manifest.DurationMs), delivery.Rows)
        {
            Operators = OperatorSize.Of(manifest),
        };
    }

    /// <summary>Who asked for an epoch's checkpoint.</summary>
    public static string Trigger(EpochRound round) =>
        round.IsFinal ? FinalTrigger : round.Requests.Count > 0 ? round.Requests[0].Trigger : round.Trigger;

    static ManifestTable WithSize(
        ManifestTable table, IReadOnlyDictionary<int, (long Bytes, long Changed)> sizes, IReadOnlyDictionary<int, (long Bytes, long Changed)>? before)
    {
        var (bytes, changed) = sizes.GetValueOrDefault(table.TableId);
        return table with { Bytes = bytes, BytesWritten = changed - (before?.GetValueOrDefault(table.TableId).Changed ?? 0) };
    }

    static ManifestSource Source(SplitSource source, EpochRound round, IEnumerable<ManifestSplit> splits,
        IReadOnlyList<(string OperatorId, long Splits, EventTime Watermark)> finished) => new(
        source.OperatorId,
        source.Scan.TableName,
        [.. splits.Concat(round.UnassignedSplits[source.OperatorId]).OrderBy(split => split.Id, StringComparer.Ordinal)],
        round.Enumerators[source.OperatorId],
        source.FinishedBefore + finished.Sum(entry => entry.Splits),
        Micros(finished.Select(entry => entry.Watermark).Append(source.FinishedWatermark).Aggregate(EventTime.Max)));

    static long? Micros(EventTime watermark) => watermark == EventTime.MinusInfinity ? null : watermark.Micros;
}
