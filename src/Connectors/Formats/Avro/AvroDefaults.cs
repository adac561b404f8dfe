using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace SqlStream.Connectors.Formats.Avro;

/// <summary>Writes the default of a field, which a schema gives as JSON.</summary>
static class AvroDefaults
{
    // A record may be its own default.
    const int DepthMax = 64;

    /// <summary>Appends the value in binary form; false if it is none of the schema.</summary>
    public static bool TryWrite(AvroSchema schema, JsonElement value, RowText target) => TryWrite(schema, value, target, 0);

    static bool TryWrite(AvroSchema schema, JsonElement value, RowText target, int depth)
    {
        if (depth > DepthMax)
            return false;
        switch (schema.Kind)
        {
            case AvroKind.Null:
                return value.ValueKind == JsonValueKind.Null;
            case AvroKind.Boolean:
                target.Append(value.ValueKind == JsonValueKind.True ? (byte)1 : (byte)0);
                return value.ValueKind is JsonValueKind.True or JsonValueKind.False;
            case AvroKind.Int or AvroKind.Long:
                if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var integer))
                    return false;
                AvroBytes.WriteLong(integer, target);
                return true;
            case AvroKind.Float or AvroKind.Double:
                return TryWriteReal(schema.Kind, value, target);
            case AvroKind.String:
                if (value.ValueKind != JsonValueKind.String)
                    return false;
                AvroBytes.WriteBytes(Encoding.UTF8.GetBytes(value.GetString()!), target);
                return true;
            case AvroKind.Bytes or AvroKind.Fixed:
                return TryWriteBinary(schema, value, target);
            case AvroKind.Enum:
                var symbol = value.ValueKind == JsonValueKind.String ? Encoding.UTF8.GetBytes(value.GetString()!) : [];
                var index = Array.FindIndex(schema.Symbols, known => known.AsSpan().SequenceEqual(symbol));
                AvroBytes.WriteLong(index, target);
                return index >= 0;
            case AvroKind.Union:
                return TryWriteBranch(schema, value, target, depth + 1);
            case AvroKind.Record:
                return TryWriteRecord(schema, value, target, depth + 1);
            default:
                return TryWriteElements(schema, value, target, depth + 1);
        }
    }

    // The specification names the first branch; writers choose any that fits.
    static bool TryWriteBranch(AvroSchema schema, JsonElement value, RowText target, int depth)
    {
        var start = target.Length;
        for (var i = 0; i < schema.Branches.Count; i++)
        {
            AvroBytes.WriteLong(i, target);
            if (TryWrite(schema.Branches[i], value, target, depth))
                return true;
            target.Length = start;
        }
        return false;
    }

    static bool TryWriteReal(AvroKind kind, JsonElement value, RowText target)
    {
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number))
            return false;
        if (kind == AvroKind.Float)
        {
            BinaryPrimitives.WriteSingleLittleEndian(target.Room(sizeof(float)), (float)number);
            target.Length += sizeof(float);
        }
        else
        {
            BinaryPrimitives.WriteDoubleLittleEndian(target.Room(sizeof(double)), number);
            target.Length += sizeof(double);
        }
        return true;
    }

    // The characters of the text are the bytes.
    static bool TryWriteBinary(AvroSchema schema, JsonElement value, RowText target)
    {
        if (value.ValueKind != JsonValueKind.String || value.GetString()!.Any(letter => letter > 0xFF))
            return false;
        var bytes = Encoding.Latin1.GetBytes(value.GetString()!);
        if (schema.Kind == AvroKind.Bytes)
            AvroBytes.WriteBytes(bytes, target);
        else
            target.Append(bytes);
        return schema.Kind == AvroKind.Bytes || bytes.Length == schema.Size;
    }

    static bool TryWriteRecord(AvroSchema schema, JsonElement value, RowText target, int depth)
    {
        if (value.ValueKind != JsonValueKind.Object)
            return false;
        foreach (var field in schema.Fields)
        {
            var given = value.TryGetProperty(field.Name, out var own) ? own : field.Default;
            if (given is not { } known || !TryWrite(field.Schema, known, target, depth))
                return false;
        }
        return true;
    }

    static bool TryWriteElements(AvroSchema schema, JsonElement value, RowText target, int depth)
    {
        var isMap = schema.Kind == AvroKind.Map;
        if (value.ValueKind != (isMap ? JsonValueKind.Object : JsonValueKind.Array))
            return false;
        var count = isMap ? value.EnumerateObject().Count() : value.GetArrayLength();
        if (count > 0)
            AvroBytes.WriteLong(count, target);
        if (isMap)
        {
            foreach (var entry in value.EnumerateObject())
            {
                AvroBytes.WriteBytes(Encoding.UTF8.GetBytes(entry.Name), target);
                if (!TryWrite(schema.Element!, entry.Value, target, depth))
                    return false;
            }
        }
        else
        {
            foreach (var element in value.EnumerateArray())
            {
                if (!TryWrite(schema.Element!, element, target, depth))
                    return false;
            }
        }
        AvroBytes.WriteLong(0, target);
        return true;
    }
}
