using SqlStream.Parser.Generated;

namespace SqlStream.Parser;

/// <summary>The words of the grammar. A word that the grammar does not use is an ordinary identifier, also where
/// Flink reserves it.</summary>
public static class Keywords
{
    // The lexer lists the reserved words first, in alphabetical order.
    const int firstReserved = SqlStreamLexer.ALL;
    const int lastReserved = SqlStreamLexer.WITHIN;
    const int lastKeyword = SqlStreamLexer.ZONE;

    static readonly Lazy<Dictionary<string, int>> _types = new(ReadVocabulary);
    static readonly Lazy<Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>>> _typesBySpan =
        new(() => _types.Value.GetAlternateLookup<ReadOnlySpan<char>>());

    /// <summary>All keywords, in upper case.</summary>
    public static IReadOnlyCollection<string> All => _types.Value.Keys;

    /// <summary>True for a word that is an identifier only in back-quotes or after a dot.</summary>
    public static bool IsReserved(string word) => _types.Value.TryGetValue(word, out var type) && IsReserved(type);

    /// <summary>True for a word that means something somewhere in the grammar.</summary>
    public static bool IsKeyword(string word) => _types.Value.ContainsKey(word);

    /// <summary>True for keywords that name functions without back-quotes and mean nothing else before a
    /// parenthesis.</summary>
    internal static bool MayNameFunction(string word) => word.ToUpperInvariant() switch
    {
        "LEFT" or "RIGHT" or "GROUPING" or "INSERT" or "SOME" => true,
        "ROW" or "DESCRIPTOR" or "JSON_EXISTS" or "JSON_VALUE" or "JSON_QUERY" or "JSON_OBJECT" or "JSON_ARRAY" or "JSON_OBJECTAGG"
            or "JSON_ARRAYAGG" => false,
        _ => !IsReserved(word),
    };

    internal static bool IsReserved(int tokenType) => tokenType is >= firstReserved and <= lastReserved;

    internal static int TypeOf(string keyword) => _types.Value[keyword];

    /// <summary>The token type of a word, or -1 where it is no keyword.</summary>
    internal static int Find(ReadOnlySpan<char> word) => _typesBySpan.Value.TryGetValue(word, out var type) ? type : -1;

    static Dictionary<string, int> ReadVocabulary()
    {
        var types = new Dictionary<string, int>(lastKeyword, StringComparer.OrdinalIgnoreCase);
        for (var type = firstReserved; type <= lastKeyword; type++)
            types.Add(SqlStreamLexer.DefaultVocabulary.GetSymbolicName(type).TrimEnd('_'), type);
        return types;
    }
}
