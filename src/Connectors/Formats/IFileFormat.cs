using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Formats;

/// <summary>What files need to know of a format. A format that does not say is not splittable
/// and has no header.</summary>
interface IFileFormat : IFormat
{
    /// <summary>True if every line feed ends a record and the records may be read in any order, so that a file can be
    /// cut at line ends.</summary>
    bool IsSplittable(TableOptions options);

    /// <summary>True if the first record of a file holds no row.</summary>
    bool SkipsFirstRecord(TableOptions options);
}
