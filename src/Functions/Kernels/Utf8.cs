using System.Numerics;
using System.Text;

namespace SqlStream.Functions.Kernels;

/// <summary>Characters (code points) of UTF-8 text. Strings in columns are valid UTF-8; other bytes never read beyond
/// the end.</summary>
static class Utf8
{
    /// <summary>Number of characters: bytes that do not continue one.</summary>
    public static int Count(ReadOnlySpan<byte> text)
    {
        var count = 0;
        var vectors = text.Length - (text.Length % Vector<sbyte>.Count);
        for (var i = 0; i < vectors; i += Vector<sbyte>.Count)
        {
            var starts = Vector.GreaterThan(Vector.AsVectorSByte(new Vector<byte>(text[i..])), new Vector<sbyte>(-65));
            count -= Vector.Sum(starts);
        }
        for (var i = vectors; i < text.Length; i++)
            count += (sbyte)text[i] > -65 ? 1 : 0;
        return count;
    }

    /// <summary>The offset of the character with that number from 0, or the length where there are fewer.</summary>
    public static int Offset(ReadOnlySpan<byte> text, int character)
    {
        if (character >= text.Length)
            return text.Length;
        var offset = 0;
        for (; character > 0 && offset < text.Length; character--)
            offset += Length(text, offset);
        return Math.Min(offset, text.Length);
    }

    /// <summary>Number of bytes of the character at an offset.</summary>
    public static int Length(ReadOnlySpan<byte> text, int offset)
    {
        var length = text[offset] switch { < 0x80 => 1, < 0xE0 => 2, < 0xF0 => 3, _ => 4 };
        return Math.Min(length, text.Length - offset);
    }

    /// <summary>The offset at which the character before an offset begins.</summary>
    public static int Before(ReadOnlySpan<byte> text, int offset)
    {
        offset--;
        while (offset > 0 && (sbyte)text[offset] <= -65)
            offset--;
        return offset;
    }

    /// <summary>The character at an offset.</summary>
    public static Rune At(ReadOnlySpan<byte> text, int offset)
    {
        Rune.DecodeFromUtf8(text[offset..], out var rune, out _);
        return rune;
    }
}
