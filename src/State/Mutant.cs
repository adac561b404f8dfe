namespace SqlStream.State;

/// <summary>Deliberate breakages of the protocols. Each must make some test fail: a test that stays green with all of them proves
/// nothing.</summary>
/// <remarks>Inert: only tests activate one, on their own thread, for simulations that run there.</remarks>
static class Mutant
{
    /// <summary>What an epoch changed is lost when the checkpoint before it has failed.</summary>
    public const string DropStateOfFailedCheckpoint = "drop-state-of-failed-checkpoint";

    /// <summary>A sealed layer is forgotten before the backend holds it.</summary>
    public const string EvictSealedLayer = "evict-sealed-layer";

    /// <summary>A subtask seals only after it has read rows behind the barrier.</summary>
    public const string SealBehindBarrier = "seal-behind-barrier";

    /// <summary>Inputs are read on although their barrier has come.</summary>
    public const string SkipAlignment = "skip-alignment";

    /// <summary>Splits found behind a barrier get into its checkpoint.</summary>
    public const string TakeSplitsBehindBarrier = "take-splits-behind-barrier";

    /// <summary>Splits are read before everybody downstream knows of them.</summary>
    public const string AssignUnannounced = "assign-unannounced";

    /// <summary>The shipper delivers what the marker says is delivered.</summary>
    public const string IgnoreMarker = "ignore-marker";

    /// <summary>The marker is not compared with the checkpoint.</summary>
    public const string SkipMarkerCheck = "skip-marker-check";

    /// <summary>After a failed delivery the marker is not read again.</summary>
    public const string TrustFailedDelivery = "trust-failed-delivery";

    /// <summary>An epoch is delivered before its checkpoint is durable.</summary>
    public const string ShipBeforeCheckpoint = "ship-before-checkpoint";

    [ThreadStatic]
    static string? _active;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        DropStateOfFailedCheckpoint, EvictSealedLayer, SealBehindBarrier, SkipAlignment, TakeSplitsBehindBarrier, AssignUnannounced, IgnoreMarker,
        SkipMarkerCheck, TrustFailedDelivery, ShipBeforeCheckpoint,
    ];

    /// <summary>Activates a breakage for the calling thread; null for none.</summary>
    public static void Activate(string? name) => _active = name;

    /// <summary>True if that breakage is active.</summary>
    public static bool Is(string name) => _active == name;
}
