using System.Buffers;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Formats.Avro;

/// <summary>Format <c>avro</c>: messages that are one Avro record each, of the schema that follows from the table's columns.</summary>
sealed class AvroFormat : IMessageFormat
{
    public string Name => "avro";

    public IReadOnlyList<OptionDefinition> Options => AvroOptions.Definitions;

    public IMessageDecoder CreateMessageDecoder(MessageTable messages, IReadOnlyList<int> readColumns)
    {
        var schema = SchemaOf(messages.Table);
        Field[] columns = [.. readColumns.Select(column => messages.Table.Schema[column])];
        return new Decoder(AvroResolver.Resolve(schema, schema, columns));
    }

    public IMessageEncoder CreateMessageEncoder(MessageTable messages, IReadOnlyList<int> batchColumns) =>
        new Encoder(new AvroRowWriter(SchemaOf(messages.Table), messages.Table.Schema, batchColumns, Name));

    AvroSchema SchemaOf(ConnectorTable table)
    {
        AvroTypes.Ensure(table, Name);
        return AvroSchemaParser.Parse(AvroTypes.ToJson(table.Schema, AvroOptions.ReadLegacy(table.Options)), out var problem)
            ?? throw new EngineBugException($"the schema of a table is malformed: {problem}");
    }

    sealed class Decoder(AvroRowReader reader) : IMessageDecoder
    {
        public string? Decode(ReadOnlySpan<byte> message, BatchBuilder target) => reader.Read(message, target);
    }

    sealed class Encoder(AvroRowWriter writer) : IMessageEncoder
    {
        readonly RowText _row = new();

        public bool Encode(Batch batch, int row, IBufferWriter<byte> output)
        {
            _row.Length = 0;
            writer.Write(batch, row, _row);
            _row.MoveTo(output);
            return true;
        }
    }
}
