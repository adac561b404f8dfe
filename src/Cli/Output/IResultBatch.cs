using System.Text.Json;
using SqlStream.Core.Rows;

namespace SqlStream.Cli.Output;

/// <summary>Some rows of a result, on their way to who writes them.</summary>
interface IResultBatch : IDisposable
{
    /// <summary>How many.</summary>
    int Rows { get; }

    /// <summary>The rows as text, without the first <paramref name="skip"/>; null stands for NULL.</summary>
    IEnumerable<(RowKind Kind, string?[] Values)> Texts(int skip = 0);

    /// <summary>The rows as JSON: <paramref name="write"/> is given the kind of each and what writes its columns as properties.</summary>
    void Json(Action<RowKind, Action<Utf8JsonWriter>> write);
}
