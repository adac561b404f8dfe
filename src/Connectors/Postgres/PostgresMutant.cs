namespace SqlStream.Connectors.Postgres;

/// <summary>Deliberate breakages of the protocol with PostgreSQL. Each must make some test fail.</summary>
/// <remarks>Inert: only tests activate one, on their own thread, for shippers that run there.</remarks>
static class PostgresMutant
{
    /// <summary>Older processes are not shut out.</summary>
    public const string NoFence = "no-fence";

    /// <summary>The marker is written in a transaction of its own.</summary>
    public const string MarkerApart = "marker-apart";

    /// <summary>Changes of a key are applied as they came, the first one counting.</summary>
    public const string FirstChangeWins = "first-change-wins";

    [ThreadStatic]
    static string? _active;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [NoFence, MarkerApart, FirstChangeWins];

    /// <summary>Activates a breakage for the calling thread; null for none.</summary>
    public static void Activate(string? name) => _active = name;

    /// <summary>True if that breakage is active.</summary>
    public static bool Is(string name) => _active == name;
}
