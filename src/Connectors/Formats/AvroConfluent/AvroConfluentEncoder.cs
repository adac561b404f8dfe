using System.Buffers;
using System.Buffers.Binary;
using SqlStream.Connectors.Formats.Avro;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Formats.AvroConfluent;

/// <summary>Writes records behind the number that a registry gives to their schema.</summary>
sealed class AvroConfluentEncoder(RegistryClient registry, string subject, string schema, AvroRowWriter rows) : IMessageEncoder
{
    readonly RowText _row = new();
    int? _id;

    /// <inheritdoc/>
    public void Prepare(CancellationToken cancellation) => _id ??= registry.Register(subject, schema, cancellation);

    /// <inheritdoc/>
    public bool Encode(Batch batch, int row, IBufferWriter<byte> output)
    {
        Prepare(CancellationToken.None);
        _row.Length = 0;
        var header = _row.Room(AvroConfluentDecoder.HeaderBytes);
        header[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(header[1..], _id!.Value);
        _row.Length = AvroConfluentDecoder.HeaderBytes;
        rows.Write(batch, row, _row);
        _row.MoveTo(output);
        return true;
    }
}
