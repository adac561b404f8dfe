using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Aggregate;
using SqlStream.Functions.Casts;
using SqlStream.Functions.Scalar.Collections;
using SqlStream.Functions.Scalar.Conditional;
using SqlStream.Functions.Scalar.Json;
using SqlStream.Functions.Scalar.Numbers;
using SqlStream.Functions.Scalar.Operators;
using SqlStream.Functions.Scalar.Patterns;
using SqlStream.Functions.Scalar.Strings;
using SqlStream.Functions.Scalar.Time;
using SqlStream.Functions.Table;

namespace SqlStream.Functions;

/// <summary>The catalog of the functions, operators, casts and aggregates that are built in. Immutable and
/// thread-safe.</summary>
public sealed class BuiltinFunctions : IFunctionCatalog
{
    readonly FrozenDictionary<string, ScalarFunction> _scalars;
    readonly FrozenDictionary<string, AggregateFunction> _aggregates;
    readonly FrozenDictionary<string, TableFunction> _tables;
    readonly FrozenDictionary<string, ScalarFunction> _classes;

    BuiltinFunctions()
    {
        Scalars =
        [
            .. OperatorFunctions.All, .. StringFunctions.All, .. PatternFunctions.All, .. NumberFunctions.All, .. TimeFunctions.All,
            .. ConditionalFunctions.All, .. CollectionFunctions.All, .. JsonFunctions.All,
        ];
        Aggregates = [.. AggregateFunctions.All];
        Tables = [.. TableFunctions.All];
        Classes = [("com.github.nexmark.flink.udf.CountChar", new CountCharFunction())];
        _scalars = Scalars.ToFrozenDictionary(function => function.Name, StringComparer.OrdinalIgnoreCase);
        _aggregates = Aggregates.ToFrozenDictionary(function => function.Name, StringComparer.OrdinalIgnoreCase);
        _tables = Tables.ToFrozenDictionary(function => function.Name, StringComparer.OrdinalIgnoreCase);
        _classes = Classes.ToFrozenDictionary(known => known.ClassName, known => known.Function, StringComparer.Ordinal);
        Names = [.. Scalars.Select(function => function.Name).Concat(Aggregates.Select(function => function.Name))
            .Concat(TableNames).Where(IsWord).Order(StringComparer.Ordinal)];
    }

    /// <summary>The only instance.</summary>
    public static BuiltinFunctions Instance { get; } = new();

    /// <summary>All scalar functions and operators.</summary>
    public IReadOnlyList<ScalarFunction> Scalars { get; }

    /// <summary>All aggregate functions.</summary>
    public IReadOnlyList<AggregateFunction> Aggregates { get; }

    /// <summary>All table functions.</summary>
    public IReadOnlyList<TableFunction> Tables { get; }

    /// <summary>Java classes that scripts name in CREATE FUNCTION, and what stands in for each.</summary>
    public IReadOnlyList<(string ClassName, ScalarFunction Function)> Classes { get; }

    /// <inheritdoc/>
    public IEnumerable<string> Names { get; }

    /// <inheritdoc/>
    public IEnumerable<string> TableNames => Tables.Select(function => function.Name);

    /// <inheritdoc/>
    public bool TryGetScalar(string name, [NotNullWhen(true)] out ScalarFunction? function) =>
        _scalars.TryGetValue(name, out function);

    /// <inheritdoc/>
    public bool TryGetAggregate(string name, [NotNullWhen(true)] out AggregateFunction? function) =>
        _aggregates.TryGetValue(name, out function);

    /// <inheritdoc/>
    public bool TryGetTable(string name, [NotNullWhen(true)] out TableFunction? function) =>
        _tables.TryGetValue(name, out function);

    /// <inheritdoc/>
    public bool TryGetClass(string className, [NotNullWhen(true)] out ScalarFunction? function) =>
        _classes.TryGetValue(className, out function);

    /// <inheritdoc/>
    public ScalarCall? PlanCast(ArgumentInfo from, SqlType to, bool isTry) => CastPlanner.Plan(from.Type, to, isTry);

    // What is no name is an operator, and so is what has a space in it (IS NULL).
    static bool IsWord(string name) =>
        name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && name is not ("NOT" or "LIKE" or "NEGATE");
}
