using System.Diagnostics.CodeAnalysis;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Planner.Catalog;

namespace SqlStream.Engine.UserFunctions;

/// <summary>The functions of the engine, and those that a catalog names as classes of assemblies. For one statement.</summary>
sealed class SessionFunctions(IFunctionCatalog engine, FunctionAssemblies assemblies, ICatalog catalog) : IFunctionCatalog
{
    public IEnumerable<string> Names => engine.Names;

    public IEnumerable<string> TableNames => engine.TableNames;

    public bool TryGetScalar(string name, [NotNullWhen(true)] out ScalarFunction? function) => engine.TryGetScalar(name, out function) || TryFind(name, out function);

    public bool TryGetAggregate(string name, [NotNullWhen(true)] out AggregateFunction? function) => engine.TryGetAggregate(name, out function) || TryFind(name, out function);

    public bool TryGetTable(string name, [NotNullWhen(true)] out TableFunction? function) => engine.TryGetTable(name, out function) || TryFind(name, out function);

    public bool TryGetClass(string className, [NotNullWhen(true)] out ScalarFunction? function)
    {
        if (engine.TryGetClass(className, out function))
            return true;
        function = catalog.Functions.FirstOrDefault(known => known.ClassName == className && FunctionAssemblies.Has(known)) is { } definition
            ? assemblies.Find(definition) as ScalarFunction
            : null;
        return function is not null;
    }

    public ScalarCall? PlanCast(ArgumentInfo from, SqlType to, bool isTry) => engine.PlanCast(from, to, isTry);

    // A function that the engine has goes first, unless a system function hides it.
    bool TryFind<T>(string name, [NotNullWhen(true)] out T? function)
        where T : class
    {
        var own = new ObjectName(catalog.CurrentCatalog, catalog.CurrentDatabase, name);
        var system = new ObjectName(FunctionDefinition.SystemScope, FunctionDefinition.SystemScope, name);
        var definition = catalog.FindFunction(system, temporary: true) ?? catalog.FindFunction(own, temporary: true) ?? catalog.FindFunction(own, temporary: false);
        function = definition is not null && FunctionAssemblies.Has(definition) ? assemblies.Find(definition) as T : null;
        return function is not null;
    }
}
