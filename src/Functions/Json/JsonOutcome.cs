namespace SqlStream.Functions.Json;

/// <summary>What a path found.</summary>
enum JsonOutcome
{
    /// <summary>Nothing, or null.</summary>
    Empty,

    /// <summary>The text is no JSON, or a strict path leads nowhere.</summary>
    Error,

    /// <summary>A string, number or boolean.</summary>
    Scalar,

    /// <summary>An object or array, or the list of what a path with several ends found.</summary>
    Structure,
}
