using SqlStream.Core.Functions;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>The functions on strings.</summary>
static class StringFunctions
{
    public static IReadOnlyList<ScalarFunction> All { get; } =
    [
        new ConcatFunction("||", 2, 2),
        new ConcatFunction("CONCAT", 1, int.MaxValue),
        new ConcatWsFunction(),
        new LikeFunction(),
        CaseFunctions.Upper(),
        CaseFunctions.Lower(),
        InitcapFunction.Create(),
        LengthFunctions.Characters("CHAR_LENGTH"),
        LengthFunctions.Characters("CHARACTER_LENGTH"),
        LengthFunctions.Octets(),
        SubstringFunctions.Substring("SUBSTRING"),
        SubstringFunctions.Substring("SUBSTR"),
        SubstringFunctions.Left(),
        SubstringFunctions.Right(),
        SearchFunctions.Position(),
        SearchFunctions.Locate(),
        SearchFunctions.Instr(),
        SearchFunctions.StartsWith(),
        SearchFunctions.EndsWith(),
        TrimFunctions.Trim(),
        TrimFunctions.Left(),
        TrimFunctions.Right(),
        TrimFunctions.Both(),
        PadFunctions.Left(),
        PadFunctions.Right(),
        RepeatFunction.Create(),
        ReplaceFunction.Create(),
        ReverseFunction.Create(),
        OverlayFunction.Create(),
        SplitIndexFunction.Create(),
        CharacterFunctions.Code(),
        CharacterFunctions.Character(),
        DigestFunction.Md5(),
        DigestFunction.Sha1(),
        DigestFunction.Sha256(),
        DigestFunction.Sha384(),
        DigestFunction.Sha512(),
    ];
}
