using Google.Protobuf;
using Google.Protobuf.Reflection;
using SqlStream.Core.Types;
using Kind = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;
using Label = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Label;

namespace SqlStream.Connectors.Tests;

/// <summary>Writes sets of descriptors as protoc does, into files that go away with this.</summary>
sealed class Descriptors : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("sqlstream-descriptors-").FullName;
    int _files;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>A new name in the folder.</summary>
    public string NewFile(string extension) => Path.Combine(_folder, $"{_files++}.{extension}");

    /// <summary>The file of a set that holds the types of the library, and some files.</summary>
    public string Write(params FileDescriptorProto[] files)
    {
        var set = new FileDescriptorSet();
        set.File.Add(Google.Protobuf.WellKnownTypes.TimestampReflection.Descriptor.ToProto());
        set.File.Add(Google.Protobuf.WellKnownTypes.WrappersReflection.Descriptor.ToProto());
        set.File.Add(files);
        var path = NewFile("desc");
        File.WriteAllBytes(path, set.ToByteArray());
        return path;
    }

    /// <summary>A file of package t with one message M whose fields hold the columns; missing is something else than a default value.</summary>
    public static FileDescriptorProto Of(Schema schema)
    {
        var file = new FileDescriptorProto { Name = "t.proto", Package = "t", Syntax = "proto2" };
        file.Dependency.Add("google/protobuf/timestamp.proto");
        file.MessageType.Add(Message("M", ".t.M", schema.Fields));
        return file;
    }

    public static FieldDescriptorProto Field(string name, int number, Kind kind, Label label = Label.Optional, string typeName = "")
    {
        var field = new FieldDescriptorProto { Name = name, Number = number, Type = kind, Label = label };
        if (typeName.Length > 0)
            field.TypeName = typeName;
        return field;
    }

    /// <summary>The entry of a map.</summary>
    public static DescriptorProto Entry(string name, FieldDescriptorProto key, FieldDescriptorProto value) =>
        new() { Name = name, Options = new MessageOptions { MapEntry = true }, Field = { key, value } };

    static DescriptorProto Message(string name, string path, IReadOnlyList<Field> fields)
    {
        var message = new DescriptorProto { Name = name };
        for (var i = 0; i < fields.Count; i++)
            message.Field.Add(Field(message, path, fields[i].Name, fields[i].Type, (i * 3) + 1));
        return message;
    }

    static FieldDescriptorProto Field(DescriptorProto owner, string path, string name, SqlType type, int number)
    {
        switch (type)
        {
            case CollectionType array:
                var element = Field(owner, path, name, array.Element, number);
                element.Label = Label.Repeated;
                return element;
            case MapType map:
                var entry = Entry("E" + name, Field(owner, path, "key", map.Key, 1), Field(owner, path, "value", map.Value, 2));
                owner.NestedType.Add(entry);
                return Field(name, number, Kind.Message, Label.Repeated, $"{path}.{entry.Name}");
            case RowType row:
                var nested = "R" + name + number;
                owner.NestedType.Add(Message(nested, $"{path}.{nested}", row.Fields));
                return Field(name, number, Kind.Message, typeName: $"{path}.{nested}");
            case TemporalType:
                return Field(name, number, Kind.Message, typeName: ".google.protobuf.Timestamp");
            default:
                return Field(name, number, KindOf(type, number));
        }
    }

    // Of several kinds that hold a type, one after the other.
    static Kind KindOf(SqlType type, int number)
    {
        Kind[] kinds = type.Kind switch
        {
            SqlTypeKind.Boolean => [Kind.Bool],
            SqlTypeKind.Int => [Kind.Int32, Kind.Sint32, Kind.Sfixed32],
            SqlTypeKind.BigInt => [Kind.Int64, Kind.Sint64, Kind.Sfixed64],
            SqlTypeKind.Decimal => [Kind.Uint64, Kind.Fixed64],
            SqlTypeKind.Float => [Kind.Float],
            SqlTypeKind.Double => [Kind.Double],
            _ => [type.IsBinary ? Kind.Bytes : Kind.String],
        };
        return kinds[number / 3 % kinds.Length];
    }
}
