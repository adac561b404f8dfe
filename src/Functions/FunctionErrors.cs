using System.Text;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Functions;

/// <summary>Every message of this layer. Errors about values have no position: the evaluator knows it.</summary>
static class FunctionErrors
{
    const int ExcerptBytes = 100;

    public static SqlException OutOfRange(SqlType type) =>
        new(SqlState.NumericValueOutOfRange, $"value is out of range for type {type.Name}");

    public static SqlException NumberOutOfRange(string value, SqlType type) =>
        new(SqlState.NumericValueOutOfRange, $"value {value} is out of range for type {type.Name}", "Use TRY_CAST to get NULL instead.");

    public static SqlException TextOutOfRange(ReadOnlySpan<byte> text, SqlType type) =>
        new(SqlState.NumericValueOutOfRange, $"value {Quote(text)} is out of range for type {type.Name}", "Use TRY_CAST to get NULL instead.");

    public static SqlException DivisionByZero() => new(SqlState.DivisionByZero, "division by zero");

    public static SqlException SeveralRows(long rows) =>
        new(SqlState.CardinalityViolation, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"sub-query gives {rows} rows where one value stands"), "Restrict it to one row, or use IN.",
            "Its value is needed while it has several.");

    public static SqlException InvalidText(ReadOnlySpan<byte> text, SqlType type) =>
        new(SqlState.InvalidCharacterValueForCast, $"invalid input for type {type.Name}: {Quote(text)}", "Use TRY_CAST to get NULL instead.");

    public static SqlException InvalidDatetime(ReadOnlySpan<byte> text, SqlType type) =>
        new(SqlState.InvalidDatetimeFormat, $"invalid input for type {type.Name}: {Quote(text)}", "Use TRY_CAST to get NULL instead.");

    public static SqlException DatetimeOutOfRange(SqlType type) =>
        new(SqlState.DatetimeFieldOverflow, $"value is out of range for type {type.Name}", detail: "Years go from 0001 to 9999.");

    public static SqlException InvalidUtf8() =>
        new(SqlState.InvalidCharacterValueForCast, "bytes are no valid UTF-8", "Use TRY_CAST to get NULL instead.");

    public static SqlException SeriesStep(SourceSpan span) => At(
        span, SqlState.InvalidParameterValue, "step of GENERATE_SERIES is 0", "A series goes up or down.");

    public static SqlException JsonKind(string function, string wanted, ReadOnlySpan<byte> text) =>
        new(SqlState.InvalidParameterValue, $"{function} needs a JSON {wanted}, not {Quote(text)}",
            $"Test it before: {function}(CASE WHEN x IS JSON {wanted.ToUpperInvariant()} THEN x END) gives no rows for others.");

    public static SqlException EscapeTooLong(SourceSpan span, string name = "LIKE") => At(
        span, SqlState.InvalidEscapeSequence, $"escape of {name} must be a single character");

    public static SqlException InvalidEscape(SourceSpan span) => At(
        span, SqlState.InvalidEscapeSequence, "escape in pattern of LIKE must stand before \"%\", \"_\" or itself");

    public static SqlException InvalidPattern(SourceSpan span, string pattern, int position, string reason) => At(
        span, SqlState.InvalidRegularExpression, $"regular expression \"{Shorten(pattern)}\" is not valid at position {position}: {reason}");

    public static SqlException PatternNotSupported(SourceSpan span, string pattern, int position, string construct) => At(
        span, SqlState.InvalidRegularExpression, $"regular expression \"{Shorten(pattern)}\" is not supported at position {position}: {construct}",
        "Regular expressions are Java's; what cannot be matched exactly as in Java is refused.");

    public static SqlException PatternTimeout(string pattern, int seconds) =>
        new(SqlState.QueryCanceled, $"matching of regular expression \"{Shorten(pattern)}\" took longer than {seconds} s for one value",
            "Avoid repetitions of repetitions such as (a+)+, or make them possessive: (a+)++.");

    public static SqlException DateLetterNotSupported(SourceSpan span, string pattern, int position) => At(
        span, SqlState.InvalidParameterValue,
        $"letter \"{pattern[position]}\" at position {position + 1} of date pattern \"{pattern}\" is not supported",
        "Letters are G y u Y D M L Q q d w E e c a H k K h m s S n N A V z O X x Z; text stands in single quotes.");

    public static SqlException DatePatternNotSupported(SourceSpan span, string pattern, int position, string reason) =>
        At(
        span, SqlState.InvalidParameterValue, $"date pattern \"{pattern}\" is not valid at position {position + 1}: {reason}");

    public static SqlException ZoneNotKnown(SourceSpan span, SqlType type) => At(
        span, SqlState.InvalidParameterValue, $"date pattern has a time zone, which {type.Name} has not", "Cast the time to TIMESTAMP_LTZ.");

    public static SqlException UnitNotSupported(SourceSpan span, string function, string unit, SqlType type) => At(
        span, SqlState.InvalidParameterValue, $"unit {unit} does not fit function {function} over {type.Name}");

    public static SqlException PrecisionNotSupported(SourceSpan span, string function) => At(
        span, SqlState.InvalidParameterValue, $"precision of {function} must be 0 (seconds) or 3 (milliseconds)");

    public static SqlException ArgumentNotConstant(SourceSpan span, string argument, string function) => At(
        span, SqlState.InvalidParameterValue, $"{argument} of {function} must be a constant that is not NULL");

    public static SqlException PercentageOutOfRange(SourceSpan span) => At(
        span, SqlState.InvalidParameterValue, "percentage of PERCENTILE must be from 0 to 1");

    public static SqlException BoundNotPositive(int bound) =>
        new(SqlState.InvalidParameterValue, $"bound of RAND_INTEGER must be positive, not {bound}");

    public static SqlException CharsetNotSupported(ReadOnlySpan<byte> name) =>
        new(SqlState.InvalidParameterValue, $"character set {Quote(name)} is not supported",
            "Character sets are US-ASCII, ISO-8859-1, UTF-8, UTF-16BE, UTF-16LE and UTF-16.");

    public static SqlException InvalidBase64(ReadOnlySpan<byte> text) =>
        new(SqlState.InvalidCharacterValueForCast, $"invalid Base64: {Quote(text)}");

    public static SqlException NoText(string function) =>
        new(SqlState.CharacterNotInRepertoire, $"result of {function} is no valid UTF-8");

    public static SqlException IndexOutOfRange(string function, string index, int max) =>
        new(SqlState.InvalidParameterValue, $"index {index} of {function} is out of range: from 1 to {max}");

    public static SqlException HashLengthNotSupported(SourceSpan span, string length) => At(
        span, SqlState.InvalidParameterValue, $"hash length {length} of SHA2 is not supported", "Lengths are 224, 256, 384 and 512.");

    public static SqlException FormatNotSupported(SourceSpan span, char conversion) => At(
        span, SqlState.InvalidParameterValue, $"conversion \"%{conversion}\" of PRINTF is not supported",
        "Conversions are b, c, d, e, f, n, o, s, x and %.");

    public static SqlException UndefinedTimeZone(SourceSpan span, string name) => At(
        span, SqlState.InvalidParameterValue, $"time zone \"{Shorten(name)}\" does not exist",
        "Write a name such as Europe/Berlin or an offset such as GMT+01:00.");

    public static SqlException InvalidJsonPath(SourceSpan span, string path, int position, string reason) => At(
        span, SqlState.InvalidParameterValue, $"JSON path \"{Shorten(path)}\" is not valid at position {position}: {reason}");

    public static SqlException JsonPathNotSupported(SourceSpan span, string path, int position, string construct) => At(
        span, SqlState.InvalidParameterValue, $"JSON path \"{Shorten(path)}\" is not supported at position {position}: {construct}");

    public static SqlException JsonFailed(string function) => new(
        SqlState.DataException, $"{function} found no value of the kind that was asked for",
        "Use NULL or DEFAULT, ON EMPTY and ON ERROR, to get a value instead.");

    public static SqlException InvalidJson(ReadOnlySpan<byte> text) =>
        new(SqlState.InvalidCharacterValueForCast, $"invalid JSON: {Quote(text)}");

    public static SqlException DuplicateJsonKey(string key) =>
        new(SqlState.DataException, $"key {Shorten(key)} occurs more than once in JSON_OBJECTAGG");

    public static SqlException NullJsonKey() => new(SqlState.NullValueNotAllowed, "key of JSON_OBJECTAGG is NULL");

    public static SqlException ResultTooLong(string function) =>
        new(SqlState.ConfigurationLimitExceeded, $"result of {function} is longer than {Scalar.Strings.TextLimits.BytesMax} bytes");

    public static SqlException ArrayIndex(SourceSpan span, string index) => At(
        span, SqlState.ArraySubscriptError, $"index {index} of an array is out of range", "The first element has index 1.");

    public static SqlException NotASingleElement(int count) =>
        new(SqlState.CardinalityViolation, $"argument of ELEMENT has {count} elements", "It must have one element, or none.");

    public static SqlException KeysAndValuesDiffer(int keys, int values) =>
        new(SqlState.InvalidParameterValue, $"arguments of MAP_FROM_ARRAYS have different lengths, {keys} and {values}");

    public static SqlException DelimiterNotConstant(SourceSpan span) => At(
        span, SqlState.InvalidParameterValue, "delimiters of STR_TO_MAP must be constants");

    public static SqlException DelimiterNotPlain(SourceSpan span, string pattern) => At(
        span, SqlState.FeatureNotSupported, $"regular expression \"{pattern}\" as a delimiter of STR_TO_MAP is not supported",
        "Write a backslash before special characters to mean them as they are.");

    static SqlException At(SourceSpan span, string state, string message, string? hint = null) =>
        new(new Diagnostic(state, message, span, null, hint));

    static string Shorten(string text) => text.Length <= ExcerptBytes ? text : text[..ExcerptBytes] + "...";

    static string Quote(ReadOnlySpan<byte> text)
    {
        var cut = text.Length > ExcerptBytes;
        return $"\"{Encoding.UTF8.GetString(cut ? text[..ExcerptBytes] : text)}{(cut ? "..." : "")}\"";
    }
}
