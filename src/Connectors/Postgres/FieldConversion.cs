using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Postgres;

/// <summary>Turns a field of the type that a column here is written as into one of the type that the column of the table has.</summary>
abstract class FieldConversion
{
    /// <summary>Appends the value, without a length; false if it cannot be one.</summary>
    public abstract bool TryWrite(ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output);

    /// <summary>The code of a value that cannot be one.</summary>
    public virtual string SqlStateOfFailure => SqlState.InvalidCharacterValueForCast;

    /// <summary>Whether values of a type here can be written into a column, and how they are changed on the way; null where they are not.</summary>
    public static bool TryFind(SqlType type, PostgresColumn column, out FieldConversion? conversion)
    {
        conversion = null;
        if (PostgresTypes.Element(type) is { } element)
        {
            if (column.ElementOid == 0 || !TryFind(element, column.ElementOid, column.ElementIsEnum, isCaseless: false, out var inner))
                return false;
            if (inner is not null || PostgresTypes.Of(element) != column.ElementOid)
                conversion = new ArrayConversion(inner, column.ElementOid);
            return true;
        }
        return column.ElementOid == 0 && TryFind(type, column.Oid, column.IsEnum, column.IsCaseless, out conversion);
    }

    static bool TryFind(SqlType type, uint oid, bool isEnum, bool isCaseless, out FieldConversion? conversion)
    {
        var from = PostgresTypes.Of(type);
        conversion = (from, oid) switch
        {
            (PostgresTypes.Text, PostgresTypes.Jsonb) => new JsonbConversion(),
            (PostgresTypes.Text, PostgresTypes.Uuid) => new UuidConversion(),
            (PostgresTypes.Text, PostgresTypes.Numeric) => new NumericConversion(),
            (PostgresTypes.Int2, PostgresTypes.Int4 or PostgresTypes.Int8) or (PostgresTypes.Int4, PostgresTypes.Int8) =>
                new IntegerConversion(oid == PostgresTypes.Int8 ? 8 : 4),
            (PostgresTypes.Int2 or PostgresTypes.Int4 or PostgresTypes.Int8, PostgresTypes.Numeric) => new IntegerToNumeric(),
            (PostgresTypes.Float4, PostgresTypes.Float8) => new FloatConversion(),
            _ => null,
        };
        // What is text to its receiver is the same bytes.
        var isText = oid is PostgresTypes.Varchar or PostgresTypes.BlankPadded or PostgresTypes.Name or PostgresTypes.Json or PostgresTypes.Xml || isEnum || isCaseless;
        return conversion is not null || from == oid || (from == PostgresTypes.Text && isText);
    }

    /// <summary>What to do where a type does not fit, or null.</summary>
    public static string? Hint(SqlType type, PostgresColumn column)
    {
        var fitting = PostgresTypes.ToSqlType(column);
        if (fitting.SameIgnoringNullability(type))
            return null;
        var declare = $"Declare the column as {fitting.Name}";
        return type.Kind == SqlTypeKind.Timestamp && column.Oid == PostgresTypes.TimestampTz ? declare + ": a TIMESTAMP does not say in which time zone it is." : declare + ", and CAST in the query.";
    }
}

/// <summary>A text with the version of the form before it.</summary>
sealed class JsonbConversion : FieldConversion
{
    public override bool TryWrite(ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        output.Write([(byte)1]);
        output.Write(value);
        return true;
    }
}

/// <summary>The sixteen bytes of a text of hexadecimal digits.</summary>
sealed class UuidConversion : FieldConversion
{
    const int Bytes = 16;

    public override bool TryWrite(ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        value = value.Trim(" \t"u8);
        // The server takes braces, and digits without dashes, too.
        if (value.Length > 2 && value[0] == '{' && value[^1] == '}')
            value = value[1..^1];
        if ((!Utf8Parser.TryParse(value, out Guid guid, out var used, 'D') || used != value.Length)
            && (!Utf8Parser.TryParse(value, out guid, out used, 'N') || used != value.Length))
        {
            return false;
        }
        Check.That(guid.TryWriteBytes(output.GetSpan(Bytes), bigEndian: true, out _));
        output.Advance(Bytes);
        return true;
    }
}

/// <summary>A number that is given as text; as a key without the noughts behind it.</summary>
sealed class NumericConversion(bool isKey = false) : FieldConversion
{
    public override bool TryWrite(ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        var target = output.GetSpan(PostgresNumeric.TextBytesMax);
        var bytes = PostgresNumeric.WriteText(value, target);
        if (bytes < 0)
            return false;
        if (isKey)
            PostgresNumeric.Shorten(target);
        output.Advance(bytes);
        return true;
    }
}

/// <summary>An integer as a wider one.</summary>
sealed class IntegerConversion(int bytes) : FieldConversion
{
    public override bool TryWrite(ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        var number = Read(value);
        var target = output.GetSpan(sizeof(long));
        if (bytes == sizeof(long))
            BinaryPrimitives.WriteInt64BigEndian(target, number);
        else
            BinaryPrimitives.WriteInt32BigEndian(target, (int)number);
        output.Advance(bytes);
        return true;
    }

    /// <summary>An integer of any width.</summary>
    public static long Read(ReadOnlySpan<byte> value) => value.Length switch
    {
        2 => BinaryPrimitives.ReadInt16BigEndian(value),
        4 => BinaryPrimitives.ReadInt32BigEndian(value),
        _ => BinaryPrimitives.ReadInt64BigEndian(value),
    };
}

/// <summary>An integer as a number of any size.</summary>
sealed class IntegerToNumeric : FieldConversion
{
    public override bool TryWrite(ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        output.Advance(PostgresNumeric.Write(IntegerConversion.Read(value), 0, output.GetSpan(PostgresNumeric.BytesMax)));
        return true;
    }
}

/// <summary>A float of four bytes as one of eight.</summary>
sealed class FloatConversion : FieldConversion
{
    public override bool TryWrite(ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        BinaryPrimitives.WriteDoubleBigEndian(output.GetSpan(sizeof(double)), BinaryPrimitives.ReadSingleBigEndian(value));
        output.Advance(sizeof(double));
        return true;
    }
}

/// <summary>The elements of an array, one by one.</summary>
sealed class ArrayConversion(FieldConversion? element, uint elementOid) : FieldConversion
{
    public override bool TryWrite(ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        var count = value.Length == ArrayField.EmptyBytes ? 0 : BinaryPrimitives.ReadInt32BigEndian(value[12..]);
        ArrayField.WriteHeader(output.GetSpan(ArrayField.HeaderBytes), count, value[7] != 0, elementOid);
        output.Advance(count == 0 ? ArrayField.EmptyBytes : ArrayField.HeaderBytes);
        var rest = count == 0 ? [] : value[ArrayField.HeaderBytes..];
        for (var i = 0; i < count; i++)
        {
            if (!RowConversion.TryWriteField(ref rest, element, output))
                return false;
        }
        return true;
    }
}

/// <summary>A text of which blanks at the end, or the case of letters, do not tell it from another: for keys.</summary>
sealed class KeyText(bool isCaseless) : FieldConversion
{
    public override bool TryWrite(ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        output.Write(isCaseless ? Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(value).ToLowerInvariant()) : value.TrimEnd((byte)' '));
        return true;
    }
}
