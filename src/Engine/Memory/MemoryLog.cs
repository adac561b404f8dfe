using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;
using SqlStream.State.Checkpoints;
using ExternalException = SqlStream.Core.Diagnostics.ExternalException;

namespace SqlStream.Engine.Memory;

/// <summary>The file of what one sink did to one table: a head, then a record for each epoch with its changes and its marker, each
/// written and synced as one.</summary>
/// <remarks>A record that the end of the file cuts off was never acknowledged and is cut off for good; one whose checksum is wrong is
/// damage. When the records are much longer than what they leave of the table, they are folded into one. The rows of INSERT OVERWRITE count only
/// once a last record says that they have taken the place of all others. One thread at a time.</remarks>
sealed class MemoryLog
{
    const int FormatVersion = 1;
    const int HeadBytes = 8;
    const int RecordHeadBytes = 8;
    const long FoldBytesMin = 4 << 20;

    static ReadOnlySpan<byte> Magic => "SSMT"u8;

    readonly LocalFileStore _store;
    readonly string _name;
    readonly bool _isKeyed;
    long _bytes;
    long _foldedBytes;

    MemoryLog(string directory, string name, bool isKeyed)
    {
        _store = new LocalFileStore(directory);
        _name = name;
        _isKeyed = isKeyed;
    }

    /// <summary>The last marker that was written.</summary>
    public SinkMarker? Marker { get; private set; }

    /// <summary>The sink is one of INSERT OVERWRITE.</summary>
    public bool Replaces { get; private set; }

    /// <summary>The sequence number at which the rows took the place of all others; null before.</summary>
    public long? ReplacedAt { get; private set; }

    /// <summary>Where the file is.</summary>
    public string Path => _store.Locate(_name);

    /// <summary>Opens the file, or prepares to make it, and gives the changes that it holds.</summary>
    public static MemoryLog Open(string directory, string name, bool isKeyed, out IReadOnlyList<MemoryChange> changes)
    {
        var log = new MemoryLog(directory, name, isKeyed);
        changes = log.Read();
        return log;
    }

    /// <summary>Everything that the file holds.</summary>
    public IReadOnlyList<MemoryChange> Changes() => Read();

    /// <summary>Appends the changes of an epoch of INSERT OVERWRITE and its marker, durably.</summary>
    public void AppendReplacing(IReadOnlyList<MemoryChange> changes, SinkMarker marker)
    {
        Replaces = true;
        Write(Record(changes, MemoryMarker.Of(marker) with { Replaces = true }), marker);
    }

    /// <summary>Notes, durably, that the rows take the place of all others.</summary>
    public void AppendReplaced(long sequence)
    {
        Replaces = true;
        Write(Record([], MemoryMarker.Of(Marker) with { Replaces = true, ReplacedAt = sequence }), Marker);
        ReplacedAt = sequence;
    }

    /// <summary>Appends the changes of an epoch and its marker, durably.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="marker">The marker.</param>
    /// <param name="voidUntil">Changes with a lower sequence number count for nothing any more.</param>
    public void Append(IReadOnlyList<MemoryChange> changes, SinkMarker marker, long voidUntil = 0)
    {
        Write(Record(changes, MemoryMarker.Of(marker)), marker);
        if (_bytes > FoldBytesMin && _bytes > 4 * _foldedBytes)
            Fold(voidUntil);
    }

    void Write(byte[] record, SinkMarker? marker)
    {
        if (_bytes == 0)
        {
            _store.Replace(_name, [.. Head(), .. record]);
            _bytes = HeadBytes + record.Length;
        }
        else
        {
            AppendToFile(record);
            _bytes += record.Length;
        }
        Marker = marker;
    }

    void AppendToFile(byte[] record)
    {
        try
        {
            using var file = new FileStream(Path, FileMode.Open, FileAccess.Write, FileShare.Read, bufferSize: 0);
            // What a failed write left behind the last whole record is overwritten.
            file.SetLength(_bytes);
            file.Seek(_bytes, SeekOrigin.Begin);
            file.Write(record);
            file.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ExternalException($"rows of a memory table cannot be written to \"{Path}\"", Retry.Backoff, SqlState.IoError, e);
        }
    }

    IReadOnlyList<MemoryChange> Read()
    {
        if (!_store.Exists(_name))
            return [];
        byte[] content;
        using (var stream = _store.OpenRead(_name))
        {
            content = new byte[stream.Length];
            stream.ReadExactly(content);
        }
        if (content.Length < HeadBytes || !content.AsSpan(0, 4).SequenceEqual(Magic))
            throw EngineErrors.DamagedMemoryTable(Path, "it does not begin as such a file does");
        var version = BinaryPrimitives.ReadInt32LittleEndian(content.AsSpan(4));
        if (version > FormatVersion)
            throw EngineErrors.NewerMemoryTable(Path, version);
        var changes = new List<MemoryChange>();
        var at = HeadBytes;
        while (TryRecord(content, at, out var payload))
        {
            ReadRecord(payload, changes);
            at += RecordHeadBytes + payload.Length;
        }
        _bytes = at;
        _foldedBytes = at;
        return changes;
    }

    bool TryRecord(ReadOnlySpan<byte> content, int at, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (content.Length - at < RecordHeadBytes)
            return false;
        var length = BinaryPrimitives.ReadInt32LittleEndian(content[at..]);
        if (length < 0 || length > content.Length - at - RecordHeadBytes)
            return false;
        payload = content.Slice(at + RecordHeadBytes, length);
        return Checksum.Of(payload) == BinaryPrimitives.ReadUInt32LittleEndian(content[(at + 4)..])
            ? true
            : throw EngineErrors.DamagedMemoryTable(Path, $"the checksum of the record at byte {at} is wrong");
    }

    void ReadRecord(ReadOnlySpan<byte> payload, List<MemoryChange> changes)
    {
        try
        {
            var json = MemoryCodec.ReadBytes(ref payload);
            var marker = JsonSerializer.Deserialize(json, MemoryJson.Default.MemoryMarker)!;
            (Marker, Replaces, ReplacedAt) = (marker.ToMarker(), marker.Replaces, marker.ReplacedAt);
            while (!payload.IsEmpty)
                changes.Add(MemoryCodec.Read(ref payload));
        }
        catch (JsonException e)
        {
            throw EngineErrors.DamagedMemoryTable(Path, e.Message);
        }
    }

    // One record with what is left: the last change of each key, or how many there are of each row.
    void Fold(long voidUntil)
    {
        var folded = new Dictionary<RowBytes, MemoryChange>();
        var marker = Marker!;
        foreach (var change in Read().Where(change => change.Sequence >= voidUntil))
        {
            var key = new RowBytes(change.Key);
            if (!_isKeyed)
            {
                var count = change.Count + (folded.TryGetValue(key, out var known) ? known.Count : 0);
                folded[key] = change with { Count = count };
                if (count == 0)
                    folded.Remove(key);
            }
            else
            {
                // That a row is gone stays: it may be one that another job has written.
                folded[key] = change;
            }
        }
        byte[] content = [.. Head(), .. Record([.. folded.Values], MemoryMarker.Of(marker))];
        _store.Replace(_name, content);
        Marker = marker;
        _bytes = _foldedBytes = content.Length;
    }

    static byte[] Head()
    {
        var head = new byte[HeadBytes];
        Magic.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(4), FormatVersion);
        return head;
    }

    static byte[] Record(IReadOnlyList<MemoryChange> changes, MemoryMarker marker)
    {
        var payload = new List<byte>();
        MemoryCodec.WriteBytes(payload, JsonSerializer.SerializeToUtf8Bytes(marker, MemoryJson.Default.MemoryMarker));
        foreach (var change in changes)
            MemoryCodec.Write(payload, change);
        var record = new byte[RecordHeadBytes + payload.Count];
        payload.CopyTo(record, RecordHeadBytes);
        BinaryPrimitives.WriteInt32LittleEndian(record, payload.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(4), Checksum.Of(record.AsSpan(RecordHeadBytes)));
        return record;
    }
}

/// <summary>A marker as a record holds it; epoch 0 stands for none.</summary>
sealed record MemoryMarker(long Epoch, int Segment, long Frame, bool IsWholeEpoch, long Incarnation, string Digest)
{
    /// <summary>The record is one of INSERT OVERWRITE.</summary>
    public bool Replaces { get; init; }

    /// <summary>The rows of all records took the place of all others at this sequence number.</summary>
    public long? ReplacedAt { get; init; }

    /// <summary>Rows of <see cref="SinkMarker.Tally"/>.</summary>
    public long? Rows { get; init; }

    /// <summary>Checksum of <see cref="SinkMarker.Tally"/>.</summary>
    public uint Crc { get; init; }

    public static MemoryMarker Of(SinkMarker? marker) => marker is null
        ? new(0, 0, 0, true, 0, "")
        : new(marker.Epoch.Value, marker.Position.Segment, marker.Position.Frame, marker.IsWholeEpoch, marker.Incarnation, marker.Digest)
        {
            Rows = marker.Tally?.Rows,
            Crc = marker.Tally?.Crc32c ?? 0,
        };

    public SinkMarker? ToMarker() => Epoch == 0
        ? null
        : new(new Epoch(Epoch), new SinkPosition(Segment, Frame), IsWholeEpoch, Incarnation, Digest) { Tally = Rows is { } rows ? new SinkTally(rows, Crc) : null };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(MemoryMarker))]
sealed partial class MemoryJson : JsonSerializerContext;
