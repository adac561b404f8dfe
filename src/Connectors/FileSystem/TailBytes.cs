namespace SqlStream.Connectors.FileSystem;

/// <summary>The last bytes that went by, up to 64.</summary>
sealed class TailBytes
{
    readonly byte[] _bytes = new byte[FilePosition.TailBytesMax];
    int _length;

    /// <summary>CRC32C of the bytes.</summary>
    public uint Crc => FilePosition.Crc(_bytes.AsSpan(0, _length));

    /// <summary>Adds what went by.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= _bytes.Length)
        {
            bytes[^_bytes.Length..].CopyTo(_bytes);
            _length = _bytes.Length;
            return;
        }
        var kept = Math.Min(_length, _bytes.Length - bytes.Length);
        _bytes.AsSpan(_length - kept, kept).CopyTo(_bytes);
        bytes.CopyTo(_bytes.AsSpan(kept));
        _length = kept + bytes.Length;
    }

    /// <summary>A copy of the bytes.</summary>
    public byte[] ToArray() => _bytes[.._length];
}
