using SqlStream.Core.Diagnostics;

namespace SqlStream.Testing.Simulation;

/// <summary>Decides from a seed where the outside fails. Every run ends: there is only so much bad luck.</summary>
public sealed class SimFaults(Random random)
{
    readonly Dictionary<string, int> _permille = [];

    /// <summary>Faults that may still happen.</summary>
    public int Left { get; set; }

    /// <summary>Faults that happened, for messages.</summary>
    public List<string> Happened { get; } = [];

    /// <summary>Sets how often, in a thousand, a kind of fault happens.</summary>
    public SimFaults With(string kind, int permille)
    {
        _permille[kind] = permille;
        return this;
    }

    /// <summary>True if the fault happens now.</summary>
    public bool Strikes(string kind)
    {
        var chance = _permille.GetValueOrDefault(kind);
        if (chance == 0 || Left <= 0 || random.Next(1000) >= chance)
            return false;
        Left--;
        Happened.Add(kind);
        return true;
    }

    /// <summary>Throws if the fault happens now.</summary>
    public void MayFail(string kind, string sqlState = SqlState.IoError)
    {
        if (Strikes(kind))
            throw new ExternalException($"simulated fault: {kind}", random.Next(4) == 0 ? Retry.Now : Retry.Backoff, sqlState);
    }
}
