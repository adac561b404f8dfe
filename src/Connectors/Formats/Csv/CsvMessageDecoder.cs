using SqlStream.Core.Connect;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Formats.Csv;

/// <summary>Decodes messages that hold one CSV record each.</summary>
sealed class CsvMessageDecoder(CsvRowDecoder rows, CsvOptions options) : IMessageDecoder
{
    /// <inheritdoc/>
    public string? Decode(ReadOnlySpan<byte> message, BatchBuilder target)
    {
        if (message.IsEmpty || rows.FindRecordEnd(message, isLast: true) == message.Length)
            return rows.Decode(message, target);
        return options.IgnoreParseErrors ? null : "the message has text after the end of its record";
    }
}
