using System.Text.Json;
using SqlStream.Core.Connect;
using SqlStream.Core.Time;

namespace SqlStream.Connectors.FileSystem;

/// <summary>Markers as JSON. Version 1 has one in-progress file at most, and no partitions.</summary>
static class FileMarkerJson
{
    const int Version = 2;

    public static void Write(Utf8JsonWriter json, FileMarker marker)
    {
        json.WriteStartObject();
        json.WriteNumber("version", Version);
        json.WriteNumber("incarnation", marker.Incarnation);
        json.WriteNumber("next", marker.Next);
        if (marker.Delivered is { } delivered)
            Write(json, delivered);
        WriteList(json, "open", marker.Open, Write);
        WriteList(json, "publish", marker.Publish, Write);
        if (marker.Full.Count > 0)
            WriteList(json, "full", marker.Full, Write);
        if (marker.Waiting.Count > 0)
            WriteList(json, "waiting", marker.Waiting, Write);
        if (marker.Success.Count > 0)
            WriteList(json, "success", marker.Success, static (json, name) => json.WriteStringValue(name));
        if (marker.Remove.Count > 0)
            WriteList(json, "remove", marker.Remove, static (json, name) => json.WriteStringValue(name));
        if (marker.IsReplaced)
            json.WriteBoolean("replaced", true);
        json.WriteEndObject();
    }

    /// <summary>The marker; null for a version that is not known.</summary>
    public static FileMarker? Read(JsonElement root)
    {
        var version = root.GetProperty("version").GetInt32();
        if (version is not (1 or Version))
            return null;
        return new FileMarker(
            root.GetProperty("incarnation").GetInt64(),
            root.TryGetProperty("delivered", out var delivered) ? ReadDelivered(delivered) : null,
            root.GetProperty("next").GetInt64(),
            version == Version ? List(root, "open", ReadPart) : root.TryGetProperty("open", out var open) ? [ReadPart(open)] : [],
            List(root, "publish", static item => new Publication(Text(item, "from"), Text(item, "to"))))
        {
            Full = List(root, "full", ReadPart),
            Waiting = List(root, "waiting", static item => new WaitingPartition(Text(item, "directory"), item.GetProperty("since").GetInt64())),
            Success = List(root, "success", static item => item.GetString()!),
            Remove = List(root, "remove", static item => item.GetString()!),
            IsReplaced = root.TryGetProperty("replaced", out var replaced) && replaced.GetBoolean(),
        };
    }

    static void WriteList<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
            write(json, item);
        json.WriteEndArray();
    }

    static void Write(Utf8JsonWriter json, SinkMarker delivered)
    {
        json.WriteStartObject("delivered");
        json.WriteNumber("epoch", delivered.Epoch.Value);
        json.WriteNumber("segment", delivered.Position.Segment);
        json.WriteNumber("frame", delivered.Position.Frame);
        json.WriteBoolean("whole", delivered.IsWholeEpoch);
        json.WriteNumber("incarnation", delivered.Incarnation);
        json.WriteString("digest", delivered.Digest);
        if (delivered.Tally is { } tally)
        {
            json.WriteNumber("rows", tally.Rows);
            json.WriteNumber("crc", tally.Crc32c);
        }
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, OpenPart part)
    {
        json.WriteStartObject();
        json.WriteString("name", part.Name);
        json.WriteNumber("number", part.Number);
        json.WriteNumber("bytes", part.Bytes);
        json.WriteNumber("opened", part.OpenedMicros);
        if (part.Directory.Length > 0)
            json.WriteString("directory", part.Directory);
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, Publication publication)
    {
        json.WriteStartObject();
        json.WriteString("from", publication.From);
        json.WriteString("to", publication.To);
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, WaitingPartition partition)
    {
        json.WriteStartObject();
        json.WriteString("directory", partition.Directory);
        json.WriteNumber("since", partition.SinceMicros);
        json.WriteEndObject();
    }

    static SinkMarker ReadDelivered(JsonElement delivered) => new(
        new Epoch(delivered.GetProperty("epoch").GetInt64()),
        new SinkPosition(delivered.GetProperty("segment").GetInt32(), delivered.GetProperty("frame").GetInt64()),
        delivered.GetProperty("whole").GetBoolean(),
        delivered.GetProperty("incarnation").GetInt64(),
        Text(delivered, "digest"))
    {
        Tally = delivered.TryGetProperty("rows", out var rows) ? new SinkTally(rows.GetInt64(), delivered.GetProperty("crc").GetUInt32()) : null,
    };

    static OpenPart ReadPart(JsonElement part) => new(
        Text(part, "name"),
        part.GetProperty("number").GetInt64(),
        part.GetProperty("bytes").GetInt64(),
        part.GetProperty("opened").GetInt64(),
        part.TryGetProperty("directory", out var directory) ? directory.GetString()! : "");

    static IReadOnlyList<T> List<T>(JsonElement root, string name, Func<JsonElement, T> read) =>
        root.TryGetProperty(name, out var items) ? [.. items.EnumerateArray().Select(read)] : [];

    static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
