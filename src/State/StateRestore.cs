using SqlStream.State.Checkpoints;

namespace SqlStream.State;

/// <summary>What a backend starts from.</summary>
/// <param name="Manifest">The checkpoint or savepoint.</param>
/// <param name="FetchFiles">Puts the state files of the manifest into the given existing directory, under their logical
/// names, verified against it.</param>
public sealed record StateRestore(
    CheckpointManifest Manifest,
    Action<string, CancellationToken> FetchFiles);
