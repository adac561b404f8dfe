namespace SqlStream.State.Checkpoints;

/// <summary>A checkpoint or savepoint that was found below a path.</summary>
/// <param name="Path">Full path of its directory.</param>
/// <param name="Folder">Where the paths of its manifest begin.</param>
/// <param name="ManifestPath">Its manifest, from there.</param>
/// <param name="Manifest">The manifest; null where it cannot be read.</param>
/// <param name="Problem">What existence, size and the manifest's checksum say against it; null: nothing.</param>
public sealed record InspectedCheckpoint(
    string Path, CheckpointFolder Folder, string ManifestPath, CheckpointManifest? Manifest, string? Problem)
{
    /// <summary>Whether it can be restored, as far as listing can tell.</summary>
    public bool IsValid => Problem is null;

    /// <summary>What a backend needs to start from it.</summary>
    public StateRestore ToRestore()
    {
        Core.Diagnostics.Check.That(Manifest is not null);
        var manifest = Manifest;
        return new(manifest, (directory, cancellation) => Folder.RestoreFiles(manifest, directory, cancellation));
    }
}

/// <summary>Something that verification found.</summary>
/// <param name="Path">Full path of the file.</param>
/// <param name="CheckpointId">A checkpoint that needs it; null for a file that none names.</param>
/// <param name="Problem">What is wrong, as a part of a sentence.</param>
/// <param name="IsDamage">False for leftovers of an interrupted checkpoint, which do no harm.</param>
public sealed record VerifyFinding(string Path, long? CheckpointId, string Problem, bool IsDamage);

/// <summary>The result of verification.</summary>
/// <param name="Checkpoints">Number of checkpoints and savepoints.</param>
/// <param name="Files">Number of files that were read.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Findings">What was found, by path.</param>
public sealed record VerifyReport(int Checkpoints, int Files, long Bytes, IReadOnlyList<VerifyFinding> Findings)
{
    /// <summary>Whether nothing is damaged.</summary>
    public bool IsWhole
    {
        get
        {
            foreach (var finding in Findings)
            {
                if (finding.IsDamage)
                    return false;
            }
            return true;
        }
    }
}

/// <summary>The result of copying.</summary>
/// <param name="Checkpoints">Number of checkpoints that are in the target now.</param>
/// <param name="BytesWritten">Bytes that were not there yet.</param>
public sealed record CopyReport(int Checkpoints, long BytesWritten);

/// <summary>The result of pruning.</summary>
/// <param name="Checkpoints">Directories of the deleted checkpoints.</param>
/// <param name="Files">Number of deleted files, manifests included.</param>
/// <param name="Bytes">Their bytes.</param>
public sealed record PruneReport(IReadOnlyList<string> Checkpoints, int Files, long Bytes);
