using SqlStream.Core.Connect;
using SqlStream.Core.Functions;
using SqlStream.Planner.Catalog;

namespace SqlStream.Planner;

/// <summary>Everything that planning a statement depends on.</summary>
/// <param name="Catalog">Tables and views.</param>
/// <param name="Connectors">Connectors and formats.</param>
/// <param name="Functions">Functions, operators and casts.</param>
/// <param name="Options">What SET has set.</param>
/// <param name="Session">Time zone and clock, for constants that are computed at plan time.</param>
public sealed record PlannerContext(
    ICatalog Catalog, IConnectorCatalog Connectors, IFunctionCatalog Functions, SessionOptions Options, SessionContext Session)
{
    /// <summary>Functions, operators and casts, with those that the catalog names.</summary>
    public IFunctionCatalog Functions
    {
        get => FunctionsOf?.Invoke(field, Catalog) ?? field;
        init;
    } = Functions;

    /// <summary>Adds the functions that a catalog names to others; null where it names none that can be called.</summary>
    public Func<IFunctionCatalog, ICatalog, IFunctionCatalog>? FunctionsOf { get; init; }
}
