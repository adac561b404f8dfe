using System.Diagnostics.CodeAnalysis;

namespace SqlStream.Core.Functions;

/// <summary>Functions by name; names are compared without regard to case.</summary>
public interface IFunctionCatalog
{
    /// <summary>Finds a scalar function or operator.</summary>
    bool TryGetScalar(string name, [NotNullWhen(true)] out ScalarFunction? function);

    /// <summary>Finds an aggregate function.</summary>
    bool TryGetAggregate(string name, [NotNullWhen(true)] out AggregateFunction? function);

    /// <summary>All names, for hints and SHOW FUNCTIONS; operators are left out.</summary>
    IEnumerable<string> Names { get; }
}
