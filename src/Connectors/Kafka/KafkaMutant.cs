namespace SqlStream.Connectors.Kafka;

/// <summary>Deliberate breakages of the protocol with Kafka. Each must make some test fail: a test that stays green with all of them proves nothing.</summary>
/// <remarks>Inert: only tests activate one, on their own thread, for shippers that run there.</remarks>
static class KafkaMutant
{
    /// <summary>The marker is looked for before the old producer is shut out.</summary>
    public const string ReadMarkerBeforeFencing = "read-marker-before-fencing";

    /// <summary>The marker is looked for up to the first open transaction only.</summary>
    public const string ReadToStableOffset = "read-to-stable-offset";

    /// <summary>A commit whose answer does not come, or is no, is believed to have happened.</summary>
    public const string TrustLostCommit = "trust-lost-commit";

    /// <summary>A transaction whose commit failed is believed to be aborted.</summary>
    public const string TrustFailedCommit = "trust-failed-commit";

    [ThreadStatic]
    static string? _active;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [ReadMarkerBeforeFencing, ReadToStableOffset, TrustLostCommit, TrustFailedCommit];

    /// <summary>Activates a breakage for the calling thread; null for none.</summary>
    public static void Activate(string? name) => _active = name;

    /// <summary>True if that breakage is active.</summary>
    public static bool Is(string name) => _active == name;
}
