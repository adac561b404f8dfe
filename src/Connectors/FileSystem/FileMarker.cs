using System.Buffers;
using System.Text;
using System.Text.Json;
using SqlStream.Core.Connect;
using SqlStream.Core.Time;

namespace SqlStream.Connectors.FileSystem;

/// <summary>A file that is to get its final name.</summary>
/// <param name="From">The hidden name.</param>
/// <param name="To">The final one.</param>
sealed record Publication(string From, string To);

/// <summary>The file that rows are appended to.</summary>
/// <param name="Name">Its hidden name.</param>
/// <param name="Number">Its number among the sink's files.</param>
/// <param name="Bytes">Its committed length; what lies beyond belongs to no delivered epoch.</param>
/// <param name="OpenedMicros">When it was begun, microseconds since 1970.</param>
sealed record OpenPart(string Name, long Number, long Bytes, long OpenedMicros);

/// <summary>What a sink's marker file says. Writing it is the moment at which an epoch is delivered.</summary>
/// <param name="Incarnation">Who wrote it.</param>
/// <param name="Delivered">The epoch delivered last; null if there is none.</param>
/// <param name="Next">Number of the next file.</param>
/// <param name="Open">The in-progress file, or null.</param>
/// <param name="Publish">Complete files. One that is found under neither name has been taken by its consumer.</param>
sealed record FileMarker(
    long Incarnation, SinkMarker? Delivered, long Next, OpenPart? Open, IReadOnlyList<Publication> Publish)
{
    const int Version = 1;

    static ReadOnlySpan<byte> CrcProperty => ",\"crc\":"u8;

    /// <summary>The marker of a sink that has delivered nothing.</summary>
    public static FileMarker Empty { get; } = new(0, null, 0, null, []);

    /// <summary>The marker as JSON; its last property is the CRC32C of what stands before it.</summary>
    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            Write(json);
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
            if (root.GetProperty("crc").GetUInt32() != FilePosition.Crc(content.AsSpan(0, end))
                || root.GetProperty("version").GetInt32() != Version)
                throw FileErrors.MarkerDamaged(path);
            return Read(root);
        }
        catch (Exception e) when (
            e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw FileErrors.MarkerDamaged(path);
        }
    }

    void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("version", Version);
        json.WriteNumber("incarnation", Incarnation);
        json.WriteNumber("next", Next);
        if (Delivered is { } delivered)
        {
            json.WriteStartObject("delivered");
            json.WriteNumber("epoch", delivered.Epoch.Value);
            json.WriteNumber("segment", delivered.Position.Segment);
            json.WriteNumber("frame", delivered.Position.Frame);
            json.WriteBoolean("whole", delivered.IsWholeEpoch);
            json.WriteNumber("incarnation", delivered.Incarnation);
            json.WriteString("digest", delivered.Digest);
            json.WriteEndObject();
        }
        if (Open is { } open)
        {
            json.WriteStartObject("open");
            json.WriteString("name", open.Name);
            json.WriteNumber("number", open.Number);
            json.WriteNumber("bytes", open.Bytes);
            json.WriteNumber("opened", open.OpenedMicros);
            json.WriteEndObject();
        }
        json.WriteStartArray("publish");
        foreach (var publication in Publish)
        {
            json.WriteStartObject();
            json.WriteString("from", publication.From);
            json.WriteString("to", publication.To);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static FileMarker Read(JsonElement root) => new(
        root.GetProperty("incarnation").GetInt64(),
        root.TryGetProperty("delivered", out var delivered)
            ? new SinkMarker(
                new Epoch(delivered.GetProperty("epoch").GetInt64()),
                new SinkPosition(
                    delivered.GetProperty("segment").GetInt32(), delivered.GetProperty("frame").GetInt64()),
                delivered.GetProperty("whole").GetBoolean(),
                delivered.GetProperty("incarnation").GetInt64(),
                delivered.GetProperty("digest").GetString()!)
            : null,
        root.GetProperty("next").GetInt64(),
        root.TryGetProperty("open", out var open)
            ? new OpenPart(
                open.GetProperty("name").GetString()!,
                open.GetProperty("number").GetInt64(),
                open.GetProperty("bytes").GetInt64(),
                open.GetProperty("opened").GetInt64())
            : null,
        [.. root.GetProperty("publish").EnumerateArray().Select(item =>
            new Publication(item.GetProperty("from").GetString()!, item.GetProperty("to").GetString()!))]);
}
