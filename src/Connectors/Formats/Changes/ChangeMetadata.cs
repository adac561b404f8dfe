using SqlStream.Core.Connect;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Formats.Changes;

/// <summary>How a piece of metadata is written in the envelope of a change.</summary>
enum ChangeMetadataForm
{
    /// <summary>As a value of its type.</summary>
    Plain,

    /// <summary>A number of milliseconds since 1970.</summary>
    Millis,

    /// <summary>A number of seconds since 1970.</summary>
    Seconds,

    /// <summary>Date and time, with a space or a <c>T</c> between them.</summary>
    Text,
}

/// <summary>A piece of metadata that the envelope of a change holds.</summary>
/// <param name="Key">Its name in METADATA FROM.</param>
/// <param name="Type">Its type.</param>
/// <param name="Property">Which of the properties that the decoder looks for holds it.</param>
/// <param name="Form">How it is written.</param>
sealed record ChangeMetadata(string Key, SqlType Type, int Property, ChangeMetadataForm Form = ChangeMetadataForm.Plain)
{
    /// <summary>What tables may ask for.</summary>
    public static IReadOnlyList<MetadataDefinition> Definitions(IEnumerable<ChangeMetadata> metadata) =>
        [.. metadata.Select(item => new MetadataDefinition(item.Key, item.Type))];
}
