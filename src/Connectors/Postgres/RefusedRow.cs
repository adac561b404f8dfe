using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using SqlStream.Connectors.Formats;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Postgres;

/// <summary>A field of a row that is not taken.</summary>
/// <param name="Name">The name of its column.</param>
/// <param name="Oid">The type of its bytes.</param>
/// <param name="ElementOid">Of an array the type of its elements; else 0.</param>
readonly record struct RefusedField(string Name, uint Oid, uint ElementOid)
{
    /// <summary>A column here.</summary>
    public static RefusedField Of(Field field) =>
        new(field.Name, PostgresTypes.Of(field.Type), PostgresTypes.Element(field.Type) is { } element ? PostgresTypes.Of(element) : 0);

    /// <summary>A column there.</summary>
    public static RefusedField Of(PostgresColumn column) => new(column.Name, column.Oid, column.ElementOid);
}

/// <summary>A row that is not taken.</summary>
/// <param name="Fields">Its columns.</param>
/// <param name="Bytes">The row.</param>
/// <param name="Refusal">Why.</param>
sealed record RefusedRow(IReadOnlyList<RefusedField> Fields, ReadOnlyMemory<byte> Bytes, RowRefusal Refusal)
{
    /// <summary>A row with its key; of one that goes there is the key alone.</summary>
    public static RefusedRow OfKeyed(IReadOnlyList<RefusedField> fields, IReadOnlyList<RefusedField> key, ReadOnlyMemory<byte> bytes, RowRefusal refusal)
    {
        var header = KeyedRow.Read(bytes.Span);
        return header.IsDelete
            ? new RefusedRow(key, bytes.Slice(KeyedRow.HeaderBytes, header.KeyBytes), refusal)
            : new RefusedRow(fields, bytes[(KeyedRow.HeaderBytes + header.KeyBytes)..], refusal);
    }

    /// <summary>The row as a JSON object.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            var rest = Bytes.Span[2..];
            foreach (var field in Fields)
            {
                json.WritePropertyName(field.Name);
                Write(json, ref rest, field.Oid, field.ElementOid);
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    static void Write(Utf8JsonWriter json, ref ReadOnlySpan<byte> source, uint oid, uint elementOid)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(source);
        source = source[CopyField.LengthBytes..];
        if (length < 0)
        {
            json.WriteNullValue();
            return;
        }
        var value = source[..length];
        source = source[length..];
        if (elementOid == 0)
        {
            WriteValue(json, value, oid);
            return;
        }
        json.WriteStartArray();
        var rest = value.Length > ArrayField.HeaderBytes ? value[ArrayField.HeaderBytes..] : [];
        while (!rest.IsEmpty)
            Write(json, ref rest, elementOid, 0);
        json.WriteEndArray();
    }

    static void WriteValue(Utf8JsonWriter json, ReadOnlySpan<byte> value, uint oid)
    {
        Span<byte> text = stackalloc byte[64];
        switch (oid)
        {
            case PostgresTypes.Bool:
                json.WriteBooleanValue(value[0] != 0);
                break;
            case PostgresTypes.Int2 or PostgresTypes.Int4 or PostgresTypes.Int8:
                json.WriteNumberValue(IntegerConversion.Read(value));
                break;
            case PostgresTypes.Float4:
                WriteFloat(json, BinaryPrimitives.ReadSingleBigEndian(value));
                break;
            case PostgresTypes.Float8:
                WriteFloat(json, BinaryPrimitives.ReadDoubleBigEndian(value));
                break;
            case PostgresTypes.Numeric when PostgresNumeric.TryRead(value, DecimalType.PrecisionMax, BinaryPrimitives.ReadUInt16BigEndian(value[6..]), out var number):
                json.WriteRawValue(text[..DecimalText.Format(number, BinaryPrimitives.ReadUInt16BigEndian(value[6..]), text)]);
                break;
            case PostgresTypes.Date:
                json.WriteStringValue(text[..TimeText.FormatDate(BinaryPrimitives.ReadInt32BigEndian(value) + PostgresEpoch.Days, text)]);
                break;
            case PostgresTypes.Time:
                json.WriteStringValue(text[..TimeText.FormatTime(BinaryPrimitives.ReadInt64BigEndian(value), 6, text)]);
                break;
            case PostgresTypes.Timestamp or PostgresTypes.TimestampTz:
                json.WriteStringValue(text[..TimeText.FormatTimestamp(BinaryPrimitives.ReadInt64BigEndian(value) + PostgresEpoch.Micros, (byte)' ', 6, text)]);
                break;
            case PostgresTypes.Uuid:
                json.WriteStringValue(new Guid(value, bigEndian: true));
                break;
            case PostgresTypes.Bytea or PostgresTypes.Numeric:
                json.WriteStringValue("\\x" + Convert.ToHexStringLower(value));
                break;
            case PostgresTypes.Jsonb:
                json.WriteStringValue(Encoding.UTF8.GetString(value[1..]));
                break;
            default:
                // The character 0 the server's own functions would refuse.
                json.WriteStringValue(Encoding.UTF8.GetString(value).Replace("\0", "\\0", StringComparison.Ordinal));
                break;
        }
    }

    static void WriteFloat(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumberValue(value);
        else
            json.WriteStringValue(value.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
