using System.Buffers.Binary;
using SqlStream.Broker.Log;
using SqlStream.Broker.Protocol;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Broker.Storage;

/// <summary>What a record of the journal is about. The numbers are in the file.</summary>
enum JournalRecord : byte
{
    Topic = 1,
    TopicDeleted = 2,
    LogStart = 3,
    Offset = 4,
    OffsetDeleted = 5,
    ProducerIds = 6,
    Transaction = 7,
    TransactionDeleted = 8,
    PendingOffset = 9,
    PendingEnded = 10,
}

/// <summary>The file in which the broker notes all that is not in the logs of partitions: topics, committed offsets, transactions. Each record
/// is checked by its CRC; a damaged end, left by a process that was killed, is cut off at the start.</summary>
/// <remarks>Used under the broker's gate. Format: <c>SSBJ1</c>, then records of length i32, crc32c u32, kind u8, body.</remarks>
sealed class Journal : IDisposable
{
    const int HeadBytes = 8;
    const int RewriteBytes = 4 << 20;
    static ReadOnlySpan<byte> Magic => "SSBJ1"u8;

    readonly string _path;
    readonly WireWriter _writer = new();
    readonly Action<Journal> _writeAll;
    FileStream _file;
    long _rewriteAt = RewriteBytes;

    Journal(string path, FileStream file, Action<Journal> writeAll)
    {
        _path = path;
        _file = file;
        _writeAll = writeAll;
    }

    /// <summary>Reads what a process left behind, then begins a new file with what is still true.</summary>
    /// <param name="path">The file; made if absent.</param>
    /// <param name="replay">Gets each record in order.</param>
    /// <param name="writeAll">Writes the whole present state into the journal that it is given.</param>
    /// <param name="finish">Called when all has been read.</param>
    public static Journal Open(string path, Action<JournalRecord, WireReader> replay, Action<Journal> writeAll, Action finish)
    {
        if (File.Exists(path))
            Replay(path, File.ReadAllBytes(path), replay);
        finish();
        var journal = new Journal(path, Begin(path), writeAll);
        writeAll(journal);
        journal.PutInPlace();
        return journal;
    }

    public void Write(JournalRecord kind, Action<WireWriter> body)
    {
        _writer.Reset();
        _writer.Int64(0);
        _writer.Int8((sbyte)kind);
        body(_writer);
        var head = _writer.Length;
        _writer.Patch(0, head - HeadBytes);
        _writer.Patch(4, (int)Crc32C.Of(_writer.Written.Span[HeadBytes..]));
        var before = _file.Position;
        try
        {
            _file.Write(_writer.Written.Span);
            _file.Flush();
        }
        catch (IOException e)
        {
            // Half a record would hide all that follow it.
            _file.SetLength(before);
            _file.Position = before;
            throw BrokerErrors.DataNotWritable(_path, e);
        }
    }

    /// <summary>Begins a new file if the old one has become long. Call it when the state is whole.</summary>
    public void Compact()
    {
        if (_file.Length < _rewriteAt)
            return;
        var old = _file;
        try
        {
            _file = Begin(_path);
            _writeAll(this);
            PutInPlace();
            old.Dispose();
        }
        catch (Exception e) when (e is IOException or ExternalException)
        {
            // The old file is still whole and goes on; the next attempt comes when it is twice as long.
            if (_file != old)
                _file.Dispose();
            _file = old;
            _rewriteAt = old.Length * 2;
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        _writer.Dispose();
    }

    static void Replay(string path, byte[] bytes, Action<JournalRecord, WireReader> replay)
    {
        if (bytes.Length == 0)
            return;
        if (!bytes.AsSpan().StartsWith(Magic))
            throw BrokerErrors.DataNotReadable(path, "it does not begin as a journal of this version does");
        var reader = new WireReader();
        for (var position = Magic.Length; bytes.Length - position > HeadBytes;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(position));
            var crc = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(position + 4));
            position += HeadBytes;
            if (length < 1 || length > bytes.Length - position || Crc32C.Of(bytes.AsSpan(position, length)) != crc)
                return;
            reader.Reset(bytes, position, length);
            replay((JournalRecord)reader.Int8(), reader);
            position += length;
        }
    }

    static FileStream Begin(string path)
    {
        var file = new FileStream(path + ".new", FileMode.Create, FileAccess.Write, FileShare.Read | FileShare.Delete, bufferSize: 0);
        file.Write(Magic);
        return file;
    }

    void PutInPlace()
    {
        _file.Flush(flushToDisk: true);
        File.Move(_path + ".new", _path, overwrite: true);
        _rewriteAt = Math.Max(RewriteBytes, _file.Length * 4);
    }
}
