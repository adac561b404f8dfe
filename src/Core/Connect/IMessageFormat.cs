using System.Buffers;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;

namespace SqlStream.Core.Connect;

/// <summary>A format of single messages: the key or the value of a record of a topic.</summary>
/// <remarks>A message has as many bytes as it has: nothing ends it. Both factories check the options and refuse, with 0A000 and its name,
/// a column that the format cannot hold; they touch nothing outside, but for files that an option names.</remarks>
public interface IMessageFormat : IFormat
{
    /// <summary>What METADATA columns may ask of a message beside its columns. None of it can be written.</summary>
    IReadOnlyList<MetadataDefinition> MessageMetadata => [];

    /// <summary>A decoder that fills the columns at <paramref name="readColumns"/> of the messages' schema, in that order.</summary>
    IMessageDecoder CreateMessageDecoder(MessageTable messages, IReadOnlyList<int> readColumns);

    /// <summary>An encoder of messages. The n-th column of the messages' schema is the one at <c>batchColumns[n]</c> of a batch.</summary>
    IMessageEncoder CreateMessageEncoder(MessageTable messages, IReadOnlyList<int> batchColumns);
}

/// <summary>What a format gets to know of the messages of a table.</summary>
/// <param name="Table">Their columns, in order, and the options as the format names them (<see cref="TableOptions.Under"/> takes away the
/// <c>key.</c> or <c>value.</c> before them). The last columns are metadata where <see cref="ConnectorTable.MetadataKeys"/> has keys of
/// <see cref="IMessageFormat.MessageMetadata"/>.</param>
/// <param name="Topic">The topic, where there is one and it is known.</param>
/// <param name="IsKey">They are the keys of records, not their values.</param>
public sealed record MessageTable(ConnectorTable Table, string? Topic = null, bool IsKey = false);

/// <summary>Decodes messages, straight from bytes into columns. Not thread-safe but for <see cref="Prepare"/>; one per split reader.</summary>
public interface IMessageDecoder
{
    /// <summary>True if messages need something from outside, which <see cref="Prepare"/> brings.</summary>
    bool NeedsPreparing => false;

    /// <summary>Brings what decoding this message needs from outside, such as its schema; most calls find it there. May block: it is for edge
    /// threads, and may be called while another thread decodes. A message that was not prepared is prepared, and blocks, when it is
    /// decoded. <see cref="ExternalException"/> if the outside cannot be reached.</summary>
    void Prepare(ReadOnlySpan<byte> message, CancellationToken cancellation)
    {
    }

    /// <summary>Decodes one message and ends zero or more rows of the target with their kinds. Returns null, or says what is wrong; then the target
    /// is as before.</summary>
    string? Decode(ReadOnlySpan<byte> message, BatchBuilder target);

    /// <summary>Decodes a message without a payload (a tombstone), which to most formats is no row.</summary>
    string? DecodeNull(BatchBuilder target) => null;
}

/// <summary>Encodes rows as messages. Not thread-safe; one per sink subtask.</summary>
public interface IMessageEncoder
{
    /// <summary>Brings what encoding needs from outside, such as the number of a schema, for this encoder and others of the same table; to be called
    /// once, from an edge thread, as it may block. If it was not called, the first <see cref="Encode"/> blocks instead.
    /// <see cref="ExternalException"/> if the outside cannot be reached.</summary>
    void Prepare(CancellationToken cancellation)
    {
    }

    /// <summary>Appends the message of one stored row of the batch. False if the message has no payload (a tombstone); then nothing is appended.</summary>
    bool Encode(Batch batch, int row, IBufferWriter<byte> output);
}
