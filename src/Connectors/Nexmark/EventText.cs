using System.Globalization;
using System.Text;

namespace SqlStream.Connectors.Nexmark;

/// <summary>Texts that many events share, made once: channels with their addresses, and letters from which fillings are cut.</summary>
sealed class EventText
{
    /// <summary>The first channels, which get half of the bids.</summary>
    public const int HotChannels = 4;

    /// <summary>Number of the other ones.</summary>
    public const int Channels = 10_000;

    const int LettersBytes = 1 << 20;
    const int ShareWithChannelId = 90;

    static readonly string[] _hotNames = ["Google", "Facebook", "Baidu", "Apple"];

    readonly ulong _seed;
    readonly byte[] _letters;
    readonly byte[][] _channels;
    readonly byte[][] _urls;

    public EventText(ulong seed)
    {
        _seed = seed;
        _letters = new byte[LettersBytes];
        for (var i = 0; i < LettersBytes; i++)
            _letters[i] = (byte)('a' + RandomBits.Below(26, RandomBits.Of(seed, i)));
        _channels = [.. Enumerable.Range(0, HotChannels + Channels).Select(channel => Encoding.UTF8.GetBytes(ChannelName(channel)))];
        _urls = [.. Enumerable.Range(0, HotChannels + Channels).Select(channel => Encoding.UTF8.GetBytes(Url(channel)))];
    }

    public ReadOnlySpan<byte> ChannelOf(int channel) => _channels[channel];

    public ReadOnlySpan<byte> UrlOf(int channel) => _urls[channel];

    /// <summary>Lower-case letters.</summary>
    public ReadOnlySpan<byte> Letters(int length, ulong bits)
    {
        var start = (int)RandomBits.Below((ulong)(LettersBytes - length), bits);
        return _letters.AsSpan(start, length);
    }

    static string ChannelName(int channel) =>
        channel < HotChannels ? _hotNames[channel] : "channel-" + (channel - HotChannels).ToString(CultureInfo.InvariantCulture);

    string Url(int channel)
    {
        var text = new StringBuilder("https://www.nexmark.com/");
        Span<byte> part = stackalloc byte[5];
        for (var i = 0; i < 3; i++)
        {
            var length = RandomWord.Write(part, (byte)'_', RandomBits.Of(_seed ^ 1, (channel * 4) + i));
            text.Append(Encoding.UTF8.GetString(part[..length])).Append('/');
        }
        text.Append("item.htm?query=1");
        if (channel >= HotChannels && RandomBits.Below(100, RandomBits.Of(_seed ^ 1, (channel * 4) + 3)) < ShareWithChannelId)
            text.Append(CultureInfo.InvariantCulture, $"&channel_id={Reversed(channel - HotChannels)}");
        return text.ToString();
    }

    // The bits of the number in the opposite order, without the sign.
    static long Reversed(int number)
    {
        var reversed = 0;
        for (var bit = 0; bit < 32; bit++)
            reversed |= (number >> bit & 1) << (31 - bit);
        return Math.Abs((long)reversed);
    }
}

/// <summary>Random words: letters, one in thirteen of which is another character.</summary>
static class RandomWord
{
    const int LengthMin = 3;

    /// <summary>Writes a word of three or more bytes, fewer than the target has, blanks at its ends left out; returns its length.</summary>
    public static int Write(Span<byte> target, byte special, ulong bits)
    {
        var length = LengthMin + (int)RandomBits.Below((ulong)(target.Length - LengthMin), bits);
        var left = 0UL;
        for (var i = 0; i < length; i++)
        {
            if ((i & 3) == 0)
                left = RandomBits.Of(bits, i);
            // 13 times 26 equally likely numbers.
            var number = (uint)(left & 0xFFFF) * 338 >> 16;
            target[i] = number < 26 ? special : (byte)('a' + (number % 26));
            left >>= 16;
        }
        if (special != ' ')
            return length;
        var word = target[..length].TrimEnd((byte)' ');
        var start = word.Length - word.TrimStart((byte)' ').Length;
        if (start > 0)
            word[start..].CopyTo(target);
        return word.Length - start;
    }
}
