namespace SqlStream.Broker.Protocol;

/// <summary>Which versions of a request are spoken.</summary>
/// <param name="Key">The request.</param>
/// <param name="Min">The lowest version that is advertised.</param>
/// <param name="Max">The highest version that is advertised and understood.</param>
/// <param name="FlexibleFrom">The first version with compact lengths and tagged fields, whether spoken or not.</param>
/// <param name="Implemented">The lowest version that is understood: clients judge the broker by the advertised range, and some expect
/// it to begin at 0 though they send newer versions only.</param>
sealed record ApiRange(ApiKey Key, short Min, short Max, short FlexibleFrom = short.MaxValue, short Implemented = 0)
{
    public bool Understands(short version) => version >= Math.Max(Min, Implemented) && version <= Max;
}
