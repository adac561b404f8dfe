using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Engine.UserFunctions;

/// <summary>The built-in functions and those of the program. Thread-safe: a statement sees what is registered when it is planned.</summary>
sealed class UserFunctionCatalog(IFunctionCatalog builtin) : IFunctionCatalog
{
    readonly Lock _lock = new();
    readonly ConcurrentDictionary<string, UserScalarFunction> _scalars = new(StringComparer.OrdinalIgnoreCase);
    readonly ConcurrentDictionary<string, TableFunction> _tables = new(StringComparer.OrdinalIgnoreCase);
    readonly ConcurrentDictionary<string, AggregateFunction> _aggregates = new(StringComparer.OrdinalIgnoreCase);

    public IEnumerable<string> Names => builtin.Names.Concat(_scalars.Keys).Concat(_aggregates.Keys).Concat(_tables.Keys).Order(StringComparer.Ordinal);

    public IEnumerable<string> TableNames => builtin.TableNames.Concat(_tables.Keys);

    /// <summary>Adds a scalar function.</summary>
    public void Add(UserScalarOverload function)
    {
        lock (_lock)
        {
            EnsureFree(function.Name);
            if (_aggregates.ContainsKey(function.Name) || _tables.ContainsKey(function.Name))
                throw UserFunctionErrors.OtherKind(function.Name);
            _scalars[function.Name] = _scalars.TryGetValue(function.Name, out var known) ? known.With(function) : new UserScalarFunction(function.Name, [function]);
        }
    }

    /// <summary>Adds an aggregate function.</summary>
    public void Add(AggregateFunction function)
    {
        lock (_lock)
        {
            EnsureFree(function.Name);
            if (_scalars.ContainsKey(function.Name) || _tables.ContainsKey(function.Name))
                throw UserFunctionErrors.OtherKind(function.Name);
            if (!_aggregates.TryAdd(function.Name, function))
                throw UserFunctionErrors.Exists(function.Signature);
        }
    }

    /// <summary>Adds a table function.</summary>
    public void Add(TableFunction function)
    {
        lock (_lock)
        {
            EnsureFree(function.Name);
            if (_scalars.ContainsKey(function.Name) || _aggregates.ContainsKey(function.Name))
                throw UserFunctionErrors.OtherKind(function.Name);
            if (!_tables.TryAdd(function.Name, function))
                throw UserFunctionErrors.Exists(function.Signature);
        }
    }

    /// <summary>A name as functions have it.</summary>
    public static string NameOf(string name) =>
        !string.IsNullOrEmpty(name) && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
            ? name.ToUpperInvariant()
            : throw UserFunctionErrors.InvalidName(name);

    public bool TryGetScalar(string name, [NotNullWhen(true)] out ScalarFunction? function)
    {
        if (builtin.TryGetScalar(name, out function))
            return true;
        var found = _scalars.TryGetValue(name, out var known);
        function = known;
        return found;
    }

    public bool TryGetAggregate(string name, [NotNullWhen(true)] out AggregateFunction? function) =>
        builtin.TryGetAggregate(name, out function) || _aggregates.TryGetValue(name, out function);

    public bool TryGetTable(string name, [NotNullWhen(true)] out TableFunction? function) =>
        builtin.TryGetTable(name, out function) || _tables.TryGetValue(name, out function);

    public bool TryGetClass(string className, [NotNullWhen(true)] out ScalarFunction? function) => builtin.TryGetClass(className, out function);

    public ScalarCall? PlanCast(ArgumentInfo from, SqlType to, bool isTry) => builtin.PlanCast(from, to, isTry);

    void EnsureFree(string name)
    {
        if (builtin.TryGetScalar(name, out _) || builtin.TryGetAggregate(name, out _) || builtin.TryGetTable(name, out _))
            throw UserFunctionErrors.BuiltIn(name);
    }
}
