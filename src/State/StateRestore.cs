using SqlStream.State.Checkpoints;

namespace SqlStream.State;

/// <summary>What a backend starts from.</summary>
/// <param name="Manifest">The checkpoint or savepoint.</param>
/// <param name="FetchFiles">Puts the state files of the manifest into the given existing directory, under their logical
/// names, verified; usually <see cref="CheckpointStore.RestoreFiles"/>.</param>
public sealed record StateRestore(
    CheckpointManifest Manifest,
    Action<string, CancellationToken> FetchFiles)
{
    /// <summary>Whether there is anything to fetch.</summary>
    public bool HasStateFiles
    {
        get
        {
            foreach (var file in Manifest.Files)
            {
                if (CheckpointFolder.IsState(file))
                    return true;
            }
            return false;
        }
    }
}
