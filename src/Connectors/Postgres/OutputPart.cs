using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Postgres;

/// <summary>As much of an epoch's output as goes into one transaction.</summary>
/// <param name="Frames">Its frames.</param>
/// <param name="From">Where it begins.</param>
/// <param name="To">Where the rest begins.</param>
/// <param name="IsKeyed">Its rows are those of a table with a key.</param>
sealed record OutputPart(IReadOnlyList<ReadOnlyMemory<byte>> Frames, SinkPosition From, SinkPosition To, bool IsKeyed)
{
    /// <summary>Reads on from a position until there are so many bytes; at least one frame.</summary>
    public static OutputPart Read(IReadOnlyList<IOutputSegment> segments, SinkPosition from, long bytesMax, bool isKeyed)
    {
        var frames = new List<ReadOnlyMemory<byte>>();
        var bytes = 0L;
        var to = from;
        for (; to.Segment < segments.Count; to = new SinkPosition(to.Segment + 1, 0))
        {
            foreach (var frame in segments[to.Segment].Frames().Skip((int)to.Frame))
            {
                if (bytes > 0 && bytes + frame.Length > bytesMax)
                    return new OutputPart(frames, from, to, isKeyed);
                frames.Add(frame);
                bytes += frame.Length;
                to = to with { Frame = to.Frame + 1 };
            }
        }
        return new OutputPart(frames, from, to, isKeyed);
    }
}
