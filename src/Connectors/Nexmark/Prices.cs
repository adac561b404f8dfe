namespace SqlStream.Connectors.Nexmark;

/// <summary>Prices from 100 to 100,000,000 whose logarithms are evenly spread.</summary>
/// <remarks>Powers of ten are read off a table that square roots and products alone make, and between its entries a line is drawn: unlike
/// those of a library of the system, they are the same to the last bit on every machine.</remarks>
static class Prices
{
    const int Decades = 6;
    const int Steps = 1 << 10;

    // 100 * 10^(i / Steps), i = 0 .. Steps * Decades.
    static readonly double[] _powers = Powers();

    public static long Of(ulong bits)
    {
        var place = Math.BigMul(bits, Decades * Steps, out var rest);
        var low = _powers[place];
        return (long)(low + ((_powers[place + 1] - low) * RandomBits.Unit(rest)) + 0.5);
    }

    static double[] Powers()
    {
        var step = 10.0;
        for (var steps = Steps; steps > 1; steps >>= 1)
            step = Math.Sqrt(step);
        var powers = new double[(Decades * Steps) + 1];
        for (var decade = 0; decade <= Decades; decade++)
        {
            var power = decade == 0 ? 100.0 : powers[(decade - 1) * Steps] * 10;
            for (var i = decade * Steps; i < Math.Min(powers.Length, (decade + 1) * Steps); i++, power *= step)
                powers[i] = power;
        }
        return powers;
    }
}
