using SqlStream.Core.Connect;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.FileSystem;

/// <summary>The partition directories of a table as they are now. A partition is one by its values: several directories that say the same in
/// other words are one partition.</summary>
sealed class PartitionDirectories
{
    readonly LocalDirectory _directory;
    readonly PartitionLayout _partitions;

    PartitionDirectories(LocalDirectory directory, PartitionLayout partitions)
    {
        _directory = directory;
        _partitions = partitions;
    }

    /// <summary>Those of a partitioned table.</summary>
    public static PartitionDirectories Of(ConnectorTable table)
    {
        var options = FileOptions.Read(table);
        return new PartitionDirectories(new LocalDirectory(options.Path), PartitionLayout.Of(table, options.DefaultPartition)!);
    }

    /// <summary>The partitions in the order of their names.</summary>
    public IReadOnlyList<TablePartition> List() =>
        [.. Found().Select(found => found.Partition).DistinctBy(partition => partition.Name).OrderBy(partition => partition.Name, StringComparer.Ordinal)];

    /// <summary>Makes the directory of a partition; false if it is there.</summary>
    public bool Add(ValueList<object?> values)
    {
        var name = _partitions.Directory(values);
        if (Found().Any(found => found.Partition.Name == name))
            return false;
        _directory.MakeDirectory(name);
        return true;
    }

    /// <summary>Deletes the directories of a partition; false if there is none.</summary>
    public bool Drop(ValueList<object?> values)
    {
        var name = _partitions.Directory(values);
        var gone = Found().Where(found => found.Partition.Name == name).Select(found => found.Path).ToList();
        foreach (var path in gone)
            _directory.DeleteDirectory(path);
        return gone.Count > 0;
    }

    List<(string Path, TablePartition Partition)> Found()
    {
        var found = new List<(string, TablePartition)>();
        if (Directory.Exists(_directory.Path))
            Add(found, "", 0);
        return found;
    }

    // Each level of directories names one key; what is no partition is passed over.
    void Add(List<(string, TablePartition)> found, string path, int level)
    {
        if (level == _partitions.Columns.Count)
        {
            if (_partitions.TryValuesOf(path) is { } values)
                found.Add((path.TrimEnd('/'), new TablePartition(_partitions.Directory(values), [.. values])));
            return;
        }
        foreach (var name in _directory.ListDirectories(path))
        {
            if (name.Contains('=', StringComparison.Ordinal) && !HiddenNames.Contains(name, isPartitioned: true))
                Add(found, $"{path}{name}/", level + 1);
        }
    }
}
