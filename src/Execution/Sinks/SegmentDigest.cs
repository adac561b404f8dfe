using System.Security.Cryptography;
using System.Text;

namespace SqlStream.Execution.Sinks;

/// <summary>Identifies the output of an epoch: SHA-256 over its list of segments.</summary>
static class SegmentDigest
{
    public static string Of(IEnumerable<OutputSegment> segments)
    {
        var text = new StringBuilder();
        foreach (var segment in segments)
            text.Append(segment.Subtask).Append(' ').Append(segment.Rows).Append(' ').Append(segment.Bytes).Append(' ').Append(segment.Crc32c).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text.ToString())));
    }
}
