using SqlStream.Connectors.Formats.Json;
using SqlStream.Core.Columns;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Formats.Protobuf;

/// <summary>A field that is a plain value: the last one that comes counts.</summary>
sealed class ProtobufScalarField(ProtobufField field, ProtobufScalar scalar, SqlType type, string path, bool readsDefaults) : ProtobufFieldReader(field)
{
    bool _isFilled;

    public override void Begin() => _isFilled = false;

    public override string? Take(ref ProtobufCursor cursor, ProtobufWire wire, ColumnBuilder builder, int rows)
    {
        if (!scalar.TryRead(ref cursor, out var bits, out var content, out var isKnown))
            return ProtobufMessageReader.Malformed;
        if (!isKnown)
            return null;
        if (_isFilled)
            builder.Truncate(rows);
        _isFilled = true;
        return scalar.Append(bits, content, builder);
    }

    public override string? End(ReadOnlySpan<byte> message, ColumnBuilder builder)
    {
        if (_isFilled)
            return null;
        if (!Field.HasPresence || readsDefaults)
            scalar.AppendDefault(builder);
        else if (type.IsNullable)
            builder.AppendNull();
        else
            return FormatMessages.MissingValue(path);
        return null;
    }
}

/// <summary>A field that is a message: several are merged, which is reading them as one.</summary>
sealed class ProtobufMessageField(ProtobufField field, ProtobufValueReader value, SqlType type, string path) : ProtobufFieldReader(field)
{
    readonly ByteBuffer _merged = new();
    int _count;
    int _start;
    int _length;

    public override void Begin() => _count = 0;

    public override string? Take(ref ProtobufCursor cursor, ProtobufWire wire, ColumnBuilder builder, int rows)
    {
        if (!cursor.ReadBytes(out var content))
            return ProtobufMessageReader.Malformed;
        if (_count == 0)
        {
            (_start, _length) = (cursor.Position - content.Length, content.Length);
            _merged.Clear();
        }
        else
        {
            _merged.Append(content);
        }
        _count++;
        return null;
    }

    public override string? End(ReadOnlySpan<byte> message, ColumnBuilder builder)
    {
        if (_count == 1)
            return value.Read(message.Slice(_start, _length), builder);
        if (_count > 1)
            return ReadMerged(message.Slice(_start, _length), builder);
        if (!type.IsNullable)
            return FormatMessages.MissingValue(path);
        builder.AppendNull();
        return null;
    }

    string? ReadMerged(ReadOnlySpan<byte> first, ColumnBuilder builder)
    {
        var rest = _merged.Length;
        _merged.Reserve(first.Length);
        _merged.Advance(first.Length);
        var all = _merged.From(0);
        all[..rest].CopyTo(all[first.Length..]);
        first.CopyTo(all);
        return value.Read(all, builder);
    }
}

/// <summary>A repeated field; plain values come one by one or packed.</summary>
sealed class ProtobufListField(ProtobufField field, ProtobufScalar? scalar, ProtobufValueReader? value, SqlType type, bool readsDefaults) : ProtobufFieldReader(field)
{
    readonly bool _isPackable = field.Wire is ProtobufWire.Varint or ProtobufWire.Fixed32 or ProtobufWire.Fixed64;

    public override void Begin()
    {
        // The elements that were appended say whether any came.
    }

    public override bool Takes(ProtobufWire wire) => wire == Field.Wire || (_isPackable && wire == ProtobufWire.Length);

    public override string? Take(ref ProtobufCursor cursor, ProtobufWire wire, ColumnBuilder builder, int rows)
    {
        var elements = ((ListColumnBuilder)builder).Elements;
        if (value is not null)
            return cursor.ReadBytes(out var content) ? value.Read(content, elements) : ProtobufMessageReader.Malformed;
        if (wire == Field.Wire)
            return TakeOne(ref cursor, elements);
        if (!cursor.ReadBytes(out var packed))
            return ProtobufMessageReader.Malformed;
        var inner = new ProtobufCursor(packed);
        while (!inner.AtEnd)
        {
            if (TakeOne(ref inner, elements) is { } problem)
                return problem;
        }
        return null;
    }

    public override string? End(ReadOnlySpan<byte> message, ColumnBuilder builder)
    {
        var list = (ListColumnBuilder)builder;
        if (list.Pending == 0 && type.IsNullable && !readsDefaults)
            list.AppendNull();
        else
            list.EndList();
        return null;
    }

    string? TakeOne(ref ProtobufCursor cursor, ColumnBuilder elements)
    {
        if (!scalar!.TryRead(ref cursor, out var bits, out var content, out var isKnown))
            return ProtobufMessageReader.Malformed;
        return isKnown ? scalar.Append(bits, content, elements) : null;
    }
}

/// <summary>A map: repeated entries of key and value, of which the last of each key counts.</summary>
sealed class ProtobufMapField : ProtobufFieldReader
{
    readonly ProtobufScalar _key;
    readonly ProtobufScalar? _scalar;
    readonly ProtobufValueReader? _value;
    readonly ProtobufField _keyField;
    readonly ProtobufField _valueField;
    readonly SqlType _type;
    readonly bool _readsDefaults;
    readonly List<(int Start, int Length)> _entries = [];
    readonly JsonMapKeys _keys = new();

    public ProtobufMapField(ProtobufField field, ProtobufScalar key, ProtobufScalar? scalar, ProtobufValueReader? value, SqlType type, bool readsDefaults) : base(field)
    {
        _key = key;
        _scalar = scalar;
        _value = value;
        _keyField = field.Message!.Find("key")!;
        _valueField = field.Message.Find("value")!;
        _type = type;
        _readsDefaults = readsDefaults;
    }

    public override void Begin() => _entries.Clear();

    public override string? Take(ref ProtobufCursor cursor, ProtobufWire wire, ColumnBuilder builder, int rows)
    {
        if (!cursor.ReadBytes(out var content))
            return ProtobufMessageReader.Malformed;
        _entries.Add((cursor.Position - content.Length, content.Length));
        return null;
    }

    public override string? End(ReadOnlySpan<byte> message, ColumnBuilder builder)
    {
        var map = (MapColumnBuilder)builder;
        if (_entries.Count == 0 && _type.IsNullable && !_readsDefaults)
        {
            map.AppendNull();
            return null;
        }
        var rows = map.Count;
        _keys.Begin();
        while (true)
        {
            foreach (var (start, length) in _entries)
            {
                if (ReadEntry(message.Slice(start, length), map) is { } problem)
                    return problem;
            }
            if (!_keys.HasRepeated)
                break;
            map.Truncate(rows);
            _keys.BeginAgain();
        }
        map.EndMap();
        return null;
    }

    string? ReadEntry(ReadOnlySpan<byte> entry, MapColumnBuilder map)
    {
        var cursor = new ProtobufCursor(entry);
        var (keyBits, valueBits, hasKey, hasValue) = (0UL, 0UL, false, false);
        ReadOnlySpan<byte> keyContent = default;
        ReadOnlySpan<byte> valueContent = default;
        while (!cursor.AtEnd)
        {
            if (!cursor.ReadTag(out var number, out var wire))
                return ProtobufMessageReader.Malformed;
            var isRead = true;
            if (number == _keyField.Number && wire == _keyField.Wire)
                hasKey = isRead = _key.TryRead(ref cursor, out keyBits, out keyContent, out _);
            else if (number != _valueField.Number || wire != _valueField.Wire)
                isRead = cursor.Skip(number, wire);
            else if (_scalar is not null)
                hasValue = isRead = _scalar.TryRead(ref cursor, out valueBits, out valueContent, out _);
            else
                hasValue = isRead = cursor.ReadBytes(out valueContent);
            if (!isRead)
                return ProtobufMessageReader.Malformed;
        }
        Span<byte> canonical = stackalloc byte[sizeof(ulong)];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(canonical, _key.Canonical(keyBits));
        if (!_keys.Next(_keyField.Wire == ProtobufWire.Length ? keyContent : canonical))
            return null;
        if (hasKey && _key.Append(keyBits, keyContent, map.Keys) is { } problem)
            return problem;
        if (!hasKey)
            _key.AppendDefault(map.Keys);
        if (_value is not null)
            return _value.Read(valueContent, map.Values);
        if (hasValue)
            return _scalar!.Append(valueBits, valueContent, map.Values);
        _scalar!.AppendDefault(map.Values);
        return null;
    }
}
