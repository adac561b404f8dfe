using System.Globalization;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>INET_ATON(string): an IPv4 address as a number; the short forms a.b, a.b.c and a stand for a.0.0.b, a.b.0.c and the number
/// itself, and zeros in front mean nothing. NULL where it is no address.</summary>
static class InetFunctions
{
    public static ScalarFunction Aton() => new FixedFunction<long, AtonOp>(
        "INET_ATON", "INET_ATON(string) -> BIGINT", SqlType.BigInt, [Parameter.Text], mayGiveNull: true);

    readonly struct AtonOp : IComputation<long>
    {
        public static bool TryCompute(ReadOnlySpan<Column> arguments, int row, out long result)
        {
            var text = arguments.Text(0, row);
            result = 0;
            Span<long> parts = stackalloc long[4];
            var count = 0;
            while (true)
            {
                var end = text.IndexOf((byte)'.');
                if (count == 4 || !TryReadNumber(end < 0 ? text : text[..end], out parts[count++]))
                    return false;
                if (end < 0)
                    break;
                text = text[(end + 1)..];
            }
            // The last part fills the rest where it is the only one, and is one byte otherwise.
            if (count == 1)
            {
                result = parts[0];
                return result <= uint.MaxValue;
            }
            for (var i = 0; i < count; i++)
            {
                if (parts[i] > 255)
                    return false;
                result |= parts[i] << (i == count - 1 ? 0 : 24 - (8 * i));
            }
            return true;
        }

        static bool TryReadNumber(ReadOnlySpan<byte> digits, out long number)
        {
            number = 0;
            if (digits.IsEmpty)
                return false;
            foreach (var digit in digits)
            {
                if (!char.IsAsciiDigit((char)digit))
                    return false;
                number = (number * 10) + digit - '0';
                if (number > uint.MaxValue)
                    return false;
            }
            return true;
        }
    }
}

/// <summary>INET_NTOA(integer): the IPv4 address of a number; NULL beyond 32 bits. A number below zero of a shorter type than BIGINT stands
/// for its bits, as in Flink.</summary>
sealed class InetNtoaFunction : ScalarFunction
{
    public override string Name => "INET_NTOA";

    public override string Signature => "INET_NTOA(integer) -> STRING";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments) =>
        arguments.Length != 1 ? null : arguments[0].Type.Kind switch
        {
            SqlTypeKind.TinyInt => Plan<Byte>(arguments),
            SqlTypeKind.SmallInt => Plan<Short>(arguments),
            SqlTypeKind.Int => Plan<Word>(arguments),
            _ => Plan<All>(arguments),
        };

    ScalarCall? Plan<TMask>(ReadOnlySpan<ArgumentInfo> arguments) where TMask : struct, IMask =>
        new TextFunction<Op<TMask>>(Name, Signature, [Parameter.BigInt], mayGiveNull: true).Plan(arguments);

    interface IMask
    {
        static abstract long Bits { get; }
    }

    readonly struct Byte : IMask
    {
        public static long Bits => byte.MaxValue;
    }

    readonly struct Short : IMask
    {
        public static long Bits => ushort.MaxValue;
    }

    readonly struct Word : IMask
    {
        public static long Bits => uint.MaxValue;
    }

    readonly struct All : IMask
    {
        public static long Bits => -1;
    }

    readonly struct Op<TMask> : ITextComputation where TMask : struct, IMask
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            var number = arguments.Long(0, row) & TMask.Bits;
            if (number is < 0 or > uint.MaxValue)
                return false;
            var target = output.Reserve(15);
            var used = 0;
            for (var shift = 24; shift >= 0; shift -= 8)
            {
                ((byte)(number >> shift)).TryFormat(target[used..], out var written, default, CultureInfo.InvariantCulture);
                used += written;
                if (shift > 0)
                    target[used++] = (byte)'.';
            }
            output.Commit(used);
            return true;
        }
    }
}
