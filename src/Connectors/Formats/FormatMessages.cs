namespace SqlStream.Connectors.Formats;

/// <summary>What is wrong with a row, where more than one format says it.</summary>
static class FormatMessages
{
    public const string InvalidUtf8 = "the row is not valid UTF-8";

    public static string MissingValue(string column) => $"column \"{column}\" is NOT NULL and has no value";

    public static string TooLong(long bytesMax) =>
        $"the row is longer than {Core.Connect.MemorySizes.Format(bytesMax)} ('max-record-size')";
}
