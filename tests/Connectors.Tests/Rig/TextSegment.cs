using System.Text;
using SqlStream.Core.Connect;
using SqlStream.Core.Time;

namespace SqlStream.Connectors.Tests;

/// <summary>A sealed piece of output whose frames are texts.</summary>
sealed class TextSegment(long epoch, int subtask, params string[] frames) : IOutputSegment
{
    public Epoch Epoch { get; } = new(epoch);

    public int Subtask { get; } = subtask;

    public long Rows => frames.Sum(frame => frame.Count(c => c == '\n'));

    public long Bytes => frames.Sum(frame => Encoding.UTF8.GetByteCount(frame));

    public IEnumerable<ReadOnlyMemory<byte>> Frames() =>
        frames.Select(frame => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(frame));
}
