using System.Diagnostics.CodeAnalysis;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions;

namespace SqlStream.Planner.Tests.Doubles;

/// <summary>The built-in functions, and a few more with the simplest types and kernels.</summary>
sealed class TestFunctions : IFunctionCatalog
{
    readonly Dictionary<string, ScalarFunction> _scalars = new(StringComparer.OrdinalIgnoreCase);
    readonly Dictionary<string, AggregateFunction> _aggregates = new(StringComparer.OrdinalIgnoreCase);

    TestFunctions()
    {
        Add(new TestScalar("||", 2, Strings, _ => SqlType.String, args => (string)args[0]! + (string)args[1]!));
        Add(new TestScalar("LIKE", 2, Strings, _ => SqlType.Boolean, args => Equals(args[0], args[1])));
        Add(new TestScalar("UPPER", 1, Strings, _ => SqlType.String, args => ((string)args[0]!).ToUpperInvariant()));
        Add(new TestScalar("RAND", 0, types => types, _ => SqlType.Double.WithNullability(false), _ => 0.5, deterministic: false));
        Add(new TestScalar("TO_TIMESTAMP_LTZ", 2, types => [SqlType.BigInt, SqlType.Int], _ => SqlType.TimestampLtz(3), args => (long)args[0]! * 1000));
        foreach (var name in new[] { "COUNT", "SUM", "MIN", "MAX", "AVG", "FIRST_ARRIVED" })
            _aggregates.Add(name, new TestAggregate(name));
    }

    public static TestFunctions Instance { get; } = new();

    public IEnumerable<string> Names => BuiltinFunctions.Instance.Names
        .Concat(_scalars.Keys).Concat(_aggregates.Keys).Where(name => name.All(c => char.IsAsciiLetter(c) || c == '_')).Distinct();

    public bool TryGetScalar(string name, [NotNullWhen(true)] out ScalarFunction? function) =>
        BuiltinFunctions.Instance.TryGetScalar(name, out function) || _scalars.TryGetValue(name, out function);

    public bool TryGetAggregate(string name, [NotNullWhen(true)] out AggregateFunction? function) =>
        BuiltinFunctions.Instance.TryGetAggregate(name, out function) || _aggregates.TryGetValue(name, out function);

    public bool TryGetTable(string name, [NotNullWhen(true)] out TableFunction? function) =>
        BuiltinFunctions.Instance.TryGetTable(name, out function);

    public IEnumerable<string> TableNames => BuiltinFunctions.Instance.TableNames;

    public bool TryGetClass(string className, [NotNullWhen(true)] out ScalarFunction? function) =>
        BuiltinFunctions.Instance.TryGetClass(className, out function);

    public ScalarCall? PlanCast(ArgumentInfo from, SqlType to, bool isTry) => BuiltinFunctions.Instance.PlanCast(from, to, isTry);

    void Add(TestScalar function) => _scalars.Add(function.Name, function);

    static SqlType[]? Strings(SqlType[] types) => types.All(type => type.IsCharacter) ? types : null;
}

/// <summary>A function of plan values, row by row.</summary>
sealed class TestScalar(
    string name, int arity, Func<SqlType[], SqlType[]?> parameters, Func<SqlType[], SqlType> result, Func<object?[], object> compute,
    bool strict = true, bool deterministic = true) : ScalarFunction
{
    public override string Name => name;

    public override string Signature => $"{name}({string.Join(", ", Enumerable.Repeat("value", arity))})";

    public override bool IsDeterministic => deterministic;

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        SqlType[] types = [.. arguments.ToArray().Select(argument => argument.Type)];
        if (types.Length != arity || parameters(types) is not { } wanted)
            return null;
        var type = result(wanted);
        if (strict && arity > 0)
            type = type.WithNullability(types.Any(argument => argument.IsNullable));
        return new ScalarCall(wanted, type, Kernel(type, compute, strict));
    }

    public static ScalarKernel Kernel(SqlType type, Func<object?[], object> compute, bool strict) => (context, columns) =>
    {
        using var builder = ColumnBuilder.Create(type, context.Pool);
        var inputs = columns.ToArray();
        for (var row = 0; row < context.Rows; row++)
        {
            var values = inputs.Select(column => PlanValue.Read(column, row)).ToArray();
            PlanValue.Append(builder, strict && values.Contains(null) ? null : compute(values));
        }
        return builder.Build();
    };
}

/// <summary>An aggregate that is planned and never run.</summary>
sealed class TestAggregate(string name) : AggregateFunction
{
    public override string Name => name;

    public override string Signature => $"{name}({(name == "COUNT" ? "* | value" : "value")})";

    public override AggregateCall? Plan(ReadOnlySpan<ArgumentInfo> arguments, bool retracting)
    {
        if (arguments.Length > 1 || (arguments.Length == 0 && name != "COUNT") || (retracting && name == "FIRST_ARRIVED"))
            return null;
        if (name is "SUM" or "AVG" && !arguments[0].Type.IsNumeric)
            return null;
        var type = name == "COUNT" ? SqlType.BigInt.WithNullability(false) : arguments[0].Type.WithNullability(true);
        return new Planned
        {
            ParameterTypes = [.. arguments.ToArray().Select(argument => argument.Type)],
            ReturnType = type,
            StateLayout = $"{name.ToLowerInvariant()} {type.WithNullability(true)}" + (retracting && name is "MIN" or "MAX" ? " multiset" : ""),
        };
    }

    sealed class Planned : FixedAggregate
    {
        public override int StateBytes => 8;

        public override void Accumulate(AccumulatorRows rows, int stateOffset, ReadOnlySpan<Column> arguments)
        {
        }

        public override void Merge(Span<byte> target, ReadOnlySpan<byte> source)
        {
        }

        public override void Emit(ReadOnlySpan<byte> memory, ReadOnlySpan<int> offsets, int stateOffset, ColumnBuilder result)
        {
        }
    }
}
