using SqlStream.Core.Types;

namespace SqlStream.Connectors.Formats.Protobuf;

/// <summary>Binds columns to the fields of their names, for reading and for writing.</summary>
/// <param name="table">The table's name, for messages.</param>
/// <param name="readsDefaults">What is missing has its default value rather than NULL.</param>
/// <param name="nullText">Stands for NULL in arrays and maps of strings, in UTF-8.</param>
sealed class ProtobufBinding(string table, bool readsDefaults, byte[] nullText)
{
    const string Timestamp = "google.protobuf.Timestamp";

    static readonly HashSet<string> _wrappers =
    [
        "google.protobuf.DoubleValue", "google.protobuf.FloatValue", "google.protobuf.Int64Value", "google.protobuf.UInt64Value",
        "google.protobuf.Int32Value", "google.protobuf.UInt32Value", "google.protobuf.BoolValue", "google.protobuf.StringValue",
        "google.protobuf.BytesValue",
    ];

    /// <summary>What reads the columns of a message.</summary>
    public ProtobufMessageReader Reader(ProtobufMessage message, IReadOnlyList<Field> columns, string prefix = "") =>
        new([.. columns.Select(column => FieldReader(FieldOf(message, column, prefix), column, prefix + column.Name))]);

    /// <summary>What writes the columns of a message.</summary>
    public ProtobufMessageWriter Writer(ProtobufMessage message, IReadOnlyList<Field> columns, string prefix = "") =>
        new([.. columns.Select((column, i) => (FieldWriter(FieldOf(message, column, prefix), column, prefix + column.Name), i))]);

    static ProtobufField FieldOf(ProtobufMessage message, Field column, string prefix) =>
        message.Find(column.Name) ?? throw ConnectorErrors.ProtobufNoField(prefix + column.Name, column.Name, message);

    ProtobufFieldReader FieldReader(ProtobufField field, Field column, string path)
    {
        var type = column.Type;
        if (field.IsMap && type is MapType map)
        {
            var (key, value) = (field.Message!.Find("key")!, field.Message.Find("value")!);
            if (ProtobufScalar.Fits(key.Type, map.Key))
            {
                return new ProtobufMapField(field, new ProtobufScalar(key, map.Key, path), ScalarOf(value, map.Value, path),
                    ValueOf(value, map.Value, column, path), type, readsDefaults);
            }
        }
        else if (field.IsRepeated && !field.IsMap && type is CollectionType { Kind: SqlTypeKind.Array } array)
        {
            return new ProtobufListField(field, ScalarOf(field, array.Element, path), ValueOf(field, array.Element, column, path), type, readsDefaults);
        }
        else if (!field.IsRepeated && field.Message is not null)
        {
            return new ProtobufMessageField(field, ValueOf(field, type, column, path)!, type, path);
        }
        else if (!field.IsRepeated && ProtobufScalar.Fits(field.Type, type))
        {
            return new ProtobufScalarField(field, new ProtobufScalar(field, type, path), type, path, readsDefaults);
        }
        throw ConnectorErrors.ProtobufMisfit(table, column, field);
    }

    static ProtobufScalar? ScalarOf(ProtobufField field, SqlType type, string path) =>
        ProtobufScalar.Fits(field.Type, type) ? new ProtobufScalar(field, type, path) : null;

    // Null for plain values.
    ProtobufValueReader? ValueOf(ProtobufField field, SqlType type, Field column, string path)
    {
        if (field.Type == ProtobufType.Message && type is RowType row)
            return new ProtobufRowReader(Reader(field.Message!, row.Fields, path + "."));
        if (field.Message is { Name: Timestamp } && type.IsTimestamp)
            return new ProtobufTimestampReader(path, TextType.Of(type));
        if (field.Message is { } wrapper && _wrappers.Contains(wrapper.Name) && wrapper.Fields is [var value] && ProtobufScalar.Fits(value.Type, type))
            return new ProtobufWrapperReader(new ProtobufScalar(value, type, path), value);
        return field.Message is null && ProtobufScalar.Fits(field.Type, type) ? null : throw ConnectorErrors.ProtobufMisfit(table, column, field);
    }

    ProtobufFieldWriter FieldWriter(ProtobufField field, Field column, string path)
    {
        var type = column.Type;
        if (field.IsMap && type is MapType map)
        {
            var (key, value) = (field.Message!.Find("key")!, field.Message.Find("value")!);
            if (ProtobufScalar.Fits(key.Type, map.Key))
                return new ProtobufMapWriter(field, ValueWriter(key, map.Key, column, path), ValueWriter(value, map.Value, column, path));
        }
        else if (field.IsRepeated && !field.IsMap && type is CollectionType { Kind: SqlTypeKind.Array } array)
        {
            return new ProtobufListWriter(field, ValueWriter(field, array.Element, column, path));
        }
        else if (!field.IsRepeated)
        {
            return new ProtobufSingleWriter(field, ValueWriter(field, type, column, path));
        }
        throw ConnectorErrors.ProtobufMisfit(table, column, field);
    }

    ProtobufValueWriter ValueWriter(ProtobufField field, SqlType type, Field column, string path)
    {
        if (field.Type == ProtobufType.Message && type is RowType row)
            return new ProtobufRowWriter(Writer(field.Message!, row.Fields, path + "."));
        if (field.Message is { Name: Timestamp } && type.IsTimestamp)
            return new ProtobufTimestampWriter();
        if (field.Message is { } wrapper && _wrappers.Contains(wrapper.Name) && wrapper.Fields is [var value] && ProtobufScalar.Fits(value.Type, type))
            return new ProtobufWrapperWriter(value, new ProtobufScalarWriter(value, new ProtobufScalar(value, type, path), []));
        return field.Message is null && ProtobufScalar.Fits(field.Type, type)
            ? new ProtobufScalarWriter(field, new ProtobufScalar(field, type, path), nullText)
            : throw ConnectorErrors.ProtobufMisfit(table, column, field);
    }
}
