using System.Text.Json.Serialization;

namespace SqlStream.Engine.Runs;

/// <summary>The content of <c>run.json</c> in a data directory: which script ran there and how far it came.</summary>
sealed record RunRecord
{
    public const int CurrentVersion = 1;

    public int FormatVersion { get; init; } = CurrentVersion;

    public required string RunId { get; init; }

    public required string ScriptDigest { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public IReadOnlyList<RunJob> Jobs { get; init; } = [];

    [JsonIgnore]
    public bool IsFinished => FinishedAt is not null;
}

/// <summary>A job of a run.</summary>
/// <param name="Key">Its <c>pipeline.name</c>, else the qualified names of its sinks.</param>
/// <param name="Ordinal">Its number among the jobs of that key in the script.</param>
/// <param name="JobId">Its identity.</param>
/// <param name="PlanDigest">Digest of its plan.</param>
/// <param name="IsFinished">All its output has been delivered.</param>
sealed record RunJob(string Key, int Ordinal, string JobId, string PlanDigest, bool IsFinished);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(RunRecord))]
sealed partial class RunJson : JsonSerializerContext;
