using System.Globalization;
using SqlStream.Client;
using SqlStream.Core.Connect;
using SqlStream.State.Checkpoints;

namespace SqlStream.Cli.Output;

/// <summary>What a checkpoint holds of each operator, as lines of a listing: the largest first.</summary>
static class OperatorSizes
{
    /// <summary>The names of the columns.</summary>
    public static readonly IReadOnlyList<string> Columns = ["operator", "subtasks", "state", "written", "full size"];

    /// <summary>The lines for a checkpoint of this process.</summary>
    public static IReadOnlyList<string?[]> Rows(IReadOnlyList<OperatorSize> operators) => Rows(
        [.. operators.Select(one => new CheckpointOperatorInfo(
            one.Id, one.Name, one.Table, one.Parallelism, one.BytesWritten, one.Bytes, one.OwnBytes,
            [.. one.Tables.Select(table => new CheckpointTableInfo(table.Name, table.BytesWritten, table.Bytes))]))]);

    /// <summary>The lines for a checkpoint of a server.</summary>
    public static IReadOnlyList<string?[]> Rows(IReadOnlyList<CheckpointOperatorInfo> operators) =>
        [.. operators.Where(one => one.BytesTotal is not 0 || one.BytesWritten is not 0).OrderByDescending(one => one.BytesTotal).SelectMany(Lines)];

    static IEnumerable<string?[]> Lines(CheckpointOperatorInfo one)
    {
        var name = one.Table is null ? one.Stem : $"{one.Stem} {one.Table}";
        var subtasks = one.Parallelism.ToString(CultureInfo.InvariantCulture);
        if (one.OwnBytes > 0)
            yield return [name, subtasks, "own", MemorySizes.Format(one.OwnBytes), MemorySizes.Format(one.OwnBytes)];
        foreach (var table in one.Tables)
            yield return [name, subtasks, table.Name, Size(table.BytesWritten), Size(table.BytesTotal)];
    }

    static string? Size(long? bytes) => bytes is { } known ? MemorySizes.Format(known) : null;
}
