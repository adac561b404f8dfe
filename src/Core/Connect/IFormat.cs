namespace SqlStream.Core.Connect;

/// <summary>A way to write rows as bytes. Its options carry its name as a prefix: <c>json.ignore-parse-errors</c>. What it can be used for
/// say <see cref="IFileFormat"/> and <see cref="IMessageFormat"/>; most formats are both.</summary>
public interface IFormat
{
    /// <summary>The value of <c>'format'</c>.</summary>
    string Name { get; }

    /// <summary>Every option it knows, with the prefix.</summary>
    IReadOnlyList<OptionDefinition> Options { get; }

    /// <summary>The kinds of rows that decoding gives; append-only for plain formats.</summary>
    ChangelogMode DecodedChangelog(TableOptions options) => ChangelogMode.AppendOnly;

    /// <summary>The kinds of rows that it can write.</summary>
    ChangelogMode EncodableChangelog(TableOptions options) => DecodedChangelog(options);
}
