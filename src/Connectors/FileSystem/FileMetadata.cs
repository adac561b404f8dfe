using SqlStream.Core.Connect;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.FileSystem;

/// <summary>The metadata columns of rows that come from a file: the same values for all of them.</summary>
static class FileMetadata
{
    const string Path = "file.path";
    const string Name = "file.name";
    const string Size = "file.size";
    const string ModificationTime = "file.modification-time";

    public static IReadOnlyList<MetadataDefinition> Definitions { get; } =
    [
        new(Path, SqlType.String.WithNullability(false)),
        new(Name, SqlType.String.WithNullability(false)),
        new(Size, SqlType.BigInt.WithNullability(false)),
        new(ModificationTime, SqlType.TimestampLtz(3).WithNullability(false)),
    ];

    /// <summary>Positions of the metadata columns of a table that are known of a file before it is opened.</summary>
    public static IReadOnlyList<int> KnownBefore(ConnectorTable table) =>
        [.. Enumerable.Range(table.StoredColumns, table.MetadataKeys.Count).Where(index => Key(table, index) is Path or Name)];

    /// <summary>The value of one of <see cref="KnownBefore"/>.</summary>
    public static string Known(ConnectorTable table, int index, string path) => Key(table, index) == Path ? path : System.IO.Path.GetFileName(path);

    static string Key(ConnectorTable table, int index) => table.MetadataKeys[index - table.StoredColumns];

    /// <summary>The value of a metadata column for the rows of an opened file.</summary>
    public static object ValueOf(ConnectorTable table, int index, string path, FileStatus status) => Key(table, index) switch
    {
        Path => path,
        Name => System.IO.Path.GetFileName(path),
        Size => status.Size,
        _ => status.ModifiedNanos / 1_000_000 * 1_000,
    };
}
