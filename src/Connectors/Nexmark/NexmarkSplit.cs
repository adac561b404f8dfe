using System.Globalization;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Nexmark;

/// <summary>The rounds <c>First, First + Stride, ...</c> of the events. Its id is <c>first/stride@start</c>.</summary>
/// <param name="First">Number of the first round.</param>
/// <param name="Stride">How many splits there are.</param>
/// <param name="StartMillis">The start of the job, milliseconds since 1970.</param>
readonly record struct NexmarkSplit(long First, long Stride, long StartMillis)
{
    /// <summary>The split for the engine.</summary>
    public SourceSplit ToSourceSplit() =>
        new(string.Create(CultureInfo.InvariantCulture, $"{First:d4}/{Stride}@{StartMillis}"));

    /// <summary>The rounds that an id names.</summary>
    public static NexmarkSplit Parse(SourceSplit split)
    {
        var parts = split.Id.Split('/', '@');
        if (parts.Length == 3
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var stride)
            && long.TryParse(parts[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var start))
        {
            return new NexmarkSplit(first, stride, start);
        }
        throw new EngineBugException($"split \"{split.Id}\" names no events");
    }
}
