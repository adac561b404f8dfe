using System.Text;
using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Formats.Csv;

/// <summary>The options of format <c>csv</c>.</summary>
sealed record CsvOptions
{
    /// <summary>Between fields.</summary>
    public required byte Delimiter { get; init; }

    /// <summary>Around fields, or null where quoting is off.</summary>
    public required byte? Quote { get; init; }

    /// <summary>Before characters that are to be taken as they are, or null.</summary>
    public required byte? Escape { get; init; }

    /// <summary>The unquoted text that is NULL, or null where there is none.</summary>
    public required byte[]? NullLiteral { get; init; }

    public required bool AllowComments { get; init; }

    public required bool IgnoreParseErrors { get; init; }

    public required bool TrimSpaces { get; init; }

    public required bool IgnoreTrailing { get; init; }

    public required bool AllowTrailingComma { get; init; }

    public required bool EmptyIsNull { get; init; }

    /// <summary>Files begin with a line of column names.</summary>
    public required bool Header { get; init; }

    /// <summary>The first record of a file is passed over.</summary>
    public required bool SkipsFirst { get; init; }

    public static IReadOnlyList<OptionDefinition> Definitions { get; } =
    [
        new("csv.field-delimiter", ",", "The character between fields; '\\t' is a tab.",
            Aliases: ["format.field-delimiter"]),
        new("csv.disable-quote-character", "false",
            "Fields are never quoted; large files can then be read in parallel.", ["true", "false"]),
        new("csv.quote-character", "\"", "The character around fields that hold a delimiter or a line end."),
        new("csv.allow-comments", "false", "Lines that begin with '#' are passed over.", ["true", "false"]),
        new("csv.ignore-parse-errors", "false",
            "Fields that cannot be read are NULL and malformed rows are passed over.", ["true", "false"]),
        new("csv.array-element-delimiter", ";",
            "Between the elements of an ARRAY, and between the fields of a ROW."),
        new("csv.escape-character", null, "The character that makes the next one stand for itself; none by default."),
        new("csv.null-literal", null,
            "The unquoted text that is NULL; by default only an empty field of a type that has no empty value."),
        new("csv.write-bigdecimal-in-scientific-notation", "true",
            "DECIMAL is always written without an exponent, which both values allow.", ["true", "false"]),
        new("csv.trim-spaces", "false", "Spaces around unquoted fields are passed over.", ["true", "false"]),
        new("csv.ignore-trailing-unmappable", "false", "Fields beyond the last column are passed over.",
            ["true", "false"]),
        new("csv.allow-trailing-comma", "true", "A delimiter may follow the last field.", ["true", "false"]),
        new("csv.fail-on-missing-columns", "false",
            "A row with too few fields is malformed, also with csv.ignore-parse-errors.", ["true", "false"]),
        new("csv.empty-string-as-null", "false", "An empty field is NULL, whatever its type.", ["true", "false"]),
        new("csv.ignore-first-line", "false", "The first record of a file is passed over when reading.",
            ["true", "false"]),
        new("csv.header", "false", "Files begin with the column names: written, and passed over when reading.",
            ["true", "false"]),
    ];

    public required bool FailOnMissing { get; init; }

    /// <summary>Between the elements of an ARRAY or ROW.</summary>
    public required byte[] ElementDelimiter { get; init; }

    public static CsvOptions Read(TableOptions options)
    {
        var quote = Character(options, "csv.quote-character");
        var disableQuote = options.Boolean("csv.disable-quote-character", false);
        if (disableQuote && quote is not null)
            throw ConnectorErrors.OptionsExclude(options.Find("csv.quote-character")!, "csv.disable-quote-character");
        options.Boolean("csv.write-bigdecimal-in-scientific-notation", true);
        var header = options.Boolean("csv.header", false);
        var read = new CsvOptions
        {
            Delimiter = Character(options, "csv.field-delimiter", "format.field-delimiter") ?? (byte)',',
            Quote = disableQuote ? null : quote ?? (byte)'"',
            Escape = Character(options, "csv.escape-character"),
            NullLiteral = options.Text("csv.null-literal") is { } literal ? Encoding.UTF8.GetBytes(literal) : null,
            AllowComments = options.Boolean("csv.allow-comments", false),
            IgnoreParseErrors = options.Boolean("csv.ignore-parse-errors", false),
            TrimSpaces = options.Boolean("csv.trim-spaces", false),
            IgnoreTrailing = options.Boolean("csv.ignore-trailing-unmappable", false),
            AllowTrailingComma = options.Boolean("csv.allow-trailing-comma", true),
            FailOnMissing = options.Boolean("csv.fail-on-missing-columns", false),
            EmptyIsNull = options.Boolean("csv.empty-string-as-null", false),
            Header = header,
            ElementDelimiter = ElementDelimiterOf(options),
            SkipsFirst = header || options.Boolean("csv.ignore-first-line", false),
        };
        if (read.Delimiter == read.Quote || read.Delimiter == read.Escape)
            throw ConnectErrors.InvalidOptionValue(options.Find("csv.field-delimiter") ?? options.Find(
                "csv.quote-character") ?? options.Find("csv.escape-character")!,
                "different from the other special characters");
        return read;
    }

    static byte[] ElementDelimiterOf(TableOptions options)
    {
        if (options.Find("csv.array-element-delimiter") is not { } option)
            return ";"u8.ToArray();
        return option.Value.Length > 0
            ? Encoding.UTF8.GetBytes(option.Value)
            : throw ConnectErrors.InvalidOptionValue(option, "one or more characters");
    }

    static byte? Character(TableOptions options, string key, params ReadOnlySpan<string> aliases)
    {
        if (options.Find(key, aliases) is not { } option)
            return null;
        var text = option.Value switch
        {
            "\\t" => "\t",
            "\\\\" => "\\",
            _ when option.Value.StartsWith("\\u", StringComparison.Ordinal) && option.Value.Length == 6
                && ushort.TryParse(option.Value.AsSpan(2), System.Globalization.NumberStyles.AllowHexSpecifier, null,
                    out var code) => ((char)code).ToString(),
            _ => option.Value,
        };
        if (text.Length != 1 || !char.IsAscii(text[0]) || text[0] is '\n' or '\r')
            throw ConnectErrors.InvalidOptionValue(option, "one ASCII character other than a line end");
        return (byte)text[0];
    }
}
