namespace SqlStream.State.Checkpoints;

/// <summary>A checkpoint that is in the store, whole or broken.</summary>
/// <param name="CheckpointId">Its number.</param>
/// <param name="Path">Full path of its directory.</param>
/// <param name="Manifest">The manifest; null where it cannot be read.</param>
/// <param name="Problem">Why the checkpoint cannot be used; null where nothing speaks against it. Listing looks at the
/// manifest, and at existence and size of the files; their content is verified when they are restored.</param>
public sealed record CheckpointInfo(long CheckpointId, string Path, CheckpointManifest? Manifest, string? Problem)
{
    /// <summary>Whether it can be restored, as far as listing can tell.</summary>
    public bool IsValid => Problem is null;
}
