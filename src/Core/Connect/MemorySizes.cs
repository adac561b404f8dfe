using System.Globalization;

namespace SqlStream.Core.Connect;

/// <summary>Sizes as Flink writes them: a number and a unit of 1,024; bytes if there is none.</summary>
public static class MemorySizes
{
    /// <summary>Reads a size.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        text = text.Trim();
        var digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits]))
            digits++;
        if (!long.TryParse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;
        int? shift = text[digits..].Trim().ToLowerInvariant() switch
        {
            "" or "b" or "bytes" => 0,
            "k" or "kb" or "kibibytes" => 10,
            "m" or "mb" or "mebibytes" => 20,
            "g" or "gb" or "gibibytes" => 30,
            "t" or "tb" or "tebibytes" => 40,
            _ => null,
        };
        if (shift is not { } places || number > long.MaxValue >> places)
            return false;
        bytes = number << places;
        return true;
    }

    /// <summary>Writes a size for people: <c>1.5 MB</c>.</summary>
    public static string Format(long bytes)
    {
        string[] units = ["B", "kB", "MB", "GB", "TB"];
        double value = bytes;
        var unit = 0;
        while (value >= 1024 && unit < units.Length - 1)
        {
            value /= 1024;
            unit++;
        }
        return value.ToString(unit == 0 ? "0" : "0.#", CultureInfo.InvariantCulture) + " " + units[unit];
    }
}
