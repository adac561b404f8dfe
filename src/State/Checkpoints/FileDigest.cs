using System.Buffers;
using System.Security.Cryptography;

namespace SqlStream.State.Checkpoints;

/// <summary>What identifies the content of a file.</summary>
readonly record struct FileDigest(long Size, uint Crc32c, string Sha256)
{
    const int BufferBytes = 1 << 18;

    public static FileDigest Of(ReadOnlySpan<byte> content) => new(
        content.Length, Checksum.Of(content), Convert.ToHexStringLower(SHA256.HashData(content)));

    /// <summary>Reads a stream to its end, or to <paramref name="limit"/> bytes.</summary>
    public static FileDigest Of(Stream stream, CancellationToken cancellation, long limit = long.MaxValue)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (size, crc) = Read(stream, limit, sha, cancellation);
        return new FileDigest(size, crc, Convert.ToHexStringLower(sha.GetHashAndReset()));
    }

    /// <summary>Size and CRC32C alone; ten times faster.</summary>
    public static (long Size, uint Crc32c) Quick(Stream stream, CancellationToken cancellation) =>
        Read(stream, long.MaxValue, null, cancellation);

    static (long Size, uint Crc32c) Read(Stream stream, long limit, IncrementalHash? sha, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var crc = Checksum.Start;
            var size = 0L;
            while (size < limit)
            {
                cancellation.ThrowIfCancellationRequested();
                var read = stream.Read(buffer, 0, (int)Math.Min(BufferBytes, limit - size));
                if (read == 0)
                    break;
                var part = buffer.AsSpan(0, read);
                crc = Checksum.Append(crc, part);
                sha?.AppendData(part);
                size += read;
            }
            return (size, Checksum.Finish(crc));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
