using System.Globalization;
using System.Text;

namespace SqlStream.Connectors.FileSystem;

/// <summary>The names that a sink gives to its files. They hold the identity of job and sink, so that the files of two
/// sinks in one directory never meet.</summary>
sealed class PartNames
{
    const int SinkNameMax = 100;

    readonly string _owner;
    readonly string _extension;

    public PartNames(string jobId, string sinkId, string extension)
    {
        var sink = Safe(sinkId);
        _owner = $"{jobId[..Math.Min(8, jobId.Length)]}-{sink}";
        _extension = extension;
        Marker = $".sqlstream/{Safe(jobId)}-{sink}.json";
        Lock = $".sqlstream/{Safe(jobId)}-{sink}.lock";
    }

    /// <summary>The marker file.</summary>
    public string Marker { get; }

    /// <summary>The file that is held open while the sink's files are changed.</summary>
    public string Lock { get; }

    /// <summary>What all in-progress names begin with.</summary>
    public static string OpenPrefix => ".part-";

    /// <summary>The name of an in-progress file.</summary>
    public string Open(long number) =>
        string.Create(CultureInfo.InvariantCulture, $"{OpenPrefix}{number}-{_owner}.inprogress");

    /// <summary>The final name of a file whose last rows belong to an epoch.</summary>
    public string Final(long epoch, long number) =>
        string.Create(CultureInfo.InvariantCulture, $"part-{epoch}-{number}-{_owner}.{_extension}");

    /// <summary>The number in a name that <see cref="Open"/> gave, or null for the names of others.</summary>
    public long? OpenNumber(string name)
    {
        var tail = $"-{_owner}.inprogress";
        if (!name.StartsWith(OpenPrefix, StringComparison.Ordinal) || !name.EndsWith(tail, StringComparison.Ordinal)
            || name.Length <= OpenPrefix.Length + tail.Length)
            return null;
        var digits = name.AsSpan(OpenPrefix.Length, name.Length - OpenPrefix.Length - tail.Length);
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    // A name that had to be changed gets a hash of the original, so that two names never become one.
    static string Safe(string name)
    {
        var safe = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '_'));
        if (safe.Length > SinkNameMax)
            safe = safe[..SinkNameMax];
        return safe == name
            ? safe
            : string.Create(
                CultureInfo.InvariantCulture, $"{safe}-{FilePosition.Crc(Encoding.UTF8.GetBytes(name)):x8}");
    }
}
