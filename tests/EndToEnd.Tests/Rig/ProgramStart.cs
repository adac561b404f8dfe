namespace SqlStream.EndToEnd.Tests.Rig;

/// <summary>How a process is started.</summary>
sealed record ProgramStart
{
    /// <summary>The arguments of <c>sqlstream</c>.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>A program, with its arguments, that starts it, such as <c>setpriv</c>.</summary>
    public IReadOnlyList<string> Prefix { get; init; } = [];

    /// <summary>Environment variables besides those of the test.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public string? WorkingDirectory { get; init; }

    /// <summary>Standard input; closed at once if null.</summary>
    public byte[]? Input { get; init; }
}
