namespace SqlStream.Execution.Windows;

/// <summary>Arithmetic that goes on below zero as above it.</summary>
static class FloorMath
{
    /// <summary>The remainder with the sign of the divisor, which is positive.</summary>
    public static long Modulo(long value, long divisor)
    {
        var remainder = value % divisor;
        return remainder < 0 ? remainder + divisor : remainder;
    }
}
