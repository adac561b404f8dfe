using System.Text;
using System.Text.RegularExpressions;
using SqlStream.Connectors.Formats.Json;
using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Formats.CanalJson;

/// <summary>Tells which names match a regular expression as a whole. Takes time proportional to the name. Not thread-safe.</summary>
sealed class NameFilter
{
    readonly Regex _expression;
    byte[] _last = [];
    bool _lastMatches;
    char[] _characters = new char[64];

    NameFilter(Regex expression)
    {
        _expression = expression;
        _lastMatches = expression.IsMatch("");
    }

    /// <summary>The filter of an option, or null if it is not set.</summary>
    public static NameFilter? Read(TableOptions options, string key)
    {
        if (options.Find(key) is not { } option)
            return null;
        try
        {
            return new NameFilter(new Regex($@"\A(?:{option.Value})\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw ConnectErrors.InvalidOptionValue(
                option, "a regular expression", "Groups that look around and references to groups are not supported here.");
        }
    }

    /// <summary>True if the name, what stands between the quotes of a JSON string, matches.</summary>
    public bool Matches(ReadOnlySpan<byte> name)
    {
        // Most messages are about the table of the one before.
        if (name.SequenceEqual(_last))
            return _lastMatches;
        _last = name.ToArray();
        if (name.Contains((byte)'\\'))
        {
            var text = new byte[name.Length];
            var length = JsonStrings.Unescape(name, text);
            name = text.AsSpan(0, Math.Max(0, length));
        }
        if (_characters.Length < name.Length)
            _characters = new char[name.Length * 2];
        _lastMatches = _expression.IsMatch(_characters.AsSpan(0, Encoding.UTF8.GetChars(name, _characters)));
        return _lastMatches;
    }
}
