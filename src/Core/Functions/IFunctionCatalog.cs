using System.Diagnostics.CodeAnalysis;
using SqlStream.Core.Types;

namespace SqlStream.Core.Functions;

/// <summary>Functions by name; names are compared without regard to case.</summary>
public interface IFunctionCatalog
{
    /// <summary>Finds a scalar function or operator.</summary>
    bool TryGetScalar(string name, [NotNullWhen(true)] out ScalarFunction? function);

    /// <summary>Finds an aggregate function.</summary>
    bool TryGetAggregate(string name, [NotNullWhen(true)] out AggregateFunction? function);

    /// <summary>Finds a table function.</summary>
    bool TryGetTable(string name, [NotNullWhen(true)] out TableFunction? function);

    /// <summary>Finds the scalar function that stands in for a Java class of CREATE FUNCTION; the name is compared with regard to case.</summary>
    bool TryGetClass(string className, [NotNullWhen(true)] out ScalarFunction? function);

    /// <summary>Plans a cast, or returns null if there is none between the types. The result has the nullability of what is
    /// cast; with <paramref name="isTry"/> it is nullable, and failure gives NULL.</summary>
    ScalarCall? PlanCast(ArgumentInfo from, SqlType to, bool isTry);

    /// <summary>The names of the table functions.</summary>
    IEnumerable<string> TableNames { get; }

    /// <summary>All names, for hints and SHOW FUNCTIONS; operators are left out.</summary>
    IEnumerable<string> Names { get; }
}
