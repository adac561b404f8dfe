namespace SqlStream.Functions.Scalar.Strings;

/// <summary>Bounds of what a function may produce from small arguments.</summary>
static class TextLimits
{
    /// <summary>The longest string that REPEAT, LPAD and RPAD make: 64 MiB.</summary>
    public const int BytesMax = 64 << 20;
}
