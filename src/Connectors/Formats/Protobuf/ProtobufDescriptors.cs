using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Formats.Protobuf;

/// <summary>Loads message types from a set of file descriptors, as <c>protoc --include_imports --descriptor_set_out</c> writes it.</summary>
sealed class ProtobufDescriptors
{
    const int FileBytesMax = 64 << 20;

    readonly Dictionary<string, ProtobufMessage> _messages = new(StringComparer.Ordinal);
    readonly Dictionary<string, ProtobufEnum> _enums = new(StringComparer.Ordinal);
    readonly List<(ProtobufMessage Message, DescriptorProto Proto, bool IsProto3)> _pending = [];

    /// <summary>The message type of a name, from the file that an option names.</summary>
    public static ProtobufMessage Load(TableOption file, TableOption message)
    {
        var descriptors = new ProtobufDescriptors();
        try
        {
            foreach (var proto in Read(file).File)
                descriptors.Declare(proto, file);
            descriptors.Complete();
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or FormatException or OverflowException)
        {
            throw ConnectErrors.InvalidOptionValue(file, "a file that protoc --include_imports --descriptor_set_out wrote", e.Message);
        }
        // Nested types of Java classes have a dollar sign before their names.
        var name = message.Value.Replace('$', '.').TrimStart('.');
        return descriptors._messages.TryGetValue(name, out var found) && !found.IsMapEntry
            ? found
            : throw ConnectErrors.UnknownName(
                "message", message.Value, message.Span, descriptors._messages.Values.Where(known => !known.IsMapEntry).Select(known => known.Name));
    }

    static FileDescriptorSet Read(TableOption file)
    {
        try
        {
            using var stream = File.OpenRead(file.Value);
            if (stream.Length > FileBytesMax)
                throw new FormatException($"the file is larger than {MemorySizes.Format(FileBytesMax)}");
            return FileDescriptorSet.Parser.ParseFrom(stream);
        }
        catch (Exception e) when (e is IOException and not InvalidProtocolBufferException or UnauthorizedAccessException or ArgumentException)
        {
            throw ConnectorErrors.FileOfOption(file, e);
        }
    }

    void Declare(FileDescriptorProto file, TableOption option)
    {
        if (file.Syntax is not ("" or "proto2" or "proto3"))
            throw ConnectorErrors.OptionNotSupported(option, $"File \"{file.Name}\" has syntax {file.Syntax}; proto2 and proto3 are supported.");
        var isProto3 = file.Syntax == "proto3";
        var space = file.Package.Length > 0 ? file.Package + "." : "";
        foreach (var proto in file.EnumType)
            Declare(proto, space, isProto3);
        foreach (var proto in file.MessageType)
            Declare(proto, space, isProto3);
    }

    void Declare(DescriptorProto proto, string space, bool isProto3)
    {
        var message = new ProtobufMessage(space + proto.Name) { IsMapEntry = proto.Options?.MapEntry == true };
        if (!_messages.TryAdd(message.Name, message))
            throw new FormatException($"message {message.Name} is defined twice");
        _pending.Add((message, proto, isProto3));
        foreach (var nested in proto.EnumType)
            Declare(nested, message.Name + ".", isProto3);
        foreach (var nested in proto.NestedType)
            Declare(nested, message.Name + ".", isProto3);
    }

    void Declare(EnumDescriptorProto proto, string space, bool isProto3)
    {
        if (proto.Value.Count == 0)
            throw new FormatException($"enum {space}{proto.Name} has no value");
        _enums[space + proto.Name] = new ProtobufEnum(
            space + proto.Name, [.. proto.Value.Select(value => (Encoding.UTF8.GetBytes(value.Name), value.Number))], !isProto3);
    }

    void Complete()
    {
        foreach (var (message, proto, isProto3) in _pending)
        {
            message.Fields = [.. proto.Field.Select(field => Field(field, isProto3))];
            if (message.Fields.DistinctBy(field => field.Number).Count() < message.Fields.Count)
                throw new FormatException($"message {message.Name} has two fields of one number");
            foreach (var field in message.Fields)
                ProtobufScalar.DefaultOf(field);
            if (message.IsMapEntry && (message.Find("key")?.Number != 1 || message.Find("value")?.Number != 2))
                throw new FormatException($"{message.Name} is no entry of a map");
        }
    }

    ProtobufField Field(FieldDescriptorProto proto, bool isProto3)
    {
        var type = (ProtobufType)(int)proto.Type;
        if (!Enum.IsDefined(type))
            throw new FormatException($"field {proto.Name} has no type");
        var name = proto.TypeName.TrimStart('.');
        var message = type is ProtobufType.Message or ProtobufType.Group
            ? _messages.GetValueOrDefault(name) ?? throw new FormatException($"message {name} is not in the file; use --include_imports")
            : null;
        var enumeration = type == ProtobufType.Enum
            ? _enums.GetValueOrDefault(name) ?? throw new FormatException($"enum {name} is not in the file; use --include_imports")
            : null;
        var isRepeated = proto.Label == FieldDescriptorProto.Types.Label.Repeated;
        var canPack = isRepeated && type is not (ProtobufType.String or ProtobufType.Bytes or ProtobufType.Message or ProtobufType.Group);
        return new ProtobufField(
            proto.Name, proto.Number, type, isRepeated,
            canPack && (proto.Options is { HasPacked: true } options ? options.Packed : isProto3),
            !isRepeated && (!isProto3 || proto.Proto3Optional || proto.HasOneofIndex || message is not null),
            message, enumeration, proto.HasDefaultValue ? proto.DefaultValue : null);
    }
}
