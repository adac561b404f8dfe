using System.Buffers;
using System.Text;
using System.Text.Json;
using SqlStream.Core.Connect;

namespace SqlStream.Connectors.FileSystem;

/// <summary>A file that is to get its final name.</summary>
/// <param name="From">The hidden name.</param>
/// <param name="To">The final one.</param>
sealed record Publication(string From, string To);

/// <summary>A file that rows are appended to, or one that is complete and waits.</summary>
/// <param name="Name">Its hidden name.</param>
/// <param name="Number">Its number among the sink's files.</param>
/// <param name="Bytes">Its committed length; what lies beyond belongs to no delivered epoch.</param>
/// <param name="OpenedMicros">When it was begun, microseconds since 1970.</param>
/// <param name="Directory">The directory of its partition; empty where the table is not partitioned.</param>
sealed record OpenPart(string Name, long Number, long Bytes, long OpenedMicros, string Directory);

/// <summary>A partition that has got rows and is not declared complete yet.</summary>
/// <param name="Directory">Its directory.</param>
/// <param name="SinceMicros">When the first of the rows came, microseconds since 1970.</param>
sealed record WaitingPartition(string Directory, long SinceMicros);

/// <summary>What a sink's marker file says. Writing it is the moment at which an epoch is delivered.</summary>
/// <param name="Incarnation">Who wrote it.</param>
/// <param name="Delivered">The epoch delivered last; null if there is none.</param>
/// <param name="Next">Number of the next file.</param>
/// <param name="Open">The in-progress files, one for each partition, by number.</param>
/// <param name="Publish">Complete files. One that is found under neither name has been taken by its consumer.</param>
sealed record FileMarker(
    long Incarnation, SinkMarker? Delivered, long Next, IReadOnlyList<OpenPart> Open, IReadOnlyList<Publication> Publish)
{
    /// <summary>Of INSERT OVERWRITE: complete files that stay hidden until the job ends.</summary>
    public IReadOnlyList<OpenPart> Full { get; init; } = [];

    /// <summary>Partitions that are to be declared complete later.</summary>
    public IReadOnlyList<WaitingPartition> Waiting { get; init; } = [];

    /// <summary>The success files that come after the publications.</summary>
    public IReadOnlyList<string> Success { get; init; } = [];

    /// <summary>The files that INSERT OVERWRITE takes away after the publications.</summary>
    public IReadOnlyList<string> Remove { get; init; } = [];

    /// <summary>INSERT OVERWRITE has come to its end: what the marker says is all that is left to do.</summary>
    public bool IsReplaced { get; init; }

    /// <summary>The marker of a sink that has delivered nothing.</summary>
    public static FileMarker Empty { get; } = new(0, null, 0, [], []);

    /// <summary>This marker without what is done by now.</summary>
    public FileMarker Settled => this with { Publish = [], Success = [], Remove = [] };

    static ReadOnlySpan<byte> CrcProperty => ",\"crc\":"u8;

    /// <summary>The marker as JSON; its last property is the CRC32C of what stands before it.</summary>
    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            FileMarkerJson.Write(json, this);
        var body = buffer.WrittenSpan[..^1];
        return [.. body, .. CrcProperty, .. Encoding.ASCII.GetBytes($"{FilePosition.Crc(body)}}}\n")];
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote; XX001 if it is not that.</summary>
    public static FileMarker Parse(byte[] content, string path)
    {
        var end = content.AsSpan().LastIndexOf(CrcProperty);
        if (end < 0)
            throw FileErrors.MarkerDamaged(path);
        try
        {
            using var document = JsonDocument.Parse(content);
            var root = document.RootElement;
            if (root.GetProperty("crc").GetUInt32() != FilePosition.Crc(content.AsSpan(0, end)))
                throw FileErrors.MarkerDamaged(path);
            return FileMarkerJson.Read(root) ?? throw FileErrors.MarkerDamaged(path);
        }
        catch (Exception e) when (
            e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw FileErrors.MarkerDamaged(path);
        }
    }
}
