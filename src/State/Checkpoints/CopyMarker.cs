using System.Text.Json;
using SqlStream.Core.Diagnostics;

namespace SqlStream.State.Checkpoints;

/// <summary>Content of <c>copy.json</c>, which says that a directory is a finished copy and what belongs to it.</summary>
/// <param name="FormatVersion">1.</param>
/// <param name="Manifests">Paths of the manifests in the folder, in ordinal order.</param>
sealed record CopyMarker(int FormatVersion, IReadOnlyList<string> Manifests)
{
    public const string Name = "copy.json";

    /// <summary>The marker of a folder; null where it has none. A damaged one is a <see cref="SqlException"/> XX001.</summary>
    public static CopyMarker? Read(CheckpointFolder folder)
    {
        var name = folder.NameOf(Name);
        if (!folder.Store.Exists(name))
            return null;
        using var stream = folder.Store.OpenRead(name);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        var path = folder.Store.Locate(name);
        try
        {
            var body = ManifestFormat.Unseal(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), path);
            return JsonSerializer.Deserialize(body, ManifestFormat.Json.CopyMarker)!;
        }
        catch (JsonException e)
        {
            throw StateErrors.DamagedManifest(path, e.Message);
        }
    }

    /// <summary>Writes the marker, with what an earlier one listed.</summary>
    public static void Write(CheckpointFolder folder, IEnumerable<string> manifests)
    {
        var all = new SortedSet<string>(manifests, StringComparer.Ordinal);
        if (Read(folder) is { } before)
            all.UnionWith(before.Manifests);
        Replace(folder, all);
    }

    /// <summary>Takes manifests out of the marker, if the folder has one: what is deleted on purpose is not missing.</summary>
    public static void Forget(CheckpointFolder folder, IEnumerable<string> manifests)
    {
        if (Read(folder) is not { } before)
            return;
        var rest = new SortedSet<string>(before.Manifests, StringComparer.Ordinal);
        rest.ExceptWith(manifests);
        Replace(folder, rest);
    }

    static void Replace(CheckpointFolder folder, IEnumerable<string> manifests)
    {
        var marker = new CopyMarker(1, [.. manifests]);
        folder.Store.Replace(
            folder.NameOf(Name), ManifestFormat.Seal(JsonSerializer.SerializeToUtf8Bytes(marker, ManifestFormat.Json.CopyMarker)));
    }
}
