using System.Buffers;
using SqlStream.Core.Rows;

namespace SqlStream.Core.Connect;

/// <summary>A format of files: records one after the other, each with a visible end.</summary>
public interface IFileFormat : IFormat
{
    /// <summary>Extension of files, without a dot.</summary>
    string FileExtension { get; }

    /// <summary>True if every line feed ends a record and the records may be read in any order, so that a file can be
    /// cut at line ends.</summary>
    bool IsSplittable(TableOptions options);

    /// <summary>True if the first record of a file holds no row.</summary>
    bool SkipsFirstRecord(TableOptions options) => false;

    /// <summary>A decoder that fills the columns at <paramref name="readColumns"/> of the table's schema, in that order.</summary>
    IRowDecoder CreateDecoder(ConnectorTable table, IReadOnlyList<int> readColumns);

    /// <summary>An encoder for rows of the table's schema.</summary>
    IRowEncoder CreateEncoder(ConnectorTable table);
}

/// <summary>Decodes records, straight from bytes into columns. Not thread-safe; one per split reader.</summary>
public interface IRowDecoder
{
    /// <summary>The length of the first whole record in the buffer, its terminator included, or -1 if more bytes are needed.
    /// <paramref name="isLast"/> says that no more will come: then the rest is a record.</summary>
    int FindRecordEnd(ReadOnlySpan<byte> buffer, bool isLast);

    /// <summary>Decodes one record (as <see cref="FindRecordEnd"/> cut it) and ends zero or more rows of the target.
    /// Returns null, or says what is wrong; then the target is as before.</summary>
    string? Decode(ReadOnlySpan<byte> record, BatchBuilder target);
}

/// <summary>Encodes rows. Not thread-safe; one per sink subtask.</summary>
public interface IRowEncoder
{
    /// <summary>Appends one record for one stored row of the batch, its terminator included.</summary>
    void Encode(Batch batch, int row, IBufferWriter<byte> output);

    /// <summary>Bytes that every file begins with, such as a CSV header; usually empty.</summary>
    ReadOnlyMemory<byte> FileHeader { get; }
}
