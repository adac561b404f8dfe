namespace SqlStream.Functions.Kernels;

/// <summary>Timestamps of more than six digits: nanoseconds since 1970-01-01 in 128 bits.</summary>
static class Nanos
{
    public const int PerMicro = 1000;

    /// <summary>Whole microseconds, and the nanoseconds after them: 0 to 999.</summary>
    public static (long Micros, int Nanos) Split(Int128 value)
    {
        var micros = value / PerMicro;
        var rest = (int)(value - (micros * PerMicro));
        return rest < 0 ? ((long)micros - 1, rest + PerMicro) : ((long)micros, rest);
    }

    /// <summary>The value of microseconds and the nanoseconds after them.</summary>
    public static Int128 Of(long micros, int nanos = 0) => ((Int128)micros * PerMicro) + nanos;
}
