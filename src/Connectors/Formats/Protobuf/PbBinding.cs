using SqlStream.Core.Types;

namespace SqlStream.Connectors.Formats.Protobuf;

/// <summary>Binds columns to the fields of their names, for reading and for writing.</summary>
/// <param name="table">The table's name, for messages.</param>
/// <param name="readsDefaults">What is missing has its default value rather than NULL.</param>
/// <param name="nullText">Stands for NULL in arrays and maps of strings, in UTF-8.</param>
sealed class PbBinding(string table, bool readsDefaults, byte[] nullText)
{
    const string Timestamp = "google.protobuf.Timestamp";

    static readonly HashSet<string> _wrappers =
    [
        "google.protobuf.DoubleValue", "google.protobuf.FloatValue", "google.protobuf.Int64Value", "google.protobuf.UInt64Value",
        "google.protobuf.Int32Value", "google.protobuf.UInt32Value", "google.protobuf.BoolValue", "google.protobuf.StringValue",
        "google.protobuf.BytesValue",
    ];

    /// <summary>What reads the columns of a message.</summary>
    public PbMessageReader Reader(PbMessage message, IReadOnlyList<Field> columns, string prefix = "") =>
        new([.. columns.Select(column => FieldReader(FieldOf(message, column, prefix), column, prefix + column.Name))]);

    /// <summary>What writes the columns of a message.</summary>
    public PbMessageWriter Writer(PbMessage message, IReadOnlyList<Field> columns, string prefix = "") =>
        new([.. columns.Select((column, i) => (FieldWriter(FieldOf(message, column, prefix), column, prefix + column.Name), i))]);

    static PbField FieldOf(PbMessage message, Field column, string prefix) =>
        message.Find(column.Name) ?? throw ConnectorErrors.ProtobufNoField(prefix + column.Name, column.Name, message);

    PbFieldReader FieldReader(PbField field, Field column, string path)
    {
        var type = column.Type;
        if (field.IsMap && type is MapType map)
        {
            var (key, value) = (field.Message!.Find("key")!, field.Message.Find("value")!);
            if (PbScalar.Fits(key.Type, map.Key))
            {
                return new PbMapField(field, new PbScalar(key, map.Key, path), ScalarOf(value, map.Value, path),
                    ValueOf(value, map.Value, column, path), type, readsDefaults);
            }
        }
        else if (field.IsRepeated && !field.IsMap && type is CollectionType { Kind: SqlTypeKind.Array } array)
        {
            return new PbListField(field, ScalarOf(field, array.Element, path), ValueOf(field, array.Element, column, path), type, readsDefaults);
        }
        else if (!field.IsRepeated && field.Message is not null)
        {
            return new PbMessageField(field, ValueOf(field, type, column, path)!, type, path);
        }
        else if (!field.IsRepeated && PbScalar.Fits(field.Type, type))
        {
            return new PbScalarField(field, new PbScalar(field, type, path), type, path, readsDefaults);
        }
        throw ConnectorErrors.ProtobufMisfit(table, column, field);
    }

    static PbScalar? ScalarOf(PbField field, SqlType type, string path) =>
        PbScalar.Fits(field.Type, type) ? new PbScalar(field, type, path) : null;

    // Null for plain values.
    PbValueReader? ValueOf(PbField field, SqlType type, Field column, string path)
    {
        if (field.Type == PbType.Message && type is RowType row)
            return new PbRowReader(Reader(field.Message!, row.Fields, path + "."));
        if (field.Message is { Name: Timestamp } && type.IsTimestamp)
            return new PbTimestampReader(path, TextType.Of(type));
        if (field.Message is { } wrapper && _wrappers.Contains(wrapper.Name) && wrapper.Fields is [var value] && PbScalar.Fits(value.Type, type))
            return new PbWrapperReader(new PbScalar(value, type, path), value);
        return field.Message is null && PbScalar.Fits(field.Type, type) ? null : throw ConnectorErrors.ProtobufMisfit(table, column, field);
    }

    PbFieldWriter FieldWriter(PbField field, Field column, string path)
    {
        var type = column.Type;
        if (field.IsMap && type is MapType map)
        {
            var (key, value) = (field.Message!.Find("key")!, field.Message.Find("value")!);
            if (PbScalar.Fits(key.Type, map.Key))
                return new PbMapWriter(field, ValueWriter(key, map.Key, column, path), ValueWriter(value, map.Value, column, path));
        }
        else if (field.IsRepeated && !field.IsMap && type is CollectionType { Kind: SqlTypeKind.Array } array)
        {
            return new PbListWriter(field, ValueWriter(field, array.Element, column, path));
        }
        else if (!field.IsRepeated)
        {
            return new PbSingleWriter(field, ValueWriter(field, type, column, path));
        }
        throw ConnectorErrors.ProtobufMisfit(table, column, field);
    }

    PbValueWriter ValueWriter(PbField field, SqlType type, Field column, string path)
    {
        if (field.Type == PbType.Message && type is RowType row)
            return new PbRowWriter(Writer(field.Message!, row.Fields, path + "."));
        if (field.Message is { Name: Timestamp } && type.IsTimestamp)
            return new PbTimestampWriter();
        if (field.Message is { } wrapper && _wrappers.Contains(wrapper.Name) && wrapper.Fields is [var value] && PbScalar.Fits(value.Type, type))
            return new PbWrapperWriter(value, new PbScalarWriter(value, new PbScalar(value, type, path), []));
        return field.Message is null && PbScalar.Fits(field.Type, type)
            ? new PbScalarWriter(field, new PbScalar(field, type, path), nullText)
            : throw ConnectorErrors.ProtobufMisfit(table, column, field);
    }
}
