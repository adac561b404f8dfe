using System.Globalization;
using System.Text;
using System.Text.Unicode;
using SqlStream.Core.Columns;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Formats.Protobuf;

/// <summary>Values of fields that are no messages, from and to columns. Immutable.</summary>
sealed class ProtobufScalar
{
    static ReadOnlySpan<byte> Unrecognized => "UNRECOGNIZED"u8;

    readonly ProtobufField _field;
    readonly TextKind _kind;
    readonly string _path;
    readonly string _typeName;
    readonly byte[] _defaultBytes;
    readonly ulong _defaultBits;

    public ProtobufScalar(ProtobufField field, SqlType type, string path)
    {
        _field = field;
        _kind = TextType.Of(type).Kind;
        _path = path;
        _typeName = type.Name;
        (_defaultBits, _defaultBytes) = DefaultOf(field);
    }

    /// <summary>True if values of the field fit columns of the type.</summary>
    public static bool Fits(ProtobufType field, SqlType type)
    {
        if (type.IsNested || !TextType.Supports(type))
            return false;
        var kind = TextType.Of(type).Kind;
        return field switch
        {
            ProtobufType.Double => kind == TextKind.Double,
            ProtobufType.Float => kind is TextKind.Float or TextKind.Double,
            ProtobufType.Int32 or ProtobufType.SInt32 or ProtobufType.SFixed32 or ProtobufType.UInt32 or ProtobufType.Fixed32 => kind is TextKind.Int or TextKind.BigInt,
            ProtobufType.Int64 or ProtobufType.SInt64 or ProtobufType.SFixed64 => kind == TextKind.BigInt,
            ProtobufType.UInt64 or ProtobufType.Fixed64 => kind == TextKind.BigInt || type is DecimalType { Precision: >= 20, Scale: 0 },
            ProtobufType.Bool => kind == TextKind.Boolean,
            ProtobufType.String => kind == TextKind.Characters,
            ProtobufType.Bytes => kind == TextKind.Binary,
            ProtobufType.Enum => kind is TextKind.Characters or TextKind.Int,
            _ => false,
        };
    }

    /// <summary>Reads a value. <paramref name="isKnown"/> is false for a number that a closed enum does not know, which counts as no value.</summary>
    public bool TryRead(scoped ref ProtobufCursor cursor, out ulong bits, out ReadOnlySpan<byte> content, out bool isKnown)
    {
        bits = 0;
        content = default;
        isKnown = true;
        if (_field.Wire == ProtobufWire.Length)
            return cursor.ReadBytes(out content);
        if (!cursor.ReadBits(_field.Wire, out bits))
            return false;
        isKnown = _field.Enum is not { IsClosed: true } closed || !closed.NameOf((int)bits).IsEmpty;
        return true;
    }

    /// <summary>Appends what <see cref="TryRead"/> read. Returns what is wrong, or null.</summary>
    public string? Append(ulong bits, ReadOnlySpan<byte> content, ColumnBuilder builder) =>
        _field.Wire == ProtobufWire.Length ? AppendBytes(content, (BytesColumnBuilder)builder) : Append(bits, builder);

    /// <summary>The same number for all bits that mean the same value.</summary>
    public ulong Canonical(ulong bits) => _field.Type == ProtobufType.Bool ? (bits != 0 ? 1UL : 0UL) : (ulong)Decode(bits);

    /// <summary>Appends the value of a field that does not come.</summary>
    public void AppendDefault(ColumnBuilder builder)
    {
        // Only a number that the column's type cannot hold is refused.
        if (Append(_defaultBits, _defaultBytes, builder) is not null)
            builder.AppendNull();
    }

    /// <summary>The value of a row as the bits that <see cref="WriteBits"/> takes; only for fields without a length.</summary>
    public ulong Bits(Column column, int row)
    {
        switch (column)
        {
            case BoolColumn values:
                return values[row] ? 1UL : 0UL;
            case FixedColumn<int> values:
                return Encode(values[row]);
            case FixedColumn<long> values:
                return Encode(values[row]);
            case FixedColumn<Int128> values:
                return values[row] is var wide && wide >= 0 && wide <= ulong.MaxValue ? (ulong)wide : throw OutOfRange(wide.ToString(CultureInfo.InvariantCulture));
            case FixedColumn<float> values when _field.Type == ProtobufType.Float:
                return BitConverter.SingleToUInt32Bits(values[row]);
            case FixedColumn<double> values when _field.Type == ProtobufType.Float:
                return BitConverter.SingleToUInt32Bits((float)values[row]);
            case FixedColumn<double> values:
                return BitConverter.DoubleToUInt64Bits(values[row]);
            default:
                return Symbol(((BytesColumn)column)[row]);
        }
    }

    /// <summary>Writes bits behind their tag.</summary>
    public void WriteBits(ulong bits, RowText target)
    {
        switch (_field.Wire)
        {
            case ProtobufWire.Varint:
                ProtobufBytes.WriteVarint(bits, target);
                break;
            case ProtobufWire.Fixed32:
                ProtobufBytes.WriteFixed32((uint)bits, target);
                break;
            default:
                ProtobufBytes.WriteFixed64(bits, target);
                break;
        }
    }

    string? AppendBytes(ReadOnlySpan<byte> content, BytesColumnBuilder builder)
    {
        if (_field.Type == ProtobufType.String && !Utf8.IsValid(content))
            return $"column \"{_path}\": the string is not valid UTF-8";
        builder.Append(content);
        return null;
    }

    string? Append(ulong bits, ColumnBuilder builder)
    {
        switch (_field.Type)
        {
            case ProtobufType.Bool:
                ((BoolColumnBuilder)builder).Append(bits != 0);
                return null;
            case ProtobufType.Float when _kind == TextKind.Float:
                ((FixedColumnBuilder<float>)builder).Append(BitConverter.UInt32BitsToSingle((uint)bits));
                return null;
            case ProtobufType.Float:
                ((FixedColumnBuilder<double>)builder).Append(BitConverter.UInt32BitsToSingle((uint)bits));
                return null;
            case ProtobufType.Double:
                ((FixedColumnBuilder<double>)builder).Append(BitConverter.UInt64BitsToDouble(bits));
                return null;
            case ProtobufType.Enum when _kind == TextKind.Characters:
                var name = _field.Enum!.NameOf((int)bits);
                ((BytesColumnBuilder)builder).Append(name.IsEmpty ? Unrecognized : name);
                return null;
            case ProtobufType.UInt64 or ProtobufType.Fixed64 when _kind == TextKind.WideDecimal:
                ((FixedColumnBuilder<Int128>)builder).Append(bits);
                return null;
            case ProtobufType.UInt64 or ProtobufType.Fixed64 when bits > long.MaxValue:
                return Misfit(bits.ToString(CultureInfo.InvariantCulture));
            default:
                var number = Decode(bits);
                return TextValues.TryAppendInteger(_kind, builder, number) ? null : Misfit(number.ToString(CultureInfo.InvariantCulture));
        }
    }

    long Decode(ulong bits) => _field.Type switch
    {
        ProtobufType.Int32 or ProtobufType.SFixed32 or ProtobufType.Enum => (int)bits,
        ProtobufType.UInt32 or ProtobufType.Fixed32 => (uint)bits,
        ProtobufType.SInt32 => (int)((uint)bits >> 1) ^ -(int)((uint)bits & 1),
        ProtobufType.SInt64 => (long)(bits >> 1) ^ -(long)(bits & 1),
        _ => (long)bits,
    };

    ulong Encode(long number)
    {
        var fits = _field.Type switch
        {
            ProtobufType.Int32 or ProtobufType.SFixed32 or ProtobufType.SInt32 or ProtobufType.Enum => number is >= int.MinValue and <= int.MaxValue,
            ProtobufType.UInt32 or ProtobufType.Fixed32 => number is >= 0 and <= uint.MaxValue,
            ProtobufType.UInt64 or ProtobufType.Fixed64 => number >= 0,
            _ => true,
        };
        if (!fits)
            throw OutOfRange(number.ToString(CultureInfo.InvariantCulture));
        return _field.Type switch
        {
            ProtobufType.SInt32 => (uint)(((int)number << 1) ^ ((int)number >> 31)),
            ProtobufType.SInt64 => (ulong)((number << 1) ^ (number >> 63)),
            _ => (ulong)number,
        };
    }

    ulong Symbol(ReadOnlySpan<byte> name)
    {
        foreach (ref readonly var symbol in _field.Enum!.Symbols.AsSpan())
        {
            if (name.SequenceEqual(symbol.Name))
                return (ulong)(long)symbol.Number;
        }
        throw ConnectorErrors.ProtobufNoSymbol(_path, TextValues.Excerpt(name), _field.Enum.Name);
    }

    string Misfit(string number) => $"column \"{_path}\" of type {_typeName} cannot hold {number}";

    Core.Diagnostics.SqlException OutOfRange(string number) => ConnectorErrors.ProtobufOutOfRange(_path, number, _field.ToString());

    /// <summary>The default value of a field. FormatException or OverflowException if the descriptor's text is none.</summary>
    public static (ulong Bits, byte[] Bytes) DefaultOf(ProtobufField field)
    {
        var text = field.Default;
        switch (field.Type)
        {
            case ProtobufType.String:
                return (0, text is null ? [] : Encoding.UTF8.GetBytes(text));
            case ProtobufType.Bytes:
                return (0, text is null ? [] : ProtobufBytes.Unescape(text));
            case ProtobufType.Enum:
                return ((ulong)(long)field.Enum!.Symbols.FirstOrDefault(
                    symbol => text is not null && symbol.Name.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(text)), field.Enum.Symbols[0]).Number, []);
            case ProtobufType.Message or ProtobufType.Group:
            case var _ when text is null:
                return (0, []);
            case ProtobufType.Bool:
                return (text == "true" ? 1UL : 0UL, []);
            case ProtobufType.Double:
                return (BitConverter.DoubleToUInt64Bits(Real(text)), []);
            case ProtobufType.Float:
                return (BitConverter.SingleToUInt32Bits((float)Real(text)), []);
            case ProtobufType.UInt64 or ProtobufType.Fixed64:
                return (ulong.Parse(text, CultureInfo.InvariantCulture), []);
            case ProtobufType.SInt32 or ProtobufType.SInt64:
                var number = long.Parse(text, CultureInfo.InvariantCulture);
                return (field.Type == ProtobufType.SInt32 ? (uint)(((int)number << 1) ^ ((int)number >> 31)) : (ulong)((number << 1) ^ (number >> 63)), []);
            default:
                return ((ulong)long.Parse(text, CultureInfo.InvariantCulture), []);
        }
    }

    static double Real(string text) => text switch
    {
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        "nan" => double.NaN,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };
}
