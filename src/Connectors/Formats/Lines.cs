namespace SqlStream.Connectors.Formats;

/// <summary>Records that end at the end of their line.</summary>
static class Lines
{
    /// <summary>The length of the first line, its line feed included, or -1 if there is no whole line.</summary>
    public static int FindEnd(ReadOnlySpan<byte> buffer, bool isLast)
    {
        var end = buffer.IndexOf((byte)'\n');
        if (end >= 0)
            return end + 1;
        return isLast && !buffer.IsEmpty ? buffer.Length : -1;
    }
}
