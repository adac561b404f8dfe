using System.Buffers;
using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Formats.Protobuf;

/// <summary>Format <c>protobuf</c>: messages of a type that a set of descriptors describes; columns are the fields of their names.</summary>
sealed class ProtobufFormat : IMessageFormat
{
    const string DescriptorsKey = "protobuf.descriptor-set";
    const string MessageKey = "protobuf.message-class-name";
    const string IgnoreKey = "protobuf.ignore-parse-errors";
    const string DefaultsKey = "protobuf.read-default-values";
    const string NullKey = "protobuf.write-null-string-literal";

    public string Name => "protobuf";

    public IReadOnlyList<OptionDefinition> Options { get; } =
    [
        new(DescriptorsKey, null, "File of descriptors, as protoc --include_imports --descriptor_set_out writes it."),
        new(MessageKey, null, "Full name of the message type."),
        new(IgnoreKey, "false", "Malformed messages are passed over.", ["true", "false"]),
        new(DefaultsKey, "false", "Fields that are missing have their default values; otherwise they are NULL.", ["true", "false"]),
        new(NullKey, "", "What a NULL string in an array or map is written as."),
    ];

    public IMessageDecoder CreateMessageDecoder(MessageTable messages, IReadOnlyList<int> readColumns)
    {
        var (message, binding) = Bind(messages.Table);
        // All columns are checked, whichever are read.
        binding.Reader(message, messages.Table.Schema.Fields);
        Field[] columns = [.. readColumns.Select(column => messages.Table.Schema[column])];
        return new Decoder(binding.Reader(message, columns), messages.Table.Options.Boolean(IgnoreKey, false));
    }

    public IMessageEncoder CreateMessageEncoder(MessageTable messages, IReadOnlyList<int> batchColumns)
    {
        var (message, binding) = Bind(messages.Table);
        return new Encoder(binding.Writer(message, messages.Table.Schema.Fields), [.. batchColumns]);
    }

    static (ProtobufMessage Message, ProtobufBinding Binding) Bind(ConnectorTable table)
    {
        var options = table.Options;
        options.RequiredText(DescriptorsKey);
        options.RequiredText(MessageKey);
        var message = ProtobufDescriptors.Load(options.Find(DescriptorsKey)!, options.Find(MessageKey)!);
        var nullText = Encoding.UTF8.GetBytes(options.Text(NullKey) ?? "");
        return (message, new ProtobufBinding(table.Name, options.Boolean(DefaultsKey, false), nullText));
    }

    sealed class Decoder(ProtobufMessageReader reader, bool ignoresErrors) : IMessageDecoder
    {
        public string? Decode(ReadOnlySpan<byte> message, BatchBuilder target)
        {
            var problem = reader.Read(message, target.Columns, target.Rows);
            if (problem is null)
            {
                target.EndRow();
                return null;
            }
            target.CancelRow();
            return ignoresErrors ? null : problem;
        }
    }

    sealed class Encoder(ProtobufMessageWriter writer, int[] batchColumns) : IMessageEncoder
    {
        readonly RowText _row = new();
        readonly Column[] _columns = new Column[batchColumns.Length];

        public bool Encode(Batch batch, int row, IBufferWriter<byte> output)
        {
            for (var i = 0; i < _columns.Length; i++)
                _columns[i] = batch[batchColumns[i]];
            _row.Length = 0;
            writer.Write(_columns, row, _row);
            _row.MoveTo(output);
            return true;
        }
    }
}
