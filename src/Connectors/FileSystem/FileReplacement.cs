using SqlStream.Core.Files;

namespace SqlStream.Connectors.FileSystem;

/// <summary>What INSERT OVERWRITE takes away: all visible files of a table, or those of partitions.</summary>
/// <param name="partitions">The partition columns; null for a table without.</param>
/// <param name="whole">The directory of the one partition that the statement names; null if the rows say which ones.</param>
sealed class FileReplacement(PartitionLayout? partitions, string? whole)
{
    /// <summary>The visible files that are there now and go.</summary>
    /// <param name="directory">The table's directory.</param>
    /// <param name="written">The directories of the partitions that got rows.</param>
    public IReadOnlyList<string> Old(IDurableDirectory directory, IEnumerable<string> written)
    {
        var visible = directory.List("").Where(name => HiddenNames.IsVisible(name, partitions is not null));
        if (partitions is null)
            return [.. visible];
        var gone = written.ToHashSet(StringComparer.Ordinal);
        if (whole is not null)
            gone.Add(whole);
        // Another writer may have named the same partition in other words.
        return [.. visible.Where(name => partitions.TryValuesOf(name) is { } values && gone.Contains(partitions.Directory(values)))];
    }
}
