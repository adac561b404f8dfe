using System.Text.Unicode;
using SqlStream.Core.Columns;

namespace SqlStream.Connectors.Formats.Avro;

/// <summary>Reads plain values: as the writer wrote them, into a column of another type where the specification or the logical type says how.</summary>
sealed class AvroScalarReader : AvroReader
{
    const long MicrosMin = -62_135_596_800_000_000;
    const long MicrosMax = 253_402_300_799_999_999;

    readonly string _path;
    readonly TextType _type;
    readonly AvroSchema _writer;
    readonly AvroLogical _logical;
    readonly int _scale;
    readonly byte[]?[] _symbols;

    AvroScalarReader(string path, in TextType type, AvroSchema writer, AvroSchema reader)
    {
        _path = path;
        _type = type;
        _writer = writer;
        // Where the writer says nothing of the meaning, the reader does.
        var meaning = writer.Logical == AvroLogical.None ? reader : writer;
        _logical = meaning.Logical;
        _scale = meaning.Scale;
        _symbols = [.. writer.Symbols.Select(symbol => reader.Kind == AvroKind.Enum && !reader.Symbols.Any(known => known.AsSpan().SequenceEqual(symbol))
            ? reader.DefaultSymbol
            : symbol)];
    }

    /// <summary>A reader, or null if the type cannot hold what is written.</summary>
    public static AvroReader? Create(string path, in TextType type, AvroSchema writer, AvroSchema reader)
    {
        var created = new AvroScalarReader(path, type, writer, reader);
        return created.IsPossible() ? created : null;
    }

    public override bool Read(ref AvroCursor cursor, ColumnBuilder builder)
    {
        switch (_type.Kind)
        {
            case TextKind.Boolean:
                if (!cursor.ReadBoolean(out var truth))
                    return false;
                ((BoolColumnBuilder)builder).Append(truth);
                return true;
            case TextKind.TinyInt or TextKind.SmallInt or TextKind.Int or TextKind.BigInt:
                return ReadInteger(ref cursor, out var number)
                    && (TextValues.TryAppendInteger(_type.Kind, builder, number) || Misfit(ref cursor, number));
            case TextKind.Float:
                if (!ReadReal(ref cursor, out var single))
                    return false;
                ((FixedColumnBuilder<float>)builder).Append((float)single);
                return true;
            case TextKind.Double:
                if (!ReadReal(ref cursor, out var real))
                    return false;
                ((FixedColumnBuilder<double>)builder).Append(real);
                return true;
            case TextKind.Characters:
                return ReadCharacters(ref cursor, (BytesColumnBuilder)builder);
            case TextKind.Binary:
                if (!ReadContent(ref cursor, out var content))
                    return false;
                ((BytesColumnBuilder)builder).Append(content);
                return true;
            case TextKind.CompactDecimal or TextKind.WideDecimal:
                return ReadDecimal(ref cursor, builder);
            case TextKind.Date:
                return ReadDate(ref cursor, (FixedColumnBuilder<int>)builder);
            case TextKind.Time:
                return ReadTime(ref cursor, (FixedColumnBuilder<int>)builder);
            default:
                return ReadTimestamp(ref cursor, builder);
        }
    }

    bool IsPossible()
    {
        var isInteger = _writer.Kind is AvroKind.Int or AvroKind.Long;
        return _type.Kind switch
        {
            TextKind.Boolean => _writer.Kind == AvroKind.Boolean,
            TextKind.TinyInt or TextKind.SmallInt or TextKind.Int => _writer.Kind == AvroKind.Int,
            TextKind.BigInt => isInteger,
            TextKind.Float => isInteger || _writer.Kind == AvroKind.Float,
            TextKind.Double => isInteger || _writer.Kind is AvroKind.Float or AvroKind.Double,
            TextKind.Characters => _writer.Kind is AvroKind.String or AvroKind.Bytes or AvroKind.Enum
                || (_writer.Kind == AvroKind.Fixed && _logical == AvroLogical.Uuid),
            TextKind.Binary => _writer.Kind is AvroKind.Bytes or AvroKind.String or AvroKind.Fixed,
            TextKind.CompactDecimal or TextKind.WideDecimal =>
                _writer.Kind is AvroKind.Bytes or AvroKind.Fixed && _logical == AvroLogical.Decimal,
            TextKind.Date => _writer.Kind == AvroKind.Int && _logical == AvroLogical.Date,
            TextKind.Time => (_writer.Kind, _logical) is (AvroKind.Int, AvroLogical.TimeMillis) or (AvroKind.Long, AvroLogical.TimeMicros),
            TextKind.Timestamp or TextKind.TimestampLtz => _writer.Kind == AvroKind.Long
                && _logical is AvroLogical.TimestampMillis or AvroLogical.TimestampMicros or AvroLogical.TimestampNanos,
            _ => false,
        };
    }

    bool ReadInteger(ref AvroCursor cursor, out long number)
    {
        if (_writer.Kind == AvroKind.Long)
            return cursor.ReadLong(out number);
        var isThere = cursor.ReadInt(out var small);
        number = small;
        return isThere;
    }

    bool ReadReal(ref AvroCursor cursor, out double number)
    {
        switch (_writer.Kind)
        {
            case AvroKind.Float:
                var isThere = cursor.ReadFloat(out var single);
                number = single;
                return isThere;
            case AvroKind.Double:
                return cursor.ReadDouble(out number);
            default:
                isThere = ReadInteger(ref cursor, out var integer);
                // Rounded once: a large integer that goes to a float by way of a double would be rounded twice.
                number = _type.Kind == TextKind.Float ? (float)integer : integer;
                return isThere;
        }
    }

    bool ReadContent(ref AvroCursor cursor, out ReadOnlySpan<byte> content) =>
        _writer.Kind == AvroKind.Fixed ? cursor.ReadFixed(_writer.Size, out content) : cursor.ReadBytes(out content);

    bool ReadCharacters(ref AvroCursor cursor, BytesColumnBuilder builder)
    {
        if (_writer.Kind == AvroKind.Enum)
            return ReadSymbol(ref cursor, builder);
        if (!ReadContent(ref cursor, out var content))
            return false;
        if (_writer.Kind == AvroKind.Fixed)
        {
            const int textLength = 36;
            new Guid(content, bigEndian: true).TryFormat(builder.Reserve(textLength), out var length);
            builder.Commit(length);
            return true;
        }
        if (!Utf8.IsValid(content))
            return cursor.Fail($"column \"{_path}\": the string is not valid UTF-8");
        builder.Append(content);
        return true;
    }

    bool ReadSymbol(ref AvroCursor cursor, BytesColumnBuilder builder)
    {
        if (!cursor.ReadLong(out var index))
            return false;
        if ((ulong)index >= (ulong)_symbols.Length)
            return cursor.Fail($"column \"{_path}\": the enum {_writer.Name} has no symbol {index}");
        if (_symbols[(int)index] is not { } symbol)
            return cursor.Fail($"column \"{_path}\": the reader's enum does not know {TextValues.Excerpt(_writer.Symbols[(int)index])}");
        builder.Append(symbol);
        return true;
    }

    bool ReadDecimal(ref AvroCursor cursor, ColumnBuilder builder)
    {
        if (!ReadContent(ref cursor, out var content))
            return false;
        if (!AvroDecimal.TryRead(content, out var value) || !AvroDecimal.TryRescale(value, _scale, _type.Precision, _type.Scale, out value))
        {
            // As everywhere in the dialect a DECIMAL that does not fit is NULL.
            if (!_type.Type.IsNullable)
                return cursor.Fail($"column \"{_path}\" of type {_type.Type.Name} cannot hold a number as large");
            builder.AppendNull();
            return true;
        }
        if (_type.Kind == TextKind.CompactDecimal)
            ((FixedColumnBuilder<long>)builder).Append((long)value);
        else
            ((FixedColumnBuilder<Int128>)builder).Append(value);
        return true;
    }

    bool ReadDate(ref AvroCursor cursor, FixedColumnBuilder<int> builder)
    {
        if (!cursor.ReadInt(out var days))
            return false;
        if (days is < (int)(MicrosMin / 86_400_000_000) or > (int)(MicrosMax / 86_400_000_000))
            return Misfit(ref cursor, days);
        builder.Append(days);
        return true;
    }

    bool ReadTime(ref AvroCursor cursor, FixedColumnBuilder<int> builder)
    {
        if (!ReadInteger(ref cursor, out var time))
            return false;
        var millis = _logical == AvroLogical.TimeMicros ? time / 1000 : time;
        if (time < 0 || millis >= 86_400_000)
            return Misfit(ref cursor, time);
        var unit = _type.Precision switch { 0 => 1000, 1 => 100, 2 => 10, _ => 1 };
        builder.Append((int)millis / unit * unit);
        return true;
    }

    bool ReadTimestamp(ref AvroCursor cursor, ColumnBuilder builder)
    {
        if (!cursor.ReadLong(out var time))
            return false;
        var nanos = _logical switch
        {
            AvroLogical.TimestampMillis => (Int128)time * 1_000_000,
            AvroLogical.TimestampMicros => (Int128)time * 1_000,
            _ => time,
        };
        if (nanos < (Int128)MicrosMin * 1000 || nanos > ((Int128)MicrosMax * 1000) + 999)
            return Misfit(ref cursor, time);
        nanos = AvroTime.Cut(nanos, _type.Precision);
        if (_type.IsNanos)
            ((FixedColumnBuilder<Int128>)builder).Append(nanos);
        else
            ((FixedColumnBuilder<long>)builder).Append((long)(nanos / 1000));
        return true;
    }

    bool Misfit(ref AvroCursor cursor, long number) =>
        cursor.Fail($"column \"{_path}\" of type {_type.Type.Name} cannot hold {number}");
}
