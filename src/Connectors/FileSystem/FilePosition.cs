using System.Globalization;
using System.Text.Json;

namespace SqlStream.Connectors.FileSystem;

/// <summary>How far a file has been read, and by what its content can be recognised.
/// Offsets count uncompressed bytes.</summary>
/// <param name="Path">The file.</param>
/// <param name="Offset">The first byte that has not been read.</param>
/// <param name="Size">Bytes of the file when it was opened.</param>
/// <param name="Modified">Time of its last change then, nanoseconds since 1970.</param>
/// <param name="Inode">Its identity within its file system.</param>
/// <param name="HeadBytes">How many bytes <paramref name="HeadCrc"/> covers.</param>
/// <param name="HeadCrc">CRC32C of the first bytes.</param>
/// <param name="TailCrc">CRC32C of up to 64 bytes before the offset.</param>
/// <param name="Line">Lines before the offset; -1 where the reading began within the file.</param>
/// <param name="Skipping">The offset lies within a record that is passed over.</param>
readonly record struct FilePosition(
    string Path, long Offset, long Size, long Modified, long Inode, int HeadBytes, uint HeadCrc, uint TailCrc,
    long Line, bool Skipping)
{
    /// <summary>Bytes that <see cref="HeadCrc"/> covers at the most.</summary>
    public const int HeadBytesMax = 4096;

    /// <summary>Bytes that <see cref="TailCrc"/> covers at the most.</summary>
    public const int TailBytesMax = 64;

    /// <summary>The position as JSON.</summary>
    public string ToJson() => string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"path\":\"{JsonEncodedText.Encode(Path)}\",\"offset\":{Offset},\"size\":{Size},\"mtime\":{Modified}," +
        $"\"inode\":{Inode},\"headBytes\":{HeadBytes},\"headCrc\":{HeadCrc},\"tailCrc\":{TailCrc},\"line\":{Line}," +
        $"\"skipping\":{(Skipping ? "true" : "false")}}}");

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static FilePosition Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            return new FilePosition(
                root.GetProperty("path").GetString() ?? "",
                root.GetProperty("offset").GetInt64(),
                root.GetProperty("size").GetInt64(),
                root.GetProperty("mtime").GetInt64(),
                root.GetProperty("inode").GetInt64(),
                root.GetProperty("headBytes").GetInt32(),
                root.GetProperty("headCrc").GetUInt32(),
                root.GetProperty("tailCrc").GetUInt32(),
                root.GetProperty("line").GetInt64(),
                root.TryGetProperty("skipping", out var skipping) && skipping.GetBoolean());
        }
        catch (Exception e) when (
            e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw FileErrors.PositionMalformed(json);
        }
    }

    /// <summary>CRC32C.</summary>
    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
        foreach (var octet in bytes)
            crc = System.Numerics.BitOperations.Crc32C(crc, octet);
        return ~crc;
    }
}
