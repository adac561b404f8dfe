using SqlStream.Core.Columns;

namespace SqlStream.Connectors.DataGen;

/// <summary>Makes the values of one column, each a pure function of the seed and the number of its row.</summary>
/// <param name="seed">Seed of the column.</param>
/// <param name="nullThreshold">A row whose random bits are below it is NULL; 0 for none.</param>
abstract class ColumnGenerator(ulong seed, ulong nullThreshold)
{
    const ulong NullSalt = 0x5851F42D4C957F2D;

    /// <summary>Seed of the column.</summary>
    protected ulong Seed { get; } = seed;

    /// <summary>Appends one value a row.</summary>
    public void Append(ColumnBuilder builder, in DataGenRows rows)
    {
        if (nullThreshold == 0)
        {
            AppendAll(builder, rows);
            return;
        }
        for (var i = 0; i < rows.Count; i++)
        {
            if (RandomBits.Of(Seed ^ NullSalt, rows.Number(i)) < nullThreshold)
                builder.AppendNull();
            else
                AppendAll(builder, rows with { First = rows.Number(i), Count = 1 });
        }
    }

    /// <summary>Appends one value a row, none of them NULL.</summary>
    protected abstract void AppendAll(ColumnBuilder builder, in DataGenRows rows);
}

/// <summary>Random integers of a range; <typeparamref name="T"/> is the column's width.</summary>
sealed class RandomIntegerGenerator<T>(ulong seed, ulong nullThreshold, long min, long max)
    : ColumnGenerator(seed, nullThreshold)
    where T : unmanaged, System.Numerics.IBinaryInteger<T>
{
    protected override void AppendAll(ColumnBuilder builder, in DataGenRows rows)
    {
        var values = ((FixedColumnBuilder<T>)builder).AppendSpan(rows.Count);
        var range = (ulong)max - (ulong)min + 1;
        for (var i = 0; i < values.Length; i++)
            values[i] = T.CreateTruncating(
                min + (long)RandomBits.Below(range, RandomBits.Of(Seed, rows.Number(i))));
    }
}

/// <summary>Random DECIMALs of more than 18 digits.</summary>
sealed class RandomWideGenerator(ulong seed, ulong nullThreshold, Int128 min, Int128 max)
    : ColumnGenerator(seed, nullThreshold)
{
    protected override void AppendAll(ColumnBuilder builder, in DataGenRows rows)
    {
        var values = ((FixedColumnBuilder<Int128>)builder).AppendSpan(rows.Count);
        var range = (UInt128)(max - min) + 1;
        for (var i = 0; i < values.Length; i++)
        {
            var bits = new UInt128(RandomBits.Of(Seed, rows.Number(i)), RandomBits.Of(~Seed, rows.Number(i)));
            values[i] = min + (Int128)(bits % range);
        }
    }
}

/// <summary>Random floating-point numbers.</summary>
sealed class RandomFloatingGenerator<T>(ulong seed, ulong nullThreshold, double min, double max)
    : ColumnGenerator(seed, nullThreshold)
    where T : unmanaged, System.Numerics.IFloatingPoint<T>
{
    protected override void AppendAll(ColumnBuilder builder, in DataGenRows rows)
    {
        var values = ((FixedColumnBuilder<T>)builder).AppendSpan(rows.Count);
        for (var i = 0; i < values.Length; i++)
        {
            var unit = RandomBits.Unit(RandomBits.Of(Seed, rows.Number(i)));
            values[i] = T.CreateSaturating((min * (1 - unit)) + (max * unit));
        }
    }
}

/// <summary>Random BOOLEANs.</summary>
sealed class RandomBooleanGenerator(ulong seed, ulong nullThreshold) : ColumnGenerator(seed, nullThreshold)
{
    protected override void AppendAll(ColumnBuilder builder, in DataGenRows rows)
    {
        var values = (BoolColumnBuilder)builder;
        for (var i = 0; i < rows.Count; i++)
            values.Append((RandomBits.Of(Seed, rows.Number(i)) & 1) != 0);
    }
}

/// <summary>Random strings: hexadecimal digits, or bytes of any value.</summary>
sealed class RandomBytesGenerator(ulong seed, ulong nullThreshold, int length, bool varies, bool isHex)
    : ColumnGenerator(seed, nullThreshold)
{
    const ulong LengthSalt = 0x2545F4914F6CDD1D;

    static ReadOnlySpan<byte> HexDigits => "0123456789abcdef"u8;

    protected override void AppendAll(ColumnBuilder builder, in DataGenRows rows)
    {
        var values = (BytesColumnBuilder)builder;
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows.Number(i);
            var bytes = varies
                ? 1 + (int)RandomBits.Below((ulong)length, RandomBits.Of(Seed ^ LengthSalt, row))
                : length;
            Fill(values.Reserve(bytes), RandomBits.Of(Seed, row));
            values.Commit(bytes);
        }
    }

    void Fill(Span<byte> target, ulong rowSeed)
    {
        var bits = 0UL;
        var left = 0;
        for (var i = 0; i < target.Length; i++)
        {
            if (left == 0)
            {
                bits = RandomBits.Of(rowSeed, i);
                left = isHex ? 16 : 8;
            }
            target[i] = isHex ? HexDigits[(int)(bits & 15)] : (byte)bits;
            bits >>= isHex ? 4 : 8;
            left--;
        }
    }
}

/// <summary>Times: when the row is due, less a random part of the past.</summary>
sealed class TimeGenerator(ulong seed, ulong nullThreshold, TimeUnit unit, long maxPastMicros)
    : ColumnGenerator(seed, nullThreshold)
{
    const long MicrosPerDay = 86_400_000_000;

    protected override void AppendAll(ColumnBuilder builder, in DataGenRows rows)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            var past = maxPastMicros == 0
                ? 0
                : (long)RandomBits.Below((ulong)maxPastMicros + 1, RandomBits.Of(Seed, rows.Number(i)));
            var micros = rows.DueMicros(i) - past;
            switch (unit)
            {
                case TimeUnit.Days:
                    ((FixedColumnBuilder<int>)builder).Append((int)Math.Floor((double)micros / MicrosPerDay));
                    break;
                case TimeUnit.MillisOfDay:
                    ((FixedColumnBuilder<int>)builder).Append((int)(micros % MicrosPerDay / 1000));
                    break;
                case TimeUnit.Nanos:
                    ((FixedColumnBuilder<Int128>)builder).Append((Int128)micros * 1000);
                    break;
                default:
                    ((FixedColumnBuilder<long>)builder).Append(micros);
                    break;
            }
        }
    }
}

/// <summary>What a <see cref="TimeGenerator"/> counts in.</summary>
enum TimeUnit
{
    Days,
    MillisOfDay,
    Micros,
    Nanos,
}

/// <summary>Consecutive numbers; row n holds the n-th.</summary>
sealed class SequenceGenerator<T>(ulong nullThreshold, long start, long factor) : ColumnGenerator(0, nullThreshold)
    where T : unmanaged, System.Numerics.INumber<T>
{
    protected override void AppendAll(ColumnBuilder builder, in DataGenRows rows)
    {
        var values = ((FixedColumnBuilder<T>)builder).AppendSpan(rows.Count);
        var scale = T.CreateTruncating(factor);
        for (var i = 0; i < values.Length; i++)
            values[i] = T.CreateTruncating(start + rows.Number(i)) * scale;
    }
}

/// <summary>Consecutive numbers as text.</summary>
sealed class TextSequenceGenerator(ulong nullThreshold, long start) : ColumnGenerator(0, nullThreshold)
{
    protected override void AppendAll(ColumnBuilder builder, in DataGenRows rows)
    {
        var values = (BytesColumnBuilder)builder;
        for (var i = 0; i < rows.Count; i++)
        {
            (start + rows.Number(i)).TryFormat(
                values.Reserve(24), out var written, default, System.Globalization.CultureInfo.InvariantCulture);
            values.Commit(written);
        }
    }
}
