using System.Buffers.Binary;
using System.Globalization;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Postgres;

/// <summary>The server's binary form of a <c>numeric</c>: groups of four decimal digits, the place of the first, a sign, and how many places are shown.</summary>
static class PostgresNumeric
{
    /// <summary>Bytes of a DECIMAL at the most.</summary>
    public const int BytesMax = HeaderBytes + (11 * 2);

    const int HeaderBytes = 8;
    const int GroupDigits = 4;
    const int Base = 10_000;
    const ulong FourGroups = 10_000_000_000_000_000;
    const ushort Negative = 0x4000;
    const ushort NotANumber = 0xC000;
    const int TextDigitsMax = 1000;

    static readonly UInt128[] _powers = Powers();

    /// <summary>Writes a scaled integer; returns the number of bytes.</summary>
    public static int Write(Int128 value, int scale, Span<byte> target)
    {
        Span<ushort> groups = stackalloc ushort[16];
        var rest = value < 0 ? (UInt128)(-value) : (UInt128)value;
        var count = 0;
        // From the least group on; the first may have fewer digits before the places that are not there.
        if (scale % GroupDigits is > 0 and var digits)
        {
            (rest, var first) = UInt128.DivRem(rest, _powers[digits]);
            groups[count++] = (ushort)((uint)first * (uint)_powers[GroupDigits - digits]);
        }
        while (rest > ulong.MaxValue)
        {
            (rest, var four) = UInt128.DivRem(rest, FourGroups);
            var part = (ulong)four;
            for (var i = 0; i < 4; i++)
            {
                (part, var group) = Math.DivRem(part, Base);
                groups[count++] = (ushort)group;
            }
        }
        for (var low = (ulong)rest; low != 0;)
        {
            (low, var group) = Math.DivRem(low, Base);
            groups[count++] = (ushort)group;
        }
        var weight = count - ((scale + GroupDigits - 1) / GroupDigits) - 1;
        var end = 0;
        while (end < count && groups[end] == 0)
            end++;
        while (count > end && groups[count - 1] == 0)
        {
            count--;
            weight--;
        }
        WriteHeader(target, count - end, count == end ? 0 : weight, value < 0 ? Negative : (ushort)0, scale);
        var position = HeaderBytes;
        for (var i = count - 1; i >= end; i--, position += 2)
            BinaryPrimitives.WriteUInt16BigEndian(target[position..], groups[i]);
        return position;
    }

    /// <summary>Reads a number as an integer of a scale, rounded half away from zero; false where it is none, or has more digits than that.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, int precision, int scale, out Int128 value)
    {
        value = 0;
        if (source.Length < HeaderBytes)
            return false;
        var count = BinaryPrimitives.ReadInt16BigEndian(source);
        var weight = BinaryPrimitives.ReadInt16BigEndian(source[2..]);
        var sign = BinaryPrimitives.ReadUInt16BigEndian(source[4..]);
        if (sign is not (0 or Negative) || source.Length < HeaderBytes + (count * 2))
            return false;
        UInt128 sum = 0;
        var place = 0;
        var isUp = false;
        for (var i = 0; i < count; i++)
        {
            // The place of the group's last digit, in units of the result.
            place = (GroupDigits * (weight - i)) + scale;
            uint group = BinaryPrimitives.ReadUInt16BigEndian(source[(HeaderBytes + (i * 2))..]);
            if (place <= -GroupDigits)
            {
                isUp = place == -GroupDigits && group >= Base / 2;
                break;
            }
            var kept = place < 0 ? GroupDigits + place : GroupDigits;
            if (sum > _powers[^1] / _powers[kept])
                return false;
            var dropped = (uint)_powers[GroupDigits - kept];
            sum = (sum * _powers[kept]) + (group / dropped);
            if (place >= 0)
                continue;
            isUp = group % dropped >= dropped / 2;
            break;
        }
        if (isUp)
            sum++;
        if (place > 0 && sum != 0)
        {
            if (place >= _powers.Length || sum > _powers[^1] / _powers[place])
                return false;
            sum *= _powers[place];
        }
        if (sum >= _powers[precision])
            return false;
        value = sign == Negative ? -(Int128)sum : (Int128)sum;
        return true;
    }

    /// <summary>Writes a number that is given as text; returns the number of bytes, or -1 where the text is no number, or one of very many digits.</summary>
    public static int WriteText(ReadOnlySpan<byte> text, Span<byte> target)
    {
        text = text.Trim(" \t\r\n"u8);
        if (System.Text.Ascii.EqualsIgnoreCase(text, "nan"u8))
        {
            WriteHeader(target, 0, 0, NotANumber, 0);
            return HeaderBytes;
        }
        var isNegative = !text.IsEmpty && text[0] == '-';
        if (!text.IsEmpty && text[0] is (byte)'-' or (byte)'+')
            text = text[1..];
        if (!TryDigits(text, out var digits, out var whole))
            return -1;
        return Write(digits, whole, isNegative, target);
    }

    /// <summary>Takes away the noughts that are shown behind a number, which tell it from no other.</summary>
    public static void Shorten(Span<byte> number)
    {
        var count = BinaryPrimitives.ReadInt16BigEndian(number);
        if (BinaryPrimitives.ReadUInt16BigEndian(number[4..]) == NotANumber)
            return;
        var places = 0;
        if (count > 0)
        {
            places = GroupDigits * (count - 1 - BinaryPrimitives.ReadInt16BigEndian(number[2..]));
            // Groups of nothing but noughts are not written.
            for (int last = BinaryPrimitives.ReadUInt16BigEndian(number[(HeaderBytes + ((count - 1) * 2))..]); last % 10 == 0; last /= 10)
                places--;
        }
        BinaryPrimitives.WriteUInt16BigEndian(number[6..], (ushort)Math.Max(0, places));
    }

    /// <summary>Bytes that <see cref="WriteText"/> needs at the most.</summary>
    public const int TextBytesMax = HeaderBytes + (((2 * TextDigitsMax / GroupDigits) + 2) * 2);

    // The digits without the point, and how many of them stand before it; negative where noughts are missing behind it.
    static bool TryDigits(ReadOnlySpan<byte> text, out byte[] digits, out int whole)
    {
        digits = [];
        whole = 0;
        var exponent = 0;
        var mark = text.IndexOfAny((byte)'e', (byte)'E');
        if (mark >= 0)
        {
            if (!int.TryParse(text[(mark + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent) || Math.Abs(exponent) > TextDigitsMax)
                return false;
            text = text[..mark];
        }
        var point = text.IndexOf((byte)'.');
        var before = point < 0 ? text : text[..point];
        var behind = point < 0 ? [] : text[(point + 1)..];
        if (before.Length + behind.Length is 0 or > TextDigitsMax || before.ContainsAnyExceptInRange((byte)'0', (byte)'9') || behind.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return false;
        digits = [.. before, .. behind];
        whole = before.Length + exponent;
        return true;
    }

    static int Write(byte[] digits, int whole, bool isNegative, Span<byte> target)
    {
        var scale = Math.Max(0, digits.Length - whole);
        // Place of digit i in tens: whole - 1 - i. Groups end where that is a multiple of four.
        var first = Floor(whole - 1, GroupDigits);
        var last = Floor(whole - digits.Length, GroupDigits);
        var groups = new ushort[first - last + 1];
        for (var i = 0; i < digits.Length; i++)
        {
            var place = whole - 1 - i;
            var group = Floor(place, GroupDigits);
            groups[first - group] += (ushort)((digits[i] - '0') * (int)_powers[place - (group * GroupDigits)]);
        }
        var start = Array.FindIndex(groups, group => group != 0);
        var end = Array.FindLastIndex(groups, group => group != 0) + 1;
        WriteHeader(target, start < 0 ? 0 : end - start, start < 0 ? 0 : first - start, isNegative && start >= 0 ? Negative : (ushort)0, scale);
        var position = HeaderBytes;
        for (var i = Math.Max(0, start); i < end; i++, position += 2)
            BinaryPrimitives.WriteUInt16BigEndian(target[position..], groups[i]);
        return position;
    }

    static int Floor(int value, int divisor) => (int)Math.Floor((double)value / divisor);

    static void WriteHeader(Span<byte> target, int groups, int weight, ushort sign, int scale)
    {
        Check.That(weight is >= short.MinValue and <= short.MaxValue);
        BinaryPrimitives.WriteInt16BigEndian(target, (short)groups);
        BinaryPrimitives.WriteInt16BigEndian(target[2..], (short)weight);
        BinaryPrimitives.WriteUInt16BigEndian(target[4..], sign);
        BinaryPrimitives.WriteUInt16BigEndian(target[6..], (ushort)scale);
    }

    static UInt128[] Powers()
    {
        var powers = new UInt128[39];
        powers[0] = 1;
        for (var i = 1; i < powers.Length; i++)
            powers[i] = powers[i - 1] * 10;
        return powers;
    }
}
