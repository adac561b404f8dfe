using System.Buffers.Binary;
using System.Collections.Concurrent;
using SqlStream.Connectors.Formats.Avro;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Formats.AvroConfluent;

/// <summary>Decodes messages that begin with a zero and the number of their schema.</summary>
sealed class AvroConfluentDecoder(RegistryClient registry, AvroSchema reader, IReadOnlyList<Field> columns) : IMessageDecoder
{
    /// <summary>Bytes before the record.</summary>
    public const int HeaderBytes = 5;

    const int RefusedMax = 1000;

    // Written by the thread that prepares, read by the one that decodes.
    readonly ConcurrentDictionary<int, string> _refused = new();
    readonly Dictionary<int, AvroRowReader> _readers = [];

    /// <inheritdoc/>
    public bool NeedsPreparing => true;

    /// <inheritdoc/>
    public void Prepare(ReadOnlySpan<byte> message, CancellationToken cancellation)
    {
        if (!TryReadId(message, out var id) || registry.Known(id) is not null || _refused.ContainsKey(id))
            return;
        if (registry.Fetch(id, out var problem, cancellation) is not null)
            return;
        if (_refused.Count >= RefusedMax)
            _refused.Clear();
        _refused[id] = problem!;
    }

    /// <inheritdoc/>
    public string? Decode(ReadOnlySpan<byte> message, BatchBuilder target)
    {
        if (!TryReadId(message, out var id))
            return "the message does not begin with a zero and the number of a schema";
        if (!_readers.TryGetValue(id, out var rows))
        {
            if (_refused.TryGetValue(id, out var known))
                return known;
            if (registry.Fetch(id, out var problem, CancellationToken.None) is not { } writer)
            {
                _refused[id] = problem!;
                return problem;
            }
            rows = AvroResolver.Resolve(writer, reader, columns);
            _readers.Add(id, rows);
        }
        return rows.Read(message[HeaderBytes..], target);
    }

    static bool TryReadId(ReadOnlySpan<byte> message, out int id)
    {
        id = 0;
        if (message.Length < HeaderBytes || message[0] != 0)
            return false;
        id = BinaryPrimitives.ReadInt32BigEndian(message[1..]);
        return true;
    }
}
