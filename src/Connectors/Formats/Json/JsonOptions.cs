using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Formats.Json;

/// <summary>The options of the formats that write a row as a JSON object.</summary>
/// <param name="FailOnMissingField">A property that is not there makes the row malformed; else it is NULL.</param>
/// <param name="IgnoreParseErrors">Values that do not fit are NULL, malformed rows are passed over.</param>
/// <param name="IsIso">Date and time are separated by <c>T</c>, not by a space.</param>
/// <param name="IgnoreNullFields">Properties that are NULL are not written.</param>
/// <param name="NullKeys">What becomes of an entry of a MAP whose key is NULL.</param>
/// <param name="NullKeyLiteral">The key that stands for NULL.</param>
/// <param name="Format">The name of the format, for messages.</param>
sealed record JsonOptions(
    bool FailOnMissingField,
    bool IgnoreParseErrors,
    bool IsIso,
    bool IgnoreNullFields,
    NullKeyMode NullKeys,
    string NullKeyLiteral,
    string Format)
{
    /// <summary>The definitions, for a format of that name.</summary>
    public static IReadOnlyList<OptionDefinition> Definitions(string format) =>
    [
        new($"{format}.fail-on-missing-field", "false",
            "A missing field makes the row malformed; otherwise it is NULL.", ["true", "false"]),
        new($"{format}.ignore-parse-errors", "false",
            "Fields that cannot be read are NULL and malformed rows are passed over.", ["true", "false"]),
        new($"{format}.timestamp-format.standard", "SQL",
            "SQL: '2026-01-31 10:00:00.5'. ISO-8601: '2026-01-31T10:00:00.5'.", ["SQL", "ISO-8601"]),
        new($"{format}.map-null-key.mode", "FAIL",
            "What a NULL key of a MAP becomes when written: an error, nothing, or the literal.", ["FAIL", "DROP", "LITERAL"]),
        new($"{format}.map-null-key.literal", "null", "The key that stands for a NULL key."),
        new($"{format}.encode.decimal-as-plain-number", "true",
            "DECIMAL is always written without an exponent, which both values allow.", ["true", "false"]),
        new($"{format}.encode.ignore-null-fields", "false", "Fields that are NULL are not written.", ["true", "false"]),
    ];

    /// <summary>The definitions for formats in which a field may always be missing.</summary>
    public static IReadOnlyList<OptionDefinition> LenientDefinitions(string format) =>
        [.. Definitions(format).Where(definition => definition.Key != $"{format}.fail-on-missing-field")];

    /// <summary>Reads the options of a format of that name.</summary>
    public static JsonOptions Read(TableOptions options, string format)
    {
        var failOnMissing = options.Boolean($"{format}.fail-on-missing-field", false);
        var ignoreErrors = options.Boolean($"{format}.ignore-parse-errors", false);
        if (failOnMissing && ignoreErrors)
            throw ConnectorErrors.OptionsExclude(
                options.Find($"{format}.fail-on-missing-field")!, $"{format}.ignore-parse-errors");
        var standard = options.Choice($"{format}.timestamp-format.standard", "SQL", "SQL", "ISO-8601");
        var nullKeys = options.Choice($"{format}.map-null-key.mode", "FAIL", "FAIL", "DROP", "LITERAL") switch
        {
            "FAIL" => NullKeyMode.Fail,
            "DROP" => NullKeyMode.Drop,
            _ => NullKeyMode.Literal,
        };
        options.Boolean($"{format}.encode.decimal-as-plain-number", true);
        return new JsonOptions(failOnMissing, ignoreErrors, standard == "ISO-8601",
            options.Boolean($"{format}.encode.ignore-null-fields", false), nullKeys,
            options.Text($"{format}.map-null-key.literal") ?? "null", format);
    }
}

/// <summary>What becomes of an entry of a MAP whose key is NULL when it is written.</summary>
enum NullKeyMode
{
    Fail,
    Drop,
    Literal,
}
