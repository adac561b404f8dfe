using System.Globalization;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.FileSystem;

/// <summary>A range of a file: the records that begin in it. Its id is <c>path#start-end</c>, padded so that the order
/// of ids is that of names and ranges.</summary>
/// <param name="Path">The file.</param>
/// <param name="Start">First byte.</param>
/// <param name="End">First byte beyond; null for the end of the file, wherever that is when it is read.</param>
readonly record struct FileSplit(string Path, long Start, long? End)
{
    /// <summary>The split for the engine.</summary>
    public SourceSplit ToSourceSplit() => new(End is { } end
        ? string.Create(CultureInfo.InvariantCulture, $"{Path}#{Start:d15}-{end:d15}")
        : string.Create(CultureInfo.InvariantCulture, $"{Path}#{Start:d15}-"));

    /// <summary>The range that an id names.</summary>
    public static FileSplit Parse(SourceSplit split)
    {
        var hash = split.Id.LastIndexOf('#');
        var dash = hash < 0 ? -1 : split.Id.IndexOf('-', hash);
        if (dash < 0
            || !long.TryParse(split.Id.AsSpan(hash + 1, dash - hash - 1), NumberStyles.None,
                CultureInfo.InvariantCulture, out var start))
        {
            throw new EngineBugException($"split \"{split.Id}\" is no range of a file");
        }
        var rest = split.Id.AsSpan(dash + 1);
        if (rest.IsEmpty)
            return new FileSplit(split.Id[..hash], start, null);
        return long.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out var end)
            ? new FileSplit(split.Id[..hash], start, end)
            : throw new EngineBugException($"split \"{split.Id}\" is no range of a file");
    }
}
