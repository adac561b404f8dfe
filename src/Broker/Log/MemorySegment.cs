namespace SqlStream.Broker.Log;

/// <summary>A segment in memory.</summary>
sealed class MemorySegment(long baseOffset) : Segment(baseOffset)
{
    const int FirstBytes = 16 * 1024;
    byte[] _bytes = [];

    public override void Read(int position, Span<byte> target) => _bytes.AsSpan(position, target.Length).CopyTo(target);

    public override void Delete() => _bytes = [];

    public override void Dispose() => _bytes = [];

    protected override void AppendBytes(int position, ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length - position < bytes.Length)
        {
            var larger = GC.AllocateUninitializedArray<byte>(Math.Max(Math.Max(_bytes.Length * 2, FirstBytes), position + bytes.Length));
            _bytes.AsSpan(0, position).CopyTo(larger);
            _bytes = larger;
        }
        bytes.CopyTo(_bytes.AsSpan(position));
    }

    protected override void TruncateBytes(int position) { }
}
